// Typed client of the feature store. Thread-safe. A call is one RPC with a deadline unless it says otherwise; errors
// keep the server's code, and their message begins with the server's address where it could not be reached. Events are
// sent by event_pusher.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb {

class FeatureStoreClient {
 public:
  // Connects at the first call. `timeout` is the deadline of each call.
  FeatureStoreClient(std::string address, absl::Duration timeout, const TlsFiles& tls = {});
  ~FeatureStoreClient();

  // NOT_FOUND is no error here: unknown customers have `found` false. Any number of customers: asks in parts of 1,000.
  absl::StatusOr<v1::GetFeaturesResponse> GetFeatures(const v1::GetFeaturesRequest& request);
  // What vectors hold, in their order. `next`: of the declarations that are being prepared; NOT_FOUND where none are.
  absl::StatusOr<v1::FeatureSchema> GetFeatureSchema(bool next = false);
  // What the running store serves, or prepares to serve next; NOT_FOUND as above.
  absl::StatusOr<v1::FeatureDeclarations> GetDeclarations(bool next = false);
  // What a start with other declarations would change. INVALID_ARGUMENT: a line for each mistake.
  absl::StatusOr<v1::CompareDeclarationsResponse> CompareDeclarations(const v1::CompareDeclarationsRequest& request);
  // One page.
  absl::StatusOr<v1::ListCustomersResponse> ListCustomers(const v1::ListCustomersRequest& request);
  absl::StatusOr<v1::StoreStats> GetStats();
  // RESOURCE_EXHAUSTED while another index is computed.
  absl::StatusOr<v1::ActivityIndex> GetActivityIndex(const v1::GetActivityIndexRequest& request);
  // RESOURCE_EXHAUSTED while another report is computed.
  absl::StatusOr<v1::UnpaidBasketReport> GetUnpaidBasketReport(const v1::GetUnpaidBasketReportRequest& request);
  // Which goods are bought together. Hands each message, progress and then parts of the answer, to `on_message` in the
  // caller's thread. No deadline as a whole; DEADLINE_EXCEEDED when the store is silent for the timeout; CANCELLED soon
  // after `cancelled` says so. RESOURCE_EXHAUSTED while another is counted.
  absl::Status GetCoPurchases(const v1::GetCoPurchasesRequest& request,
                              absl::FunctionRef<void(const v1::GetCoPurchasesResponse&)> on_message,
                              absl::FunctionRef<bool()> cancelled);
  // Unknown customers have `found` false.
  absl::StatusOr<v1::GetRecentGoodsResponse> GetRecentGoods(const v1::GetRecentGoodsRequest& request);
  // Hands each message of the export to `take`, whose error ends it. The deadline is `timeout` for all of it.
  // NOT_FOUND.
  absl::Status ExportCustomer(const std::string& customer_id,
                              absl::FunctionRef<absl::Status(const v1::ExportCustomerResponse&)> take);
  // Idempotent: a second call tells how far the removal is. NOT_FOUND: the store does not know the customer.
  absl::StatusOr<v1::EraseCustomerResponse> EraseCustomer(const v1::EraseCustomerRequest& request);
  // Recomputes customers from raw events. `on_message` is called in the caller's thread with each message, the last one
  // included; false ends the call with CANCELLED. No deadline as a whole; DEADLINE_EXCEEDED when the store is silent
  // for the timeout.
  absl::StatusOr<v1::VerifySummary> Verify(const v1::VerifyRequest& request,
                                           absl::FunctionRef<bool(const v1::VerifyResponse&)> on_message);
  // Imports one snapshot: the header, then rows as long as `next_rows` fills some and returns true, then the commit.
  // `next_rows` is called in the caller's thread; its error ends the import with nothing imported. The deadline is
  // `timeout` a message.
  absl::StatusOr<v1::ImportSnapshotResponse> ImportSnapshot(
      const v1::SnapshotHeader& header, absl::FunctionRef<absl::StatusOr<bool>(v1::SnapshotRows*)> next_rows);

 private:
  struct Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace ebb
