#include "clients/cpp/peer.h"

#include "absl/strings/str_cat.h"
#include "runtime/rpc/status.h"

namespace ebb {

absl::Status PeerStatus(const grpc::Status& status, const std::string& service, const std::string& address) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (code == absl::StatusCode::kUnavailable) {
    return absl::UnavailableError(
        absl::StrCat("cannot reach the ", service, " at ", address, ": ", status.error_message()));
  }
  if (code == absl::StatusCode::kDeadlineExceeded) {
    return absl::DeadlineExceededError(absl::StrCat("the ", service, " at ", address, " did not answer in time"));
  }
  return FromGrpcStatus(status);
}

}  // namespace ebb
