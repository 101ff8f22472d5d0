#include "feature_store/clean_text.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/escaping.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kMostShown = 64;

// Takes one character off the front of `text`; false where there is none that UTF-8 allows (overlong forms and
// surrogates included).
bool TakeCharacter(std::string_view& text, uint32_t& code) {
  const auto lead = static_cast<unsigned char>(text.front());
  const int length = lead < 0x80 ? 1 : lead >> 5 == 0x6 ? 2 : lead >> 4 == 0xe ? 3 : lead >> 3 == 0x1e ? 4 : 0;
  if (length == 0 || text.size() < static_cast<size_t>(length)) return false;
  code = length == 1 ? lead : lead & (0x7fu >> length);
  for (int i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[static_cast<size_t>(i)]);
    if (next >> 6 != 0x2) return false;
    code = code << 6 | (next & 0x3fu);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  text.remove_prefix(static_cast<size_t>(length));
  return true;
}

// Whether eight bytes are all printable ASCII (0x20 to 0x7e), by arithmetic on all of them at once.
bool IsPrintable(const char* eight) {
  constexpr uint64_t kEach = 0x0101010101010101;
  uint64_t word = 0;
  std::memcpy(&word, eight, sizeof(word));
  const uint64_t below = (word - kEach * 0x20) & ~word;
  const uint64_t above = (word + kEach) | word;
  return ((below | above) & kEach * 0x80) == 0;
}

}  // namespace

bool IsCleanText(std::string_view text) {
  while (text.size() >= 8 && IsPrintable(text.data())) text.remove_prefix(8);
  while (!text.empty()) {
    uint32_t code = 0;
    if (!TakeCharacter(text, code) || code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  }
  return true;
}

std::string Shown(std::string_view text) {
  constexpr std::string_view kCut = "...";
  std::string shown =
      IsCleanText(text) ? std::string(text) : absl::CHexEscape(absl::string_view(text.data(), text.size()));
  if (shown.size() <= kMostShown) return shown;
  size_t end = kMostShown - kCut.size();
  while (end > 0 && (static_cast<unsigned char>(shown[end]) >> 6) == 0x2) --end;  // Never within a character.
  return shown.substr(0, end).append(kCut);
}

}  // namespace ebb::feature_store
