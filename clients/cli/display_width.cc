#include "clients/cli/display_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace ebb {
namespace {

struct Range {
  uint32_t first, last;
};

// Combining marks and format characters that move the cursor nowhere (the blocks in use; Unicode has rarer ones).
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},   {0x064B, 0x065F}, {0x0900, 0x0902},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E},   {0x2060, 0x2064}, {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};
// East Asian wide and fullwidth characters, and emoji.
constexpr Range kDoubleWidth[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

template <size_t N>
bool In(const Range (&ranges)[N], uint32_t code_point) {
  const auto* range = std::lower_bound(std::begin(ranges), std::end(ranges), code_point,
                                       [](const Range& r, uint32_t c) { return r.last < c; });
  return range != std::end(ranges) && code_point >= range->first;
}

int CodePointWidth(uint32_t code_point) {
  if (code_point < 0x300) return 1;
  if (In(kZeroWidth, code_point)) return 0;
  return In(kDoubleWidth, code_point) ? 2 : 1;
}

// Bytes of the character that begins `text`, and its code point; a byte that begins none stands for itself.
size_t Decode(std::string_view text, uint32_t* code_point) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 1;
  *code_point = length == 1 ? lead : lead & (0x7F >> length);
  if (length > text.size()) return 1;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      *code_point = lead;
      return 1;
    }
    *code_point = *code_point << 6 | (byte(i) & 0x3F);
  }
  return length;
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    uint32_t code_point;
    text.remove_prefix(Decode(text, &code_point));
    width += CodePointWidth(code_point);
  }
  return width;
}

std::string CutToWidth(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  size_t taken = 0;
  int used = 0;
  while (taken < text.size()) {
    uint32_t code_point;
    const size_t length = Decode(text.substr(taken), &code_point);
    if (used + CodePointWidth(code_point) > width - 1) break;
    used += CodePointWidth(code_point);
    taken += length;
  }
  return std::string(text.substr(0, taken)) + "…";
}

}  // namespace ebb
