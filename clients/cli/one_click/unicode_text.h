// The little Unicode that reading a shop's files needs: valid UTF-8, and comparing Russian and English words without
// regard to case.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ebb::one_click {

// Bytes of the UTF-8 character that `text` begins with; 0 if it begins with none (cut off, overlong, a surrogate,
// beyond U+10FFFF, or empty).
size_t Utf8Length(std::string_view text);

// Offset of the first byte that is not UTF-8; npos if all of it is.
size_t FirstInvalidUtf8(std::string_view text);

// Whether one valid character is a control character (C0, DEL, C1) or steers the direction of text, which would make a
// terminal show something other than what the file says.
bool IsControl(std::string_view character);

// Whether any character of valid UTF-8 is such a one.
bool HasControl(std::string_view text);

// Code points for comparison: Latin and Cyrillic letters in lower case, ё as е, any run of spaces, underscores and
// hyphens as one `_`, none at the ends. `text` must be valid UTF-8.
std::u32string FoldForComparison(std::string_view text);

// Without spaces (ASCII and no-break) at both ends.
std::string_view Trimmed(std::string_view text);

}  // namespace ebb::one_click
