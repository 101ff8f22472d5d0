#include "clients/cpp/peer.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "runtime/rpc/status.h"

namespace ebb {
namespace {

// gRPC says UNAVAILABLE where there was no connection, too, and wraps what the system said in several layers, the last
// one being it: `...; last error: UNKNOWN: ...: Connection refused`. Nothing where it is another text.
std::optional<std::string> WhyNotConnected(const std::string& message) {
  if (message.find("DNS resolution failed") != std::string::npos) return message;
  const size_t wrapped = message.find("last error: ");
  if (wrapped == std::string::npos) return std::nullopt;
  const size_t colon = message.rfind(": ");
  return message.substr(colon + 2);
}

absl::Status WithMessage(const absl::Status& status, absl::string_view message) {
  absl::Status result(status.code(), message);
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) { result.SetPayload(url, payload); });
  return result;
}

}  // namespace

absl::Status PeerStatus(const grpc::Status& status, const std::string& service, const std::string& address) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (code == absl::StatusCode::kUnavailable) {
    const std::optional<std::string> why = WhyNotConnected(status.error_message());
    return WithMessage(FromGrpcStatus(status),
                       why.has_value() ? absl::StrCat("cannot reach the ", service, " at ", address, ": ", *why)
                                       : absl::StrCat("the ", service, " at ", address, ": ", status.error_message()));
  }
  if (code == absl::StatusCode::kDeadlineExceeded) {
    return absl::DeadlineExceededError(absl::StrCat("the ", service, " at ", address, " did not answer in time"));
  }
  return FromGrpcStatus(status);
}

}  // namespace ebb
