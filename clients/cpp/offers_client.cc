#include "clients/cpp/offers_client.h"

#include "clients/cpp/peer.h"
#include "ebb/v1/offer_service.grpc.pb.h"

namespace ebb {

struct OffersClient::Connection : Peer<v1::Offers> {
  using Peer::Peer;
};

OffersClient::OffersClient(std::string address, absl::Duration timeout, const TlsFiles& tls)
    : connection_(std::make_unique<Connection>("scorer", std::move(address), timeout, tls)) {}
OffersClient::~OffersClient() = default;

absl::StatusOr<v1::GetOffersResponse> OffersClient::GetOffers(const v1::GetOffersRequest& request) {
  return connection_->Call(&v1::Offers::Stub::GetOffers, request);
}

absl::StatusOr<v1::GetOffersForManyResponse> OffersClient::GetOffersForMany(
    const v1::GetOffersForManyRequest& request) {
  return connection_->Call(&v1::Offers::Stub::GetOffersForMany, request);
}

absl::StatusOr<v1::ReportOutcomeResponse> OffersClient::ReportOutcome(const v1::ReportOutcomeRequest& request) {
  return connection_->Call(&v1::Offers::Stub::ReportOutcome, request);
}

absl::StatusOr<v1::ListOffersResponse> OffersClient::ListOffers() {
  return connection_->Call(&v1::Offers::Stub::ListOffers, v1::ListOffersRequest());
}

absl::StatusOr<v1::CheckOffersResponse> OffersClient::CheckOffers(const v1::CheckOffersRequest& request) {
  return connection_->Call(&v1::Offers::Stub::CheckOffers, request);
}

absl::StatusOr<v1::ImportCodesResponse> OffersClient::ImportCodes(const v1::ImportCodesRequest& request) {
  return connection_->Call(&v1::Offers::Stub::ImportCodes, request);
}

absl::StatusOr<v1::UpliftReport> OffersClient::GetUpliftReport(const v1::GetUpliftReportRequest& request) {
  return connection_->Call(&v1::Offers::Stub::GetUpliftReport, request);
}

}  // namespace ebb
