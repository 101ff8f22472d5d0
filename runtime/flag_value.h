// What a flag's value may be, as people write it: `30s`, `256MiB`, `127.0.0.1:7500`.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "runtime/log.h"

namespace ebb {

// A number of bytes, written with a binary (KiB, MiB, GiB, TiB) or decimal (B, kB, MB, GB, TB) unit, or none.
struct ByteSize {
  uint64_t bytes = 0;
  friend auto operator<=>(const ByteSize&, const ByteSize&) = default;
};

constexpr ByteSize KiB(uint64_t count) { return {count << 10}; }
constexpr ByteSize MiB(uint64_t count) { return {count << 20}; }
constexpr ByteSize GiB(uint64_t count) { return {count << 30}; }

// `name:port`, `127.0.0.1:port` or `[::1]:port`. Port 0 lets the system choose where it listens.
struct HostPort {
  std::string host;  // without brackets
  uint16_t port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// Each reads the whole of `text` into `*value`; INVALID_ARGUMENT says what was expected and leaves `*value` alone.
absl::Status ParseFlagValue(absl::string_view text, std::string* value);
absl::Status ParseFlagValue(absl::string_view text, bool* value);
absl::Status ParseFlagValue(absl::string_view text, double* value);
absl::Status ParseFlagValue(absl::string_view text, ByteSize* value);
absl::Status ParseFlagValue(absl::string_view text, HostPort* value);
absl::Status ParseFlagValue(absl::string_view text, Level* value);
// An empty text is none.
absl::Status ParseFlagValue(absl::string_view text, std::optional<HostPort>* value);
// `90s`, `1h30m`, `250ms`, also `7d` for 7 × 24 hours; `inf` for no limit.
absl::Status ParseFlagValue(absl::string_view text, absl::Duration* value);
// Separated by commas; an empty text is no element.
absl::Status ParseFlagValue(absl::string_view text, std::vector<std::string>* value);

template <std::integral Integer>
absl::Status ParseFlagValue(absl::string_view text, Integer* value) {
  Integer parsed;
  if (!absl::SimpleAtoi(text, &parsed)) {
    return absl::InvalidArgumentError(absl::StrCat("must be a whole number from ", std::numeric_limits<Integer>::min(),
                                                   " to ", std::numeric_limits<Integer>::max()));
  }
  *value = parsed;
  return absl::OkStatus();
}

// The text from which ParseFlagValue reads the same value again.
std::string FormatFlagValue(const std::string& value);
std::string FormatFlagValue(bool value);
std::string FormatFlagValue(double value);
std::string FormatFlagValue(const ByteSize& value);
std::string FormatFlagValue(const HostPort& value);
std::string FormatFlagValue(Level value);
std::string FormatFlagValue(const std::optional<HostPort>& value);
std::string FormatFlagValue(absl::Duration value);
std::string FormatFlagValue(const std::vector<std::string>& value);
template <std::integral Integer>
std::string FormatFlagValue(Integer value) {
  return absl::StrCat(value);
}

}  // namespace ebb
