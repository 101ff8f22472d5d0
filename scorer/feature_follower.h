#pragma once

#include <functional>
#include <memory>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "grpcpp/channel.h"
#include "scorer/peer_follower.h"
#include "scorer/scoring_engine.h"

namespace ebb::scorer {

// Brings the store's vectors to the engine, from where the engine stopped. A store that does not know the token
// (another data folder) is read from its beginning; known customers keep their scores meanwhile.
class FeatureFollower final : public PeerFollower {
 public:
  // `on_fatal`: the disk failed and only a restart heals it; the follower then rests.
  FeatureFollower(std::shared_ptr<grpc::Channel> store, absl::Duration longest_wait, ScoringEngine* engine,
                  std::function<void(const absl::Status&)> on_fatal);
  ~FeatureFollower() override { Stop(); }

 protected:
  absl::Status FollowOnce(grpc::ClientContext* context) override;

 private:
  const std::unique_ptr<v1::FeatureStore::Stub> stub_;
  ScoringEngine* const engine_;
  const std::function<void(const absl::Status&)> on_fatal_;
};

}  // namespace ebb::scorer
