#include "feature_store/snapshot_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/invalid_field.h"
#include "runtime/rpc/status.h"

namespace ebb::feature_store {

grpc::ServerReadReactor<v1::ImportSnapshotRequest>* SnapshotStreams::Begin(FeatureStoreEngine* engine,
                                                                           v1::ImportSnapshotResponse* response) {
  auto stream = std::make_shared<SnapshotStream>(engine, this, response);
  SnapshotStream* const reactor = stream.get();
  SnapshotStream::Begin(std::move(stream));
  return reactor;
}

void SnapshotStreams::Close(const absl::Status& status) {
  MutexLock lock(&mutex_);
  closed_ = status;
  for (SnapshotStream* stream : streams_) stream->Close(status);
}

absl::Status SnapshotStreams::Add(SnapshotStream* stream) {
  MutexLock lock(&mutex_);
  if (closed_.ok()) streams_.insert(stream);
  return closed_;
}

void SnapshotStreams::Remove(SnapshotStream* stream) {
  MutexLock lock(&mutex_);
  streams_.erase(stream);
}

void SnapshotStream::Begin(std::shared_ptr<SnapshotStream> stream) {
  stream->self_ = stream;
  absl::StatusOr<std::unique_ptr<StagedSnapshot>> snapshot = stream->engine_->BeginSnapshot();
  if (!snapshot.ok()) return stream->Finish(ToGrpcStatus(snapshot.status()));
  {
    MutexLock lock(&stream->mutex_);
    stream->snapshot_ = *std::move(snapshot);
    stream->ReadNext();
  }
  if (absl::Status added = stream->streams_->Add(stream.get()); !added.ok()) stream->Close(added);
}

void SnapshotStream::Close(const absl::Status& status) {
  MutexLock lock(&mutex_);
  End(status);
}

void SnapshotStream::OnReadDone(bool ok) {
  std::unique_ptr<StagedSnapshot> whole;
  {
    MutexLock lock(&mutex_);
    if (snapshot_ == nullptr) return;
    ++messages_;
    if (!ok) return End(InvalidField("commit", "the stream ended without one; nothing was imported"));
    if (absl::Status taken = snapshot_->Take(std::move(request_)); !taken.ok()) return End(taken);
    if (!snapshot_->committed()) return ReadNext();
    alarm_->Cancel();
    whole = std::move(snapshot_);
  }
  Commit(std::move(whole));
}

void SnapshotStream::ReadNext() {
  // A new alarm each time: the callback of the one before may still be on its way.
  alarm_ = std::make_unique<grpc::Alarm>();
  const gpr_timespec silence = gpr_time_from_micros(absl::ToInt64Microseconds(streams_->idle_limit_), GPR_TIMESPAN);
  alarm_->Set(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), silence),
              [held = self_, messages = messages_](bool passed) mutable {
                const std::shared_ptr<SnapshotStream> stream = std::move(held);
                if (passed) stream->OnSilence(messages);
              });
  request_.Clear();
  StartRead(&request_);
}

void SnapshotStream::OnSilence(int64_t messages) {
  MutexLock lock(&mutex_);
  if (messages != messages_) return;  // one came just then
  End(absl::DeadlineExceededError(absl::StrCat("no message for ", absl::FormatDuration(streams_->idle_limit_),
                                               "; nothing was imported: import again without such pauses")));
}

void SnapshotStream::End(const absl::Status& status) {
  if (snapshot_ == nullptr) return;
  snapshot_.reset();
  alarm_->Cancel();
  Finish(ToGrpcStatus(status));
}

void SnapshotStream::Commit(std::unique_ptr<StagedSnapshot> snapshot) {
  engine_->CommitSnapshot(std::move(snapshot), [this](absl::StatusOr<v1::ImportSnapshotResponse> response) {
    if (response.ok()) *response_ = *std::move(response);
    Finish(ToGrpcStatus(response.status()));
  });
}

void SnapshotStream::OnDone() {
  streams_->Remove(this);
  const std::shared_ptr<SnapshotStream> last = std::move(self_);
}

}  // namespace ebb::feature_store
