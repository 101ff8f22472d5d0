#include "clients/cpp/health_check.h"

#include "absl/strings/str_cat.h"
#include "clients/cpp/peer.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace ebb {

absl::Status CheckHealth(const std::string& service, const std::string& address, absl::Duration timeout,
                         const TlsFiles& tls) {
  using Health = grpc::health::v1::Health;
  const Peer<Health> peer(service, address, timeout, tls);
  const auto response = peer.Call(&Health::Stub::Check, grpc::health::v1::HealthCheckRequest());
  if (!response.ok()) return response.status();
  if (response->status() == grpc::health::v1::HealthCheckResponse::SERVING) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the ", service, " at ", address, " is not serving (",
                   grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response->status()), ")"));
}

}  // namespace ebb
