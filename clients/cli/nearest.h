// Did you mean …?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ebb {

// The candidate that a typing error may have meant: at most a third of its length away (at least one, at most three
// edits), or the only one that begins with the text. Empty: none is near.
std::string Nearest(std::string_view text, const std::vector<std::string>& candidates);

// `; did you mean X?` or nothing.
std::string DidYouMean(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace ebb
