#include "runtime/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace ebb {
namespace {

constexpr absl::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

std::atomic<Level> process_level{Level::kInfo};

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;  // 0: not UTF-8
};

// The first code point of non-empty `text`; overlong forms, surrogates and values above U+10FFFF are not UTF-8.
CodePoint DecodeFirst(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  uint32_t value = lead & (0xFF >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  const uint32_t least = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, bytes};
}

bool ActsOnTerminal(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
}

void AppendField(absl::string_view key, const LogValue& value, std::string* line) {
  line->push_back(',');
  AppendJsonString(key, line);
  line->push_back(':');
  value.AppendJsonTo(line);
}

void AppendLine(absl::Time time, Level level, absl::string_view component, absl::string_view message,
                std::initializer_list<LogField> fields, std::string* line) {
  absl::StrAppend(line, "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()), "\"");
  AppendField("level", kLevelNames[static_cast<int>(level)], line);
  AppendField("component", component, line);
  AppendField("message", message, line);
  for (const LogField& field : fields) AppendField(field.key, field.value, line);
  line->push_back('}');
}

}  // namespace

void AppendJsonString(absl::string_view text, std::string* out) {
  out->push_back('"');
  while (!text.empty()) {
    const CodePoint c = DecodeFirst(text);
    if (c.bytes == 0) {
      out->append("\xEF\xBF\xBD");
      text.remove_prefix(1);
      continue;
    }
    if (c.value == '"' || c.value == '\\') {
      out->push_back('\\');
      out->push_back(static_cast<char>(c.value));
    } else if (c.value == '\n') {
      out->append("\\n");
    } else if (ActsOnTerminal(c.value)) {
      absl::StrAppendFormat(out, "\\u%04x", c.value);
    } else {
      out->append(text.data(), c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  out->push_back('"');
}

void LogValue::AppendJsonTo(std::string* line) const {
  if (const auto* text = std::get_if<absl::string_view>(&value_)) {
    AppendJsonString(*text, line);
  } else if (const auto* boolean = std::get_if<bool>(&value_)) {
    line->append(*boolean ? "true" : "false");
  } else if (const auto* number = std::get_if<int64_t>(&value_)) {
    absl::StrAppend(line, *number);
  } else if (const auto* natural = std::get_if<uint64_t>(&value_)) {
    absl::StrAppend(line, *natural);
  } else {
    const double real = std::get<double>(value_);
    // JSON has no NaN and no infinity.
    absl::StrAppend(line, std::isfinite(real) ? absl::StrFormat("%.12g", real) : absl::StrFormat("\"%f\"", real));
  }
}

std::string FormatLogLine(absl::Time time, Level level, absl::string_view component, absl::string_view message,
                          std::initializer_list<LogField> fields) {
  std::string line;
  AppendLine(time, level, component, message, fields, &line);
  return line;
}

void Log(Level level, absl::string_view component, absl::string_view message, std::initializer_list<LogField> fields) {
  if (!LogEnabled(level)) return;
  thread_local std::string line;  // keeps its capacity from line to line
  line.clear();
  AppendLine(absl::Now(), level, component, message, fields, &line);
  line.push_back('\n');
  ssize_t written;
  do {
    written = write(STDERR_FILENO, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  // Where standard error is gone there is nobody to tell.
}

void SetLogLevel(Level level) { process_level.store(level, std::memory_order_relaxed); }

bool LogEnabled(Level level) { return level >= process_level.load(std::memory_order_relaxed); }

absl::StatusOr<Level> ParseLevel(absl::string_view name) {
  for (int i = 0; i < 4; ++i) {
    if (name == kLevelNames[i]) return static_cast<Level>(i);
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\": must be debug, info, warning or error"));
}

}  // namespace ebb
