#include "feature_store/snapshot_stream.h"

#include <utility>

#include "runtime/rpc/status.h"

namespace ebb::feature_store {

SnapshotStream::SnapshotStream(FeatureStoreEngine* engine, v1::ImportSnapshotResponse* response)
    : engine_(engine), response_(response) {
  absl::StatusOr<std::unique_ptr<StagedSnapshot>> snapshot = engine->BeginSnapshot();
  if (!snapshot.ok()) {
    Finish(ToGrpcStatus(snapshot.status()));
    return;
  }
  snapshot_ = *std::move(snapshot);
  StartRead(&request_);
}

void SnapshotStream::OnReadDone(bool ok) {
  if (!ok) {
    return Finish(
        ToGrpcStatus(absl::InvalidArgumentError("commit: the stream ended without one; nothing was imported")));
  }
  if (absl::Status taken = snapshot_->Take(std::move(request_)); !taken.ok()) return Finish(ToGrpcStatus(taken));
  if (!snapshot_->committed()) {
    request_.Clear();
    return StartRead(&request_);
  }
  engine_->CommitSnapshot(std::move(snapshot_), [this](absl::StatusOr<v1::ImportSnapshotResponse> response) {
    if (response.ok()) *response_ = *std::move(response);
    Finish(ToGrpcStatus(response.status()));
  });
}

}  // namespace ebb::feature_store
