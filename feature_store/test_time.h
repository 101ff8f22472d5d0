// For tests: times written as text.
#pragma once

#include <stdexcept>
#include <string>

#include "absl/time/time.h"

namespace ebb::feature_store {

// `2026-03-10T10:00:00Z`, or in a zone, UTC by default, `2026-03-10T10:00:00`.
inline absl::Time At(const std::string& text, const std::string& zone = "UTC") {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  absl::TimeZone tz;
  if (!absl::LoadTimeZone(zone, &tz)) throw std::invalid_argument("no time zone " + zone);
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*S", text, tz, &time, &error))
    throw std::invalid_argument(text + ": " + error);
  return time;
}

}  // namespace ebb::feature_store
