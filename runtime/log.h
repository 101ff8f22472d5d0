// Structured logs: one JSON object a line on standard error.
//
//   Log(Level::kInfo, "server", "listening", {{"address", address}, {"tls", true}});
//   {"time":"2026-11-23T02:16:09.123456Z","level":"info","component":"server","message":"listening",
//    "address":"127.0.0.1:7500","tls":true}
//
// By convention no line carries a secret (token, key, password) or names a person: log counts, positions and pseudonyms
// instead. All functions are thread-safe; a line is written by one write(2), so lines of several threads do not mix.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace ebb {

enum class Level { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };

// A field's value; text is borrowed for the duration of the call.
class LogValue {
 public:
  LogValue(const char* text) : value_(absl::string_view(text)) {}
  LogValue(const std::string& text) : value_(absl::string_view(text)) {}
  LogValue(absl::string_view text) : value_(text) {}
  LogValue(bool value) : value_(value) {}
  LogValue(std::signed_integral auto value) : value_(static_cast<int64_t>(value)) {}
  LogValue(std::unsigned_integral auto value) : value_(static_cast<uint64_t>(value)) {}
  LogValue(double value) : value_(value) {}

  void AppendJsonTo(std::string* line) const;

 private:
  std::variant<absl::string_view, bool, int64_t, uint64_t, double> value_;
};

struct LogField {
  absl::string_view key;
  LogValue value;
};

// Lines below the process's level (kInfo unless set) are dropped.
void Log(Level level, absl::string_view component, absl::string_view message,
         std::initializer_list<LogField> fields = {});

void SetLogLevel(Level level);
bool LogEnabled(Level level);

// debug, info, warning or error; INVALID_ARGUMENT otherwise.
absl::StatusOr<Level> ParseLevel(absl::string_view name);

// The line that Log writes, without its line feed.
std::string FormatLogLine(absl::Time time, Level level, absl::string_view component, absl::string_view message,
                          std::initializer_list<LogField> fields);

// Appends `text` as a JSON string. Control characters (C0, DEL, C1), line separators and bidirectional overrides are
// escaped, so that text from outside cannot act on a terminal; bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(absl::string_view text, std::string* out);

}  // namespace ebb
