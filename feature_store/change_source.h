// Where the messages of a WatchFeatures stream come from.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_store_engine.h"
#include "runtime/rpc/server_stream.h"

namespace ebb::feature_store {

// Reads the engine's changes in order of sequence, latest wins, from the request's token on. One stream uses it.
class ChangeSource final : public StreamSource<v1::WatchFeaturesResponse> {
 public:
  // INVALID_ARGUMENT names the field; OUT_OF_RANGE: the token is of another store, or of a later state than this one's;
  // FAILED_PRECONDITION: it was written by a newer version.
  static absl::StatusOr<std::unique_ptr<ChangeSource>> Open(const FeatureStoreEngine* engine,
                                                            const v1::WatchFeaturesRequest& request);
  absl::Duration heartbeat() const { return heartbeat_; }

  Pull Next(v1::WatchFeaturesResponse* message) override;
  bool Heartbeat(v1::WatchFeaturesResponse* message) override;
  absl::Status status() const override { return status_; }

 private:
  ChangeSource(const FeatureStoreEngine* engine, uint64_t sequence, size_t max_batch, absl::Duration heartbeat)
      : engine_(engine),
        place_(engine->watchers(), sequence),
        sequence_(sequence),
        max_batch_(max_batch),
        heartbeat_(heartbeat) {}
  void AddToken(v1::WatchFeaturesResponse* message) const;

  const FeatureStoreEngine* const engine_;
  WatcherPlaces::Place place_;
  uint64_t sequence_;  // everything up to here was sent
  const size_t max_batch_;
  const absl::Duration heartbeat_;
  const CompiledDeclarations* schema_sent_ = nullptr;  // of these
  bool caught_up_ = false;
  absl::Status status_;
};

}  // namespace ebb::feature_store
