#include "clients/cli/one_click/unicode_text.h"

#include <cstdint>

namespace ebb::one_click {
namespace {

uint8_t Byte(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// Takes the first character off valid UTF-8.
char32_t TakeCodePoint(std::string_view& text) {
  const size_t length = Utf8Length(text);
  char32_t point = length == 1 ? Byte(text, 0) : Byte(text, 0) & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) point = (point << 6) | (Byte(text, i) & 0x3f);
  text.remove_prefix(length);
  return point;
}

bool IsControlPoint(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069);
}

bool IsSeparator(char32_t point) {
  return point == ' ' || point == '_' || point == '-' || point == '\t' || point == 0xa0;
}

char32_t Lower(char32_t point) {
  if (point >= 'A' && point <= 'Z') return point + 0x20;
  if (point >= 0x410 && point <= 0x42f) return point + 0x20;  // А to Я
  if (point >= 0x400 && point <= 0x40f) point += 0x50;        // Ѐ to Џ, Ё among them
  return point == 0x451 ? 0x435 : point;                      // ё is written е as often as not
}

constexpr std::string_view kNoBreakSpace = "\u00a0";

}  // namespace

size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const uint8_t lead = Byte(text, 0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                        : (lead & 0xf0) == 0xe0        ? 3
                        : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                       : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((Byte(text, i) & 0xc0) != 0x80) return 0;
  }
  const uint8_t second = Byte(text, 1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second > 0x9f;
  const bool beyond = lead == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond ? 0 : length;
}

size_t FirstInvalidUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8Length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

bool IsControl(std::string_view character) { return IsControlPoint(TakeCodePoint(character)); }

bool HasControl(std::string_view text) {
  while (!text.empty()) {
    if (IsControlPoint(TakeCodePoint(text))) return true;
  }
  return false;
}

std::u32string FoldForComparison(std::string_view text) {
  std::u32string folded;
  bool separated = false;
  while (!text.empty()) {
    const char32_t point = TakeCodePoint(text);
    if (IsSeparator(point)) {
      separated = !folded.empty();
      continue;
    }
    if (separated) folded += U'_';
    separated = false;
    folded += Lower(point);
  }
  return folded;
}

std::string_view Trimmed(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    if (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1), again = true;
    if (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1), again = true;
    if (text.starts_with(kNoBreakSpace)) text.remove_prefix(kNoBreakSpace.size()), again = true;
    if (text.ends_with(kNoBreakSpace)) text.remove_suffix(kNoBreakSpace.size()), again = true;
  }
  return text;
}

}  // namespace ebb::one_click
