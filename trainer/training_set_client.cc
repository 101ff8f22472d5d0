#include "trainer/training_set_client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/retry.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/backoff.h"
#include "runtime/mutex.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/status.h"

namespace ebb::trainer {
namespace {

// How soon a waiting read notices that it was cancelled.
constexpr absl::Duration kCancelCheck = absl::Milliseconds(50);
// Calls in a row that may end without a chunk before the read is given up: about half a minute.
constexpr int kMostFailures = 10;

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

// One call. Each chunk moves `request` on, so that the next call begins behind it.
absl::Status ReadOnce(v1::FeatureStore::Stub* stub, v1::ReadTrainingSetRequest* request, absl::Duration timeout,
                      const CancelFn& cancelled, const TrainingSetSource::TakeChunk& take, bool* worth_another) {
  *worth_another = false;
  ChunkReader reader(stub, *request, timeout);
  absl::Status taken;
  bool complete = false;
  while (taken.ok()) {
    const v1::ReadTrainingSetResponse* chunk = reader.Next(cancelled);
    if (chunk == nullptr) break;
    taken = take(*chunk);
    complete = chunk->has_summary();
    request->set_resume_token(chunk->resume_token());
  }
  const bool stopped = cancelled && cancelled();
  const absl::Status ended = FromGrpcStatus(reader.Finish());
  if (!taken.ok() || complete) return taken;  // nothing is lost with what ends the call behind the summary
  if (stopped) return absl::CancelledError("reading the training set was cancelled");
  if (ended.ok()) return ended;
  const absl::StatusCode code = absl::IsCancelled(ended) ? absl::StatusCode::kUnavailable : ended.code();
  const absl::Status named(code, absl::StrCat("reading the training set from the feature store: ", ended.message()));
  *worth_another = IsTransient(named) && !request->resume_token().empty();
  return named;
}

// False when `cancelled` in between.
bool Wait(absl::Duration time, const CancelFn& cancelled) {
  const absl::Time end = absl::Now() + time;
  while (absl::Now() < end) {
    if (cancelled && cancelled()) return false;
    absl::SleepFor(std::min(kCancelCheck, end - absl::Now()));
  }
  return true;
}

}  // namespace

TrainingSetClient::TrainingSetClient(std::shared_ptr<grpc::Channel> channel, absl::Duration timeout)
    : channel_(std::move(channel)), timeout_(timeout) {}

absl::Status TrainingSetClient::Read(const v1::ReadTrainingSetRequest& request, const CancelFn& cancelled,
                                     const TakeChunk& take) {
  const std::unique_ptr<v1::FeatureStore::Stub> stub = v1::FeatureStore::NewStub(channel_);
  const absl::Time deadline = absl::Now() + timeout_;
  v1::ReadTrainingSetRequest rest = request;
  Backoff backoff(absl::Milliseconds(200), absl::Seconds(5), absl::ToUnixNanos(absl::Now()));
  for (int attempt = 0;; ++attempt) {
    const std::string begun_at = rest.resume_token();
    bool worth_another;
    const absl::Status read = ReadOnce(stub.get(), &rest, deadline - absl::Now(), cancelled, take, &worth_another);
    if (read.ok() || !worth_another) return read;
    if (rest.resume_token() != begun_at) {
      attempt = 0;
      backoff.Reset();
    }
    const absl::Duration pause = WaitBeforeRetry(read, backoff.Next());
    if (attempt == kMostFailures || absl::Now() + pause >= deadline) return read;
    if (!Wait(pause, cancelled)) return absl::CancelledError("reading the training set was cancelled");
  }
}

}  // namespace ebb::trainer
