// Times as people write them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace ebb {

// `2026-10-01`, `2026-10-01T12:00:00Z`, `2026-10-01 12:00:00.5+03:00`; without an offset UTC. Also `now` and `7d`,
// `12h`, `30m` ago. Years 1900 to 9999. INVALID_ARGUMENT names the text and the forms.
absl::StatusOr<absl::Time> ParseTime(std::string_view text, absl::Time now);

// RFC 3339 in UTC: `2026-10-01T12:00:00Z`, microseconds where there are any.
std::string UtcText(absl::Time time);

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace ebb
