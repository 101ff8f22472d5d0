#include "clients/cpp/feature_store_client.h"

#include "absl/strings/str_cat.h"
#include "clients/cpp/peer.h"
#include "clients/cpp/stream_reader.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"

namespace ebb {

struct FeatureStoreClient::Connection : Peer<v1::FeatureStore> {
  using Peer::Peer;

  absl::Status Silent() const {
    return absl::DeadlineExceededError(
        absl::StrCat("the feature store at ", address, " said nothing for ", absl::FormatDuration(timeout)));
  }
};

FeatureStoreClient::FeatureStoreClient(std::string address, absl::Duration timeout, const TlsFiles& tls)
    : connection_(std::make_unique<Connection>("feature store", std::move(address), timeout, tls)) {}
FeatureStoreClient::~FeatureStoreClient() = default;

absl::StatusOr<v1::GetFeaturesResponse> FeatureStoreClient::GetFeatures(const v1::GetFeaturesRequest& request) {
  return connection_->Call(&v1::FeatureStore::Stub::GetFeatures, request);
}

absl::StatusOr<v1::FeatureSchema> FeatureStoreClient::GetFeatureSchema(bool next) {
  v1::GetFeatureSchemaRequest request;
  request.set_next(next);
  return connection_->Call(&v1::FeatureStore::Stub::GetFeatureSchema, request);
}

absl::StatusOr<v1::FeatureDeclarations> FeatureStoreClient::GetDeclarations(bool next) {
  v1::GetDeclarationsRequest request;
  request.set_next(next);
  return connection_->Call(&v1::FeatureStore::Stub::GetDeclarations, request);
}

absl::StatusOr<v1::CompareDeclarationsResponse> FeatureStoreClient::CompareDeclarations(
    const v1::CompareDeclarationsRequest& request) {
  return connection_->Call(&v1::FeatureStore::Stub::CompareDeclarations, request);
}

absl::StatusOr<v1::ListCustomersResponse> FeatureStoreClient::ListCustomers(const v1::ListCustomersRequest& request) {
  return connection_->Call(&v1::FeatureStore::Stub::ListCustomers, request);
}

absl::StatusOr<v1::StoreStats> FeatureStoreClient::GetStats() {
  return connection_->Call(&v1::FeatureStore::Stub::GetStats, v1::GetStatsRequest());
}

absl::StatusOr<v1::ActivityIndex> FeatureStoreClient::GetActivityIndex(const v1::GetActivityIndexRequest& request) {
  return connection_->Call(&v1::FeatureStore::Stub::GetActivityIndex, request);
}

absl::StatusOr<v1::UnpaidBasketReport> FeatureStoreClient::GetUnpaidBasketReport(
    const v1::GetUnpaidBasketReportRequest& request) {
  return connection_->Call(&v1::FeatureStore::Stub::GetUnpaidBasketReport, request);
}

absl::Status FeatureStoreClient::GetCoPurchases(const v1::GetCoPurchasesRequest& request,
                                                absl::FunctionRef<void(const v1::GetCoPurchasesResponse&)> on_message,
                                                absl::FunctionRef<bool()> cancelled) {
  constexpr absl::Duration kLook = absl::Milliseconds(200);
  if (!connection_->problem.ok()) return connection_->problem;
  StreamReader<v1::GetCoPurchasesResponse> reader;
  connection_->stub->async()->GetCoPurchases(reader.context(), &request, reader.reactor());
  reader.Start();
  v1::GetCoPurchasesResponse message;
  bool answered = false;
  absl::Duration silence;
  for (;;) {
    if (cancelled()) return absl::CancelledError("ended by the caller");
    switch (reader.Read(kLook, &message)) {
      case ReadOutcome::kMessage:
        silence = absl::ZeroDuration();
        answered |= message.has_count();
        on_message(message);
        break;
      case ReadOutcome::kTimeout:
        silence += kLook;
        if (silence >= connection_->timeout) return connection_->Silent();
        break;
      case ReadOutcome::kEnd:
        if (!reader.status().ok()) return PeerStatus(reader.status(), connection_->service, connection_->address);
        if (!answered) return absl::InternalError("the feature store's count of co-purchases has no answer");
        return absl::OkStatus();
    }
  }
}

absl::StatusOr<v1::GetRecentGoodsResponse> FeatureStoreClient::GetRecentGoods(
    const v1::GetRecentGoodsRequest& request) {
  return connection_->Call(&v1::FeatureStore::Stub::GetRecentGoods, request);
}

absl::StatusOr<v1::EraseCustomerResponse> FeatureStoreClient::EraseCustomer(const v1::EraseCustomerRequest& request) {
  return connection_->Call(&v1::FeatureStore::Stub::EraseCustomer, request);
}

absl::Status FeatureStoreClient::ExportCustomer(
    const std::string& customer_id, absl::FunctionRef<absl::Status(const v1::ExportCustomerResponse&)> take) {
  if (!connection_->problem.ok()) return connection_->problem;
  grpc::ClientContext context;
  SetDeadline(connection_->timeout, &context);
  v1::ExportCustomerRequest request;
  request.set_customer_id(customer_id);
  const auto reader = connection_->stub->ExportCustomer(&context, request);
  v1::ExportCustomerResponse message;
  while (reader->Read(&message)) {
    if (absl::Status taken = take(message); !taken.ok()) {
      context.TryCancel();
      reader->Finish();
      return taken;
    }
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return PeerStatus(status, connection_->service, connection_->address);
  return absl::OkStatus();
}

absl::StatusOr<v1::VerifySummary> FeatureStoreClient::Verify(
    const v1::VerifyRequest& request, absl::FunctionRef<bool(const v1::VerifyResponse&)> on_message) {
  if (!connection_->problem.ok()) return connection_->problem;
  StreamReader<v1::VerifyResponse> reader;
  connection_->stub->async()->Verify(reader.context(), &request, reader.reactor());
  reader.Start();
  v1::VerifyResponse response;
  for (;;) {
    switch (reader.Read(connection_->timeout, &response)) {
      case ReadOutcome::kMessage:
        if (!on_message(response)) return absl::CancelledError("ended by the caller");
        break;
      case ReadOutcome::kTimeout:
        return connection_->Silent();
      case ReadOutcome::kEnd:
        if (!reader.status().ok()) return PeerStatus(reader.status(), connection_->service, connection_->address);
        if (!response.has_summary()) return absl::InternalError("the feature store's verification has no summary");
        return response.summary();
    }
  }
}

absl::StatusOr<v1::ImportSnapshotResponse> FeatureStoreClient::ImportSnapshot(
    const v1::SnapshotHeader& header, absl::FunctionRef<absl::StatusOr<bool>(v1::SnapshotRows*)> next_rows) {
  if (!connection_->problem.ok()) return connection_->problem;
  grpc::ClientContext context;
  // An import is as long as its file: ten minutes beyond the usual limit of a call cover a million rows on a slow disk.
  SetDeadline(connection_->timeout + absl::Minutes(10), &context);
  v1::ImportSnapshotResponse response;
  const auto writer = connection_->stub->ImportSnapshot(&context, &response);
  v1::ImportSnapshotRequest request;
  *request.mutable_header() = header;
  int64_t rows = 0;
  bool open = writer->Write(request);
  while (open) {
    request.mutable_rows()->clear_rows();
    const absl::StatusOr<bool> more = next_rows(request.mutable_rows());
    if (!more.ok()) {
      context.TryCancel();
      writer->Finish();
      return more.status();
    }
    if (!*more) break;
    rows += request.rows().rows_size();
    open = writer->Write(request);
  }
  if (open) {
    request.mutable_commit()->set_row_count(rows);
    writer->WriteLast(request, grpc::WriteOptions());
  }
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return PeerStatus(status, connection_->service, connection_->address);
  return response;
}

}  // namespace ebb
