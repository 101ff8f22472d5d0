#include "feature_store/feature_store_service.h"

#include <functional>
#include <utility>

#include "feature_store/change_source.h"
#include "runtime/rpc/error_details.h"
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

absl::StatusOr<const CompiledDeclarations*> Asked(bool next, const FeatureStoreEngine& engine) {
  const CompiledDeclarations* declarations = next ? engine.Next() : &engine.Served();
  if (declarations == nullptr) return absl::NotFoundError("no other declarations than those served are being prepared");
  return declarations;
}

// Messages of something that is opened when the first is asked for, and read to its end.
template <typename Response, typename Reader>
class ReaderSource final : public StreamSource<Response> {
 public:
  using Open = std::function<absl::StatusOr<std::unique_ptr<Reader>>()>;
  explicit ReaderSource(Open open) : open_(std::move(open)) {}
  Pull Next(Response* message) override {
    if (reader_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Reader>> opened = open_();
      status_ = opened.status();
      if (!status_.ok()) return Pull::kDone;
      reader_ = *std::move(opened);
    }
    const absl::StatusOr<bool> more = reader_->Next(message);
    status_ = more.status();
    return more.ok() && *more ? Pull::kMessage : Pull::kDone;
  }
  absl::Status status() const override { return status_; }

 private:
  const Open open_;
  std::unique_ptr<Reader> reader_;
  absl::Status status_;
};

// `open` runs later, with what serves the stream: it keeps what it needs of the request.
template <typename Response, typename Reader>
grpc::ServerWriteReactor<Response>* ServeReader(std::function<absl::StatusOr<std::unique_ptr<Reader>>()> open,
                                                StreamSet* streams) {
  return streams->Serve<Response>(std::make_unique<ReaderSource<Response, Reader>>(std::move(open)),
                                  absl::InfiniteDuration());
}

}  // namespace

FeatureStoreService::FeatureStoreService(FeatureStoreEngine* engine, const Options& options)
    : engine_(engine), imports_(options.import_idle_limit), long_work_(options.long_work) {
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
  co_purchases_.Close(closing);
}

v1::StoreStats FeatureStoreService::Stats() const {
  v1::StoreStats stats = engine_->Stats();
  stats.set_watchers(static_cast<int32_t>(watchers_.size()));
  return stats;
}

