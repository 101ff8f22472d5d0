#include "scorer/feature_follower.h"

#include <utility>

#include "runtime/log.h"
#include "runtime/rpc/arena_message.h"
#include "runtime/rpc/status.h"

namespace ebb::scorer {
namespace {

// Vectors in one message: one micro-batch of scoring and one fsync.
constexpr int kBatch = 512;

}  // namespace

FeatureFollower::FeatureFollower(std::shared_ptr<grpc::Channel> store, absl::Duration longest_wait,
                                 ScoringEngine* engine, std::function<void(const absl::Status&)> on_fatal)
    : PeerFollower("feature_follower", store, longest_wait),
      stub_(v1::FeatureStore::NewStub(std::move(store))),
      engine_(engine),
      on_fatal_(std::move(on_fatal)) {}

absl::Status FeatureFollower::FollowOnce(grpc::ClientContext* context) {
  v1::WatchFeaturesRequest request;
  request.set_resume_token(engine_->store_token());
  request.set_max_batch(kBatch);
  const auto reader = stub_->WatchFeatures(context, request);
  ArenaMessage<v1::WatchFeaturesResponse> message;
  absl::Status taken;
  while (taken.ok() && reader->Read(message.Renew())) {
    MessageReceived();
    taken = engine_->TakeFeatures(*message.get());
  }
  if (!taken.ok()) context->TryCancel();
  const absl::Status ended = FromGrpcStatus(reader->Finish());
  if (absl::IsInternal(taken) || absl::IsDataLoss(taken)) on_fatal_(taken);
  if (!taken.ok()) return taken;
  if (absl::IsOutOfRange(ended)) {
    Log(Level::kWarning, "feature_follower", "the store does not know our place; starting anew",
        {{"reason", ended.message()}});
    engine_->ForgetStoreToken();
  }
  return ended;
}

}  // namespace ebb::scorer
