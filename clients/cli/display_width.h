// How wide text is on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace ebb {

// Columns that UTF-8 text takes: combining marks and format characters none, East Asian wide characters and emoji two,
// all else (Cyrillic too) one. A byte that is not UTF-8 counts one.
int DisplayWidth(std::string_view text);

// The text if it fits, else its beginning with `…` at the end; never cuts a character. width >= 1.
std::string CutToWidth(std::string_view text, int width);

}  // namespace ebb
