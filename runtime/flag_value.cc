#include "runtime/flag_value.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace ebb {
namespace {

struct Unit {
  absl::string_view name;
  uint64_t bytes;
};

constexpr Unit kUnits[] = {{"TiB", uint64_t{1} << 40},
                           {"GiB", uint64_t{1} << 30},
                           {"MiB", uint64_t{1} << 20},
                           {"KiB", uint64_t{1} << 10},
                           {"TB", 1'000'000'000'000},
                           {"GB", 1'000'000'000},
                           {"MB", 1'000'000},
                           {"kB", 1'000},
                           {"B", 1}};

constexpr const char* kLevels[] = {"debug", "info", "warning", "error"};

}  // namespace

absl::Status ParseFlagValue(absl::string_view text, std::string* value) {
  *value = std::string(text);
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, bool* value) {
  if (text != "true" && text != "false") return absl::InvalidArgumentError("must be true or false");
  *value = text == "true";
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, double* value) {
  double parsed;
  if (!absl::SimpleAtod(text, &parsed) || !std::isfinite(parsed)) {
    return absl::InvalidArgumentError("must be a number such as 0.7");
  }
  *value = parsed;
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, ByteSize* value) {
  const absl::Status error = absl::InvalidArgumentError("must be a size such as 256MiB, 4GiB or 500MB");
  absl::string_view digits = text;
  uint64_t unit_bytes = 1;
  for (const Unit& unit : kUnits) {
    if (absl::ConsumeSuffix(&digits, unit.name)) {
      unit_bytes = unit.bytes;
      break;
    }
  }
  uint64_t count;
  // SimpleAtoi would skip white space and take a sign.
  if (digits.empty() || digits.find_first_not_of("0123456789") != absl::string_view::npos) return error;
  if (!absl::SimpleAtoi(digits, &count) || count > UINT64_MAX / unit_bytes) return error;
  value->bytes = count * unit_bytes;
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, HostPort* value) {
  const absl::Status error =
      absl::InvalidArgumentError("must be host:port such as 127.0.0.1:7500, [::1]:7500 or shop.example:7500");
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return error;
  absl::string_view host = text.substr(0, colon);
  const absl::string_view port_text = text.substr(colon + 1);
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]") || host.find(':') == absl::string_view::npos) return error;
  } else if (host.find_first_of(":[] /") != absl::string_view::npos) {
    return error;
  }
  uint32_t port;
  if (port_text.find_first_not_of("0123456789") != absl::string_view::npos || !absl::SimpleAtoi(port_text, &port) ||
      port > UINT16_MAX) {
    return error;
  }
  *value = {std::string(host), static_cast<uint16_t>(port)};
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, std::optional<HostPort>* value) {
  HostPort given;
  if (!text.empty()) {
    if (absl::Status read = ParseFlagValue(text, &given); !read.ok()) return read;
  }
  *value = text.empty() ? std::nullopt : std::optional(given);
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, Level* value) {
  const absl::StatusOr<Level> level = ParseLevel(text);
  if (!level.ok()) return absl::InvalidArgumentError("must be debug, info, warning or error");
  *value = *level;
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, absl::Duration* value) {
  const absl::Status error = absl::InvalidArgumentError("must be a duration such as 250ms, 30s, 6h, 1h30m or 7d");
  absl::string_view days_text = text;
  int64_t days;
  if (absl::ConsumeSuffix(&days_text, "d") && absl::SimpleAtoi(days_text, &days)) {
    *value = absl::Hours(24) * days;
    return absl::OkStatus();
  }
  absl::Duration parsed;
  if (!absl::ParseDuration(text, &parsed)) return error;
  *value = parsed;
  return absl::OkStatus();
}

absl::Status ParseFlagValue(absl::string_view text, std::vector<std::string>* value) {
  std::vector<std::string> parts;
  if (!text.empty()) parts = absl::StrSplit(text, ',');
  for (std::string& part : parts) {
    part = std::string(absl::StripAsciiWhitespace(part));
    if (part.empty()) return absl::InvalidArgumentError("must be a list separated by commas, without empty elements");
  }
  *value = std::move(parts);
  return absl::OkStatus();
}

std::string FormatFlagValue(const std::string& value) { return value; }
std::string FormatFlagValue(bool value) { return value ? "true" : "false"; }
std::string FormatFlagValue(double value) { return absl::StrCat(value); }
std::string FormatFlagValue(const std::optional<HostPort>& value) {
  return value.has_value() ? FormatFlagValue(*value) : "";
}

std::string FormatFlagValue(Level value) { return kLevels[static_cast<int>(value)]; }
std::string FormatFlagValue(const std::vector<std::string>& value) { return absl::StrJoin(value, ","); }

std::string FormatFlagValue(const ByteSize& value) {
  for (const Unit& unit : kUnits) {
    if (value.bytes != 0 && value.bytes % unit.bytes == 0) return absl::StrCat(value.bytes / unit.bytes, unit.name);
  }
  return "0B";
}

std::string FormatFlagValue(const HostPort& value) {
  const bool is_ipv6 = absl::StrContains(value.host, ':');
  return is_ipv6 ? absl::StrCat("[", value.host, "]:", value.port) : absl::StrCat(value.host, ":", value.port);
}

std::string FormatFlagValue(absl::Duration value) {
  const absl::Duration day = absl::Hours(24);
  const bool whole_days = value >= day && value != absl::InfiniteDuration() && value % day == absl::ZeroDuration();
  return whole_days ? absl::StrCat(value / day, "d") : absl::FormatDuration(value);
}

}  // namespace ebb
