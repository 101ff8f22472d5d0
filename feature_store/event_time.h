#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

// The one place where timestamps of the wire become times: fractions below a microsecond are dropped, so that the same
// event has the same identity whatever precision its sender keeps. Pure functions.
namespace ebb::feature_store {

// Microseconds since the Unix epoch. The timestamp must be valid (see event_check.h).
inline int64_t ToMicros(const google::protobuf::Timestamp& stamp) {
  return stamp.seconds() * 1'000'000 + stamp.nanos() / 1'000;
}

inline absl::Time ToTime(const google::protobuf::Timestamp& stamp) { return absl::FromUnixMicros(ToMicros(stamp)); }

inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);  // Rounds towards the infinite past, as the split below does.
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(seconds);
  stamp.set_nanos(static_cast<int32_t>(rest * 1'000));
  return stamp;
}

inline google::protobuf::Duration ToDuration(int64_t micros) {
  google::protobuf::Duration duration;
  duration.set_seconds(micros / 1'000'000);
  duration.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1'000));
  return duration;
}

inline absl::Time EventTime(const v1::Event& event) { return ToTime(event.event_time()); }

// When the store came to know the event; an import, and an event that carries no known_at, is known since its event
// time.
inline absl::Time KnownAt(const v1::Event& event) {
  return event.has_known_at() && !event.has_imported_snapshot() ? ToTime(event.known_at()) : EventTime(event);
}

// Whether an event shows in vectors as of T: an event stamped exactly T does not, a snapshot does.
inline bool IsBefore(const v1::Event& event, absl::Time as_of) {
  return event.has_imported_snapshot() ? EventTime(event) <= as_of : EventTime(event) < as_of;
}

}  // namespace ebb::feature_store
