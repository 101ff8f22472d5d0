// How many slips of the keyboard lie between two words.
#pragma once

#include <cstddef>
#include <string_view>

namespace ebb {

// Insertions, deletions, substitutions and swaps of neighbours (each stretch edited once) that turn one into the other;
// anything above `limit` is answered as limit + 1.
size_t EditDistance(std::u32string_view a, std::u32string_view b, size_t limit);

}  // namespace ebb
