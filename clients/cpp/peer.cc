#include "clients/cpp/peer.h"

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"

namespace ebb {
namespace {

// gRPC wraps what the system said in several layers, the last one being it: `…: Connection refused`.
std::string LastReason(const std::string& message) {
  const size_t wrapped = message.find("last error: ");
  const size_t colon = message.rfind(": ");
  return wrapped == std::string::npos || colon < wrapped ? message : message.substr(colon + 2);
}

}  // namespace

absl::Status PeerStatus(const grpc::Status& status, const std::string& service, const std::string& address) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (code == absl::StatusCode::kUnavailable) {
    absl::Status named = absl::UnavailableError(
        absl::StrCat("cannot reach the ", service, " at ", address, ": ", LastReason(status.error_message())));
    if (const auto delay = RetryDelayOf(FromGrpcStatus(status))) named = WithRetryDelay(std::move(named), *delay);
    return named;
  }
  if (code == absl::StatusCode::kDeadlineExceeded) {
    return absl::DeadlineExceededError(absl::StrCat("the ", service, " at ", address, " did not answer in time"));
  }
  return FromGrpcStatus(status);
}

}  // namespace ebb
