#include "trainer/training_set_client.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/mutex.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/status.h"

namespace ebb::trainer {
namespace {

// How soon a waiting read notices that it was cancelled.
constexpr absl::Duration kCancelCheck = absl::Milliseconds(50);

// Brings one message at a time from gRPC's thread to the one that asks. gRPC has no other way to wait for a message and
// for a cancellation at once.
class ChunkReader final : public grpc::ClientReadReactor<v1::ReadTrainingSetResponse> {
 public:
  ChunkReader(v1::FeatureStore::Stub* stub, const v1::ReadTrainingSetRequest& request, absl::Duration timeout) {
    SetDeadline(timeout, &context_);
    stub->async()->ReadTrainingSet(&context_, &request, this);
    AddHold();  // reads are started from outside of reactions: without it the call may end, and be gone, before one
    StartRead(&chunk_);
    StartCall();
  }

  // The next message, valid until the next call; nullptr at the end or when `cancelled`.
  const v1::ReadTrainingSetResponse* Next(const CancelFn& cancelled) {
    MutexLock lock(&mutex_);
    if (std::exchange(taken_, false)) StartRead(&chunk_);
    while (!arrived_ && !ended_) {
      if (cancelled && cancelled()) return nullptr;
      changed_.WaitWithTimeout(&mutex_, kCancelCheck);
    }
    if (!arrived_) return nullptr;
    arrived_ = false;
    taken_ = true;
    return &chunk_;
  }

  // Breaks off a call that is still running; then how it ended.
  grpc::Status Finish() {
    bool running = false;
    {
      MutexLock lock(&mutex_);
      running = !ended_;
    }
    if (running) context_.TryCancel();
    RemoveHold();
    MutexLock lock(&mutex_);
    while (!status_) changed_.Wait(&mutex_);
    return *status_;
  }

  void OnReadDone(bool ok) override {
    MutexLock lock(&mutex_);
    (ok ? arrived_ : ended_) = true;
    changed_.Signal();
  }

  void OnDone(const grpc::Status& status) override {
    MutexLock lock(&mutex_);
    status_ = status;
    ended_ = true;
    changed_.Signal();  // under the lock: the waiter destroys this as soon as it has it
  }

 private:
  grpc::ClientContext context_;
  Mutex mutex_;
  CondVar changed_;
  v1::ReadTrainingSetResponse chunk_;  // gRPC's between StartRead and OnReadDone, else the asker's
  bool arrived_ ABSL_GUARDED_BY(mutex_) = false;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

TrainingSetClient::TrainingSetClient(std::shared_ptr<grpc::Channel> channel, absl::Duration timeout)
    : channel_(std::move(channel)), timeout_(timeout) {}

absl::Status TrainingSetClient::Read(const v1::ReadTrainingSetRequest& request, const CancelFn& cancelled,
                                     const TakeChunk& take) {
  const std::unique_ptr<v1::FeatureStore::Stub> stub = v1::FeatureStore::NewStub(channel_);
  ChunkReader reader(stub.get(), request, timeout_);
  absl::Status taken;
  while (taken.ok()) {
    const v1::ReadTrainingSetResponse* chunk = reader.Next(cancelled);
    if (chunk == nullptr) break;
    taken = take(*chunk);
  }
  const bool stopped = cancelled && cancelled();
  const absl::Status ended = FromGrpcStatus(reader.Finish());
  if (!taken.ok()) return taken;
  if (stopped) return absl::CancelledError("reading the training set was cancelled");
  if (ended.ok()) return ended;
  const absl::StatusCode code = absl::IsCancelled(ended) ? absl::StatusCode::kUnavailable : ended.code();
  return absl::Status(code, absl::StrCat("reading the training set from the feature store: ", ended.message()));
}

}  // namespace ebb::trainer
