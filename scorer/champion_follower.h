#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/trainer_service.grpc.pb.h"
#include "grpcpp/channel.h"
#include "scorer/model_folder.h"
#include "scorer/model_slot.h"
#include "scorer/peer_follower.h"
#include "scorer/scoring_engine.h"

namespace ebb::scorer {

// Brings the trainer's champion into service: fetched, checked and kept on disk on this follower's own thread, then one
// switch. A champion that cannot be served is named in the log and the present model stays.
class ChampionFollower final : public PeerFollower {
 public:
  // What else is done with what the trainer says; both on this follower's thread.
  struct Hooks {
    std::function<void()> on_switched;  // after each switch
    int challengers = 0;                // how many are asked for
    // With each message, after its champion was served or refused: the newest challengers, newest first.
    std::function<void(const std::vector<v1::Model>& challengers)> on_challengers;
  };
  ChampionFollower(std::shared_ptr<grpc::Channel> trainer, absl::Duration longest_wait, ServingRules rules,
                   ModelFolder folder, const ModelSlot* slot, ScoringEngine* engine, Hooks hooks);
  ~ChampionFollower() override { Stop(); }

  // A model's file, checked by its digest. On any thread; Stop cancels it. DATA_LOSS: the bytes are not the model's.
  absl::StatusOr<ModelFile> Download(const v1::Model& model);

 protected:
  absl::Status FollowOnce(grpc::ClientContext* context) override;

 private:
  absl::Status Serve(const v1::Model& champion);

  const std::unique_ptr<v1::Trainer::Stub> stub_;
  const ServingRules rules_;
  const ModelFolder folder_;
  const ModelSlot* const slot_;
  ScoringEngine* const engine_;
  const Hooks hooks_;
};

// The bytes of a model file, checked, as it is served. Errors of ParseModelFile.
absl::StatusOr<std::shared_ptr<const ServedModel>> ServeFile(const ModelFile& file, const ServingRules& rules);

}  // namespace ebb::scorer
