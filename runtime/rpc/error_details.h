// What google.rpc says of an error, for programs: carried inside an absl::Status as payloads, so that logic which never
// sees gRPC can say which field broke which rule. runtime/rpc/status.h takes them over the border.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"

namespace ebb {

// INVALID_ARGUMENT "`field` rule", with the violation as its detail. `rule` says the value found and what is broken.
absl::Status InvalidField(absl::string_view field, absl::string_view rule);

// Each returns the status with one more detail; an OK status stays as it is.
// `field` is a path such as `events[3].quantity`; may be called again for further fields.
absl::Status WithFieldViolation(absl::Status status, absl::string_view field, absl::string_view description);
// `reason` in UPPER_SNAKE_CASE, for programs to act on.
absl::Status WithErrorInfo(absl::Status status, absl::string_view reason,
                           const std::map<std::string, std::string>& metadata = {});
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// The detail carried, or nothing.
std::optional<google::rpc::BadRequest> BadRequestOf(const absl::Status& status);
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

}  // namespace ebb
