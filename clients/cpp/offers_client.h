// Typed client of the scorer's offers. Thread-safe. One call is one RPC with a deadline; errors keep the server's code.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "ebb/v1/offer_service.pb.h"

namespace ebb {

class OffersClient {
 public:
  // `address`: the scorer's. Connects at the first call. `timeout` is the deadline of each call.
  OffersClient(std::string address, absl::Duration timeout, const TlsFiles& tls = {});
  ~OffersClient();

  absl::StatusOr<v1::GetOffersResponse> GetOffers(const v1::GetOffersRequest& request);
  absl::StatusOr<v1::GetOffersForManyResponse> GetOffersForMany(const v1::GetOffersForManyRequest& request);
  absl::StatusOr<v1::ReportOutcomeResponse> ReportOutcome(const v1::ReportOutcomeRequest& request);
  absl::StatusOr<v1::ListOffersResponse> ListOffers();
  absl::StatusOr<v1::CheckOffersResponse> CheckOffers(const v1::CheckOffersRequest& request);
  absl::StatusOr<v1::ImportCodesResponse> ImportCodes(const v1::ImportCodesRequest& request);
  absl::StatusOr<v1::UpliftReport> GetUpliftReport(const v1::GetUpliftReportRequest& request);

 private:
  struct Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace ebb
