// The border between absl::Status, our one error currency, and grpc::Status.
//
// google.rpc details (BadRequest, ErrorInfo, RetryInfo, ...) travel inside an absl::Status as payloads and cross the
// border in both directions.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/support/status.h"

namespace ebb {

// Codes keep their number. What would not fit into the trailing metadata a client accepts (8 KiB) is cut: a message
// after 1 KiB, details as a whole when they are larger than 4 KiB, which the message then says.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

// Each returns the status with one more detail; an OK status stays as it is.
// `field` is a path such as `events[3].quantity`; may be called again for further fields.
absl::Status WithFieldViolation(absl::Status status, absl::string_view field, absl::string_view description);
// `reason` in UPPER_SNAKE_CASE, for programs to act on.
absl::Status WithErrorInfo(absl::Status status, absl::string_view reason);
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// The detail carried, or nothing.
std::optional<google::rpc::BadRequest> BadRequestOf(const absl::Status& status);
std::optional<google::rpc::ErrorInfo> ErrorInfoOf(const absl::Status& status);
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

}  // namespace ebb
