// How the store refuses a request.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "feature_store/event_check.h"
#include "google/protobuf/timestamp.pb.h"

namespace ebb::feature_store {

// INVALID_ARGUMENT "FIELD: RULE", with both as a google.rpc.BadRequest.
absl::Status InvalidField(absl::string_view field, absl::string_view rule);
// The same of broken rules, at least one: the message says the first, the details all. `path` goes before each field.
absl::Status InvalidField(absl::string_view path, const std::vector<Violation>& violations);

// A time of a request; refused when it is none (years 1 to 9999, nanoseconds below a second).
absl::StatusOr<absl::Time> ReadTime(absl::string_view field, const google::protobuf::Timestamp& stamp);
// The same, not after the store's clock: what is known as of a later time still changes.
absl::StatusOr<absl::Time> ReadAsOf(absl::string_view field, const google::protobuf::Timestamp& stamp,
                                    absl::Time store_clock);

}  // namespace ebb::feature_store
