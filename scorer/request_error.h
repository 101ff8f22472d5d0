#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ebb::scorer {

// What was wrong with a request, for programs: kept beside the message until the service shell makes google.rpc details
// of it.

// INVALID_ARGUMENT "`field` `rule`".
absl::Status InvalidField(absl::string_view field, absl::string_view rule);
// The same status with a reason in UPPER_SNAKE_CASE.
absl::Status WithReason(absl::Status status, absl::string_view reason);

// Empty where there is none.
std::string FieldOf(const absl::Status& status);
std::string ReasonOf(const absl::Status& status);

}  // namespace ebb::scorer
