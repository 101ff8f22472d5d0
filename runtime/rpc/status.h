// The border between absl::Status, our one error currency, and grpc::Status.
//
// google.rpc details (error_details.h) cross it in both directions.
#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace ebb {

// Codes keep their number. What would not fit into the trailing metadata a client accepts (8 KiB) is cut: a message
// after 1 KiB, details as a whole when they are larger than 4 KiB, which the message then says.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace ebb
