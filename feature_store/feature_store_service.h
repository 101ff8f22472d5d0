// ebb.v1.FeatureStore on the network: checks nothing, knows nothing, hands everything to the engine.
#pragma once

#include <functional>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "feature_store/feature_store_engine.h"
#include "feature_store/ingest_stream.h"
#include "feature_store/snapshot_stream.h"
#include "runtime/rpc/arena_messages.h"
#include "runtime/rpc/server_stream.h"
#include "runtime/work_pool.h"

namespace ebb::feature_store {

// Thread-safe. The engine is borrowed and must outlive it; it must outlive the server.
class FeatureStoreService final
    // All methods by callback; Ingest as raw bytes.
    : public v1::FeatureStore::WithRawCallbackMethod_Ingest<v1::FeatureStore::WithCallbackMethod_ImportSnapshot<
          v1::FeatureStore::WithCallbackMethod_GetFeatureSchema<v1::FeatureStore::WithCallbackMethod_GetDeclarations<
              v1::FeatureStore::WithCallbackMethod_CompareDeclarations<v1::FeatureStore::WithCallbackMethod_GetFeatures<
                  v1::FeatureStore::WithCallbackMethod_ListCustomers<v1::FeatureStore::WithCallbackMethod_WatchFeatures<
                      v1::FeatureStore::WithCallbackMethod_ReadTrainingSet<v1::FeatureStore::WithCallbackMethod_Verify<
                          v1::FeatureStore::WithCallbackMethod_ExportCustomer<
                              v1::FeatureStore::WithCallbackMethod_EraseCustomer<
                                  v1::FeatureStore::WithCallbackMethod_GetStats<
                                      v1::FeatureStore::WithCallbackMethod_GetActivityIndex<
                                          v1::FeatureStore::WithCallbackMethod_GetUnpaidBasketReport<
                                              v1::FeatureStore::WithCallbackMethod_GetCoPurchases<
                                                  v1::FeatureStore::WithCallbackMethod_GetRecentGoods<
                                                      v1::FeatureStore::Service>>>>>>>>>>>>>>>>> {
 public:
  static constexpr absl::string_view kName = "ebb.v1.FeatureStore";

  struct Options {
    absl::Duration import_idle_limit = absl::Minutes(1);  // without a message
    WorkPool::Options long_work = {.name = "long-work"};
  };

  explicit FeatureStoreService(FeatureStoreEngine* engine) : FeatureStoreService(engine, Options()) {}
  FeatureStoreService(FeatureStoreEngine* engine, const Options& options);

  // Streams end with UNAVAILABLE after what they have in flight; for ServerHost::OnDrain.
  void CloseStreams();
  // The engine's, and what the network knows.
  v1::StoreStats Stats() const;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Ingest(grpc::CallbackServerContext*) override;
  grpc::ServerReadReactor<v1::ImportSnapshotRequest>* ImportSnapshot(grpc::CallbackServerContext*,
                                                                     v1::ImportSnapshotResponse* response) override;
  grpc::ServerUnaryReactor* GetFeatureSchema(grpc::CallbackServerContext* context, const v1::GetFeatureSchemaRequest*,
                                             v1::FeatureSchema* response) override;
  grpc::ServerUnaryReactor* GetDeclarations(grpc::CallbackServerContext* context, const v1::GetDeclarationsRequest*,
                                            v1::FeatureDeclarations* response) override;
  grpc::ServerUnaryReactor* CompareDeclarations(grpc::CallbackServerContext* context,
                                                const v1::CompareDeclarationsRequest* request,
                                                v1::CompareDeclarationsResponse* response) override;
  grpc::ServerUnaryReactor* GetFeatures(grpc::CallbackServerContext* context, const v1::GetFeaturesRequest* request,
                                        v1::GetFeaturesResponse* response) override;
  grpc::ServerUnaryReactor* ListCustomers(grpc::CallbackServerContext* context, const v1::ListCustomersRequest* request,
                                          v1::ListCustomersResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchFeaturesResponse>* WatchFeatures(grpc::CallbackServerContext*,
                                                                     const v1::WatchFeaturesRequest* request) override;
  grpc::ServerWriteReactor<v1::ReadTrainingSetResponse>* ReadTrainingSet(
      grpc::CallbackServerContext*, const v1::ReadTrainingSetRequest* request) override;
  grpc::ServerWriteReactor<v1::ExportCustomerResponse>* ExportCustomer(
      grpc::CallbackServerContext*, const v1::ExportCustomerRequest* request) override;
  grpc::ServerUnaryReactor* EraseCustomer(grpc::CallbackServerContext* context, const v1::EraseCustomerRequest* request,
                                          v1::EraseCustomerResponse* response) override;
  grpc::ServerWriteReactor<v1::VerifyResponse>* Verify(grpc::CallbackServerContext*,
                                                       const v1::VerifyRequest* request) override;
  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* context, const v1::GetStatsRequest*,
                                     v1::StoreStats* response) override;
  grpc::ServerUnaryReactor* GetActivityIndex(grpc::CallbackServerContext* context,
                                             const v1::GetActivityIndexRequest* request,
                                             v1::ActivityIndex* response) override;
  grpc::ServerUnaryReactor* GetUnpaidBasketReport(grpc::CallbackServerContext* context,
                                                  const v1::GetUnpaidBasketReportRequest* request,
                                                  v1::UnpaidBasketReport* response) override;
  grpc::ServerWriteReactor<v1::GetCoPurchasesResponse>* GetCoPurchases(
      grpc::CallbackServerContext*, const v1::GetCoPurchasesRequest* request) override;
  grpc::ServerUnaryReactor* GetRecentGoods(grpc::CallbackServerContext* context,
                                           const v1::GetRecentGoodsRequest* request,
                                           v1::GetRecentGoodsResponse* response) override;

 private:
  // Answers with what `work` says when it is done, RESOURCE_EXHAUSTED where too much is waiting.
  void RunLong(grpc::ServerUnaryReactor* reactor, std::function<absl::Status()> work);

  FeatureStoreEngine* const engine_;
  ArenaMessages<v1::GetFeaturesRequest, v1::GetFeaturesResponse> get_features_messages_;
  IngestStreams ingest_;
  SnapshotStreams imports_;
  // What reads the disk is done here, so that gRPC's few threads are free for what does not.
  WorkPool long_work_;
  StreamSet watchers_;
  StreamSet training_sets_{{.pool = &long_work_}};                    // the engine says how many
  StreamSet exports_{{.max_streams = 8, .pool = &long_work_}};        // each holds the events of one customer
  StreamSet verifications_{{.max_streams = 1, .pool = &long_work_}};  // each keeps the disk busy
  StreamSet co_purchases_{{.pool = &long_work_}};                     // the engine says how many
};

}  // namespace ebb::feature_store
