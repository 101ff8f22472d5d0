#include "feature_store/feature_store_service.h"

#include <utility>

#include "feature_store/change_source.h"
#include "runtime/rpc/status.h"

namespace ebb::feature_store {
namespace {

template <typename Response>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, absl::StatusOr<Response> answer,
                                 Response* response) {
  if (answer.ok()) *response = *std::move(answer);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(answer.status()));
  return reactor;
}

// Messages of something that is read to its end.
template <typename Response, typename Reader>
class ReaderSource final : public StreamSource<Response> {
 public:
  explicit ReaderSource(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
  Pull Next(Response* message) override {
    const absl::StatusOr<bool> more = reader_->Next(message);
    status_ = more.status();
    return more.ok() && *more ? Pull::kMessage : Pull::kDone;
  }
  absl::Status status() const override { return status_; }

 private:
  const std::unique_ptr<Reader> reader_;
  absl::Status status_;
};

template <typename Response, typename Reader>
grpc::ServerWriteReactor<Response>* ServeReader(absl::StatusOr<std::unique_ptr<Reader>> reader, StreamSet* streams) {
  std::unique_ptr<StreamSource<Response>> source;
  if (reader.ok()) {
    source = std::make_unique<ReaderSource<Response, Reader>>(*std::move(reader));
  } else {
    source = RefusedStream<Response>(reader.status());
  }
  return streams->Serve<Response>(std::move(source), absl::InfiniteDuration());
}

}  // namespace

FeatureStoreService::FeatureStoreService(FeatureStoreEngine* engine, const Options& options)
    : engine_(engine), imports_(options.import_idle_limit) {
  SetMessageAllocatorFor_GetFeatures(&get_features_messages_);
  engine_->OnChange([this] { watchers_.WakeAll(); });
}

void FeatureStoreService::CloseStreams() {
  const absl::Status closing = absl::UnavailableError("the store is shutting down; connect again and go on");
  ingest_.Close(closing);
  imports_.Close(closing);
  watchers_.Close(closing);
  training_sets_.Close(closing);
  verifications_.Close(closing);
  exports_.Close(closing);
}

v1::StoreStats FeatureStoreService::Stats() const {
  v1::StoreStats stats = engine_->Stats();
  stats.set_watchers(static_cast<int32_t>(watchers_.size()));
  return stats;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* FeatureStoreService::Ingest(grpc::CallbackServerContext*) {
  return IngestStream::Begin(engine_, &ingest_);
}

grpc::ServerReadReactor<v1::ImportSnapshotRequest>* FeatureStoreService::ImportSnapshot(
    grpc::CallbackServerContext*, v1::ImportSnapshotResponse* response) {
  return imports_.Begin(engine_, response);
}

grpc::ServerUnaryReactor* FeatureStoreService::GetFeatureSchema(grpc::CallbackServerContext* context,
                                                                const v1::GetFeatureSchemaRequest*,
                                                                v1::FeatureSchema* response) {
  return Answer<v1::FeatureSchema>(context, engine_->schema(), response);
}

grpc::ServerUnaryReactor* FeatureStoreService::GetDeclarations(grpc::CallbackServerContext* context,
                                                               const v1::GetDeclarationsRequest*,
                                                               v1::FeatureDeclarations* response) {
  return Answer<v1::FeatureDeclarations>(context, engine_->declarations(), response);
}

grpc::ServerUnaryReactor* FeatureStoreService::CompareDeclarations(grpc::CallbackServerContext* context,
                                                                   const v1::CompareDeclarationsRequest* request,
                                                                   v1::CompareDeclarationsResponse* response) {
  return Answer(context, engine_->CompareDeclarations(*request), response);
}

grpc::ServerUnaryReactor* FeatureStoreService::GetFeatures(grpc::CallbackServerContext* context,
                                                           const v1::GetFeaturesRequest* request,
                                                           v1::GetFeaturesResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(engine_->GetFeatures(*request, response)));
  return reactor;
}

grpc::ServerUnaryReactor* FeatureStoreService::ListCustomers(grpc::CallbackServerContext* context,
                                                             const v1::ListCustomersRequest* request,
                                                             v1::ListCustomersResponse* response) {
  return Answer(context, engine_->ListCustomers(*request), response);
}

grpc::ServerWriteReactor<v1::WatchFeaturesResponse>* FeatureStoreService::WatchFeatures(
    grpc::CallbackServerContext*, const v1::WatchFeaturesRequest* request) {
  absl::StatusOr<std::unique_ptr<ChangeSource>> source = ChangeSource::Open(engine_, *request);
  if (!source.ok()) {
    return watchers_.Serve<v1::WatchFeaturesResponse>(RefusedStream<v1::WatchFeaturesResponse>(source.status()),
                                                      absl::InfiniteDuration());
  }
  const absl::Duration heartbeat = (*source)->heartbeat();
  return watchers_.Serve<v1::WatchFeaturesResponse>(*std::move(source), heartbeat);
}

grpc::ServerWriteReactor<v1::ReadTrainingSetResponse>* FeatureStoreService::ReadTrainingSet(
    grpc::CallbackServerContext*, const v1::ReadTrainingSetRequest* request) {
  return ServeReader<v1::ReadTrainingSetResponse>(engine_->ReadTrainingSet(*request), &training_sets_);
}

grpc::ServerWriteReactor<v1::VerifyResponse>* FeatureStoreService::Verify(grpc::CallbackServerContext*,
                                                                          const v1::VerifyRequest* request) {
  return ServeReader<v1::VerifyResponse>(engine_->Verify(*request), &verifications_);
}

grpc::ServerWriteReactor<v1::ExportCustomerResponse>* FeatureStoreService::ExportCustomer(
    grpc::CallbackServerContext*, const v1::ExportCustomerRequest* request) {
  return ServeReader<v1::ExportCustomerResponse>(engine_->ExportCustomer(*request), &exports_);
}

grpc::ServerUnaryReactor* FeatureStoreService::EraseCustomer(grpc::CallbackServerContext* context,
                                                             const v1::EraseCustomerRequest* request,
                                                             v1::EraseCustomerResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine_->EraseCustomer(*request, [reactor, response](absl::StatusOr<v1::EraseCustomerResponse> answer) {
    if (answer.ok()) *response = *std::move(answer);
    reactor->Finish(ToGrpcStatus(answer.status()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* FeatureStoreService::GetStats(grpc::CallbackServerContext* context,
                                                        const v1::GetStatsRequest*, v1::StoreStats* response) {
  return Answer<v1::StoreStats>(context, Stats(), response);
}

}  // namespace ebb::feature_store