void FeatureStoreService::RunLong(grpc::ServerUnaryReactor* reactor, std::function<absl::Status()> work) {
  if (long_work_.TryRun([reactor, work = std::move(work)] { reactor->Finish(ToGrpcStatus(work())); })) return;
  reactor->Finish(ToGrpcStatus(
      WithRetryDelay(absl::ResourceExhaustedError("too many reads of the disk are waiting already; try again later"),
                     absl::Seconds(1))));
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* FeatureStoreService::Ingest(grpc::CallbackServerContext*) {
  return IngestStream::Begin(engine_, &ingest_);
}

grpc::ServerReadReactor<v1::ImportSnapshotRequest>* FeatureStoreService::ImportSnapshot(
    grpc::CallbackServerContext*, v1::ImportSnapshotResponse* response) {
  return imports_.Begin(engine_, response);
}

grpc::ServerUnaryReactor* FeatureStoreService::GetFeatureSchema(grpc::CallbackServerContext* context,
                                                                const v1::GetFeatureSchemaRequest* request,
                                                                v1::FeatureSchema* response) {
  const auto declarations = Asked(request->next(), *engine_);
  if (!declarations.ok()) return Answer<v1::FeatureSchema>(context, declarations.status(), response);
  return Answer<v1::FeatureSchema>(context, (*declarations)->schema(), response);
}

grpc::ServerUnaryReactor* FeatureStoreService::GetDeclarations(grpc::CallbackServerContext* context,
                                                               const v1::GetDeclarationsRequest* request,
                                                               v1::FeatureDeclarations* response) {
  const auto declarations = Asked(request->next(), *engine_);
  if (!declarations.ok()) return Answer<v1::FeatureDeclarations>(context, declarations.status(), response);
  return Answer<v1::FeatureDeclarations>(context, (*declarations)->source(), response);
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
  const auto read = [this, request, response] { return engine_->GetFeatures(*request, response); };
  if (request->has_as_of()) {
    RunLong(reactor, read);
  } else {
    reactor->Finish(ToGrpcStatus(read()));
  }
  return reactor;
}

grpc::ServerUnaryReactor* FeatureStoreService::ListCustomers(grpc::CallbackServerContext* context,
                                                             const v1::ListCustomersRequest* request,
                                                             v1::ListCustomersResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  RunLong(reactor, [this, request, response] {
    absl::StatusOr<v1::ListCustomersResponse> page = engine_->ListCustomers(*request);
    if (page.ok()) *response = *std::move(page);
    return page.status();
  });
  return reactor;
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
  return ServeReader<v1::ReadTrainingSetResponse, TrainingSetReader>(
      [this, asked = *request] { return engine_->ReadTrainingSet(asked); }, &training_sets_);
}

grpc::ServerWriteReactor<v1::VerifyResponse>* FeatureStoreService::Verify(grpc::CallbackServerContext*,
                                                                          const v1::VerifyRequest* request) {
  return ServeReader<v1::VerifyResponse, Verification>([this, asked = *request] { return engine_->Verify(asked); },
                                                       &verifications_);
}

grpc::ServerWriteReactor<v1::ExportCustomerResponse>* FeatureStoreService::ExportCustomer(
    grpc::CallbackServerContext*, const v1::ExportCustomerRequest* request) {
  return ServeReader<v1::ExportCustomerResponse, CustomerExport>(
      [this, asked = *request] { return engine_->ExportCustomer(asked); }, &exports_);
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

grpc::ServerUnaryReactor* FeatureStoreService::GetActivityIndex(grpc::CallbackServerContext* context,
                                                                const v1::GetActivityIndexRequest* request,
                                                                v1::ActivityIndex* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  RunLong(reactor, [this, request, response] {
    absl::StatusOr<v1::ActivityIndex> index = engine_->GetActivityIndex(*request);
    if (index.ok()) *response = *std::move(index);
    return index.status();
  });
  return reactor;
}

grpc::ServerUnaryReactor* FeatureStoreService::GetUnpaidBasketReport(grpc::CallbackServerContext* context,
                                                                     const v1::GetUnpaidBasketReportRequest* request,
                                                                     v1::UnpaidBasketReport* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  RunLong(reactor, [this, context, request, response] {
    absl::StatusOr<v1::UnpaidBasketReport> report =
        engine_->GetUnpaidBasketReport(*request, [context] { return context->IsCancelled(); });
    if (report.ok()) *response = *std::move(report);
    return report.status();
  });
  return reactor;
}

grpc::ServerWriteReactor<v1::GetCoPurchasesResponse>* FeatureStoreService::GetCoPurchases(
    grpc::CallbackServerContext*, const v1::GetCoPurchasesRequest* request) {
  return ServeReader<v1::GetCoPurchasesResponse, CoPurchaseReader>(
      [this, asked = *request] { return engine_->GetCoPurchases(asked); }, &co_purchases_);
}

grpc::ServerUnaryReactor* FeatureStoreService::GetRecentGoods(grpc::CallbackServerContext* context,
                                                              const v1::GetRecentGoodsRequest* request,
                                                              v1::GetRecentGoodsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<bool> told = engine_->GetRecentGoods(*request, /*may_read_history=*/false, response);
  if (!told.ok() || *told) {
    reactor->Finish(ToGrpcStatus(told.status()));
    return reactor;
  }
  RunLong(reactor, [this, request, response] {
    response->Clear();
    return engine_->GetRecentGoods(*request, /*may_read_history=*/true, response).status();
  });
  return reactor;
}

}  // namespace ebb::feature_store
