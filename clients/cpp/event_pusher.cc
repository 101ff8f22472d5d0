// Engine: the window and the thread that keeps one stream open. Stream: one attempt, driven by gRPC's callbacks.
//
// `unacknowledged_` holds closed batches in order; the first `sent_` of them were written to the current stream. An
// acknowledgement always concerns the front one. A new stream begins with sent_ = 0, which is the resend.
#include "clients/cpp/event_pusher.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/peer.h"
#include "clients/cpp/retry.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/backoff.h"
#include "runtime/mutex.h"
#include "runtime/rpc/error_details.h"

namespace ebb {
namespace {

constexpr char kEndedEarly[] = "the feature store ended the stream before it acknowledged anything";

struct Batch {
  v1::IngestRequest request;
  std::vector<int64_t> tags;
  size_t bytes = 0;
  // When the first event came.
  absl::Time begun;
  int times_sent = 0;
  // Streams in a row that ended by an error of their own while this batch was the next to be acknowledged.
  int streams_ended = 0;
};

// Whether the stream ended because of what was sent, as far as can be told: not because the store went away or asks to
// come back later.
bool MayBeOurFault(const absl::Status& status) {
  return !status.ok() && !absl::IsUnavailable(status) && !absl::IsCancelled(status) &&
         !RetryDelayOf(status).has_value();
}

}  // namespace

class EventPusher::Engine {
 public:
  // `ended_` is set before the connector starts, so it needs no lock here.
  explicit Engine(Options options)
      : options_(std::move(options)),
        peer_("feature store", options_.address, options_.connect_limit, options_.tls),
        ended_(peer_.problem),
        backoff_(options_.first_backoff, options_.most_backoff, options_.seed),
        connector_([this] { Connect(); }) {}

  ~Engine() {
    Stop();
    connector_.join();
  }

  absl::Status Push(v1::Event event, int64_t tag) {
    MutexLock lock(&mutex_);
    const size_t bytes = event.ByteSizeLong();
    if (open_ && open_->bytes + bytes > options_.batch_bytes) CloseBatch();
    while (ended_.ok() && static_cast<int>(unacknowledged_.size()) >= options_.window) changed_.Wait(&mutex_);
    if (!ended_.ok()) return ended_;
    if (!open_) {
      open_ = std::make_shared<Batch>();
      open_->begun = absl::Now();
      changed_.SignalAll();  // the connector waits for the time when it must go
    }
    *open_->request.add_events() = std::move(event);
    open_->tags.push_back(tag);
    open_->bytes += bytes;
    if (open_->request.events_size() >= options_.batch_events) CloseBatch();
    return absl::OkStatus();
  }

  absl::Status Flush(absl::Duration timeout) {
    const absl::Time deadline = absl::Now() + timeout;
    MutexLock lock(&mutex_);
    if (open_) CloseBatch();
    while (ended_.ok() && !unacknowledged_.empty()) {
      if (changed_.WaitWithDeadline(&mutex_, deadline) && !unacknowledged_.empty() && ended_.ok()) {
        return absl::DeadlineExceededError(absl::StrCat(unacknowledged_.size(), " batches are not acknowledged yet"));
      }
    }
    return ended_;
  }

  void Stop() {
    MutexLock lock(&mutex_);
    End(absl::CancelledError("pushing was stopped"));
  }

  Totals totals() const {
    MutexLock lock(&mutex_);
    return totals_;
  }

 private:
  class Stream;

  void CloseBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Connect();
  absl::Status RunStream();
  absl::Time GiveUpTime() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return totals_.acknowledged() > 0 ? absl::InfiniteFuture() : first_attempt_ + options_.connect_limit;
  }
  // When the batch begun must be sent; never while the window is full, for a full window closes no batch.
  absl::Time LingerEnd() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool full = static_cast<int>(unacknowledged_.size()) >= options_.window;
    return open_ && !full && ended_.ok() ? open_->begun + options_.linger : absl::InfiniteFuture();
  }
  void CloseBatchAtItsTime() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (absl::Now() >= LingerEnd()) CloseBatch();
  }
  bool WaitForWork();
  absl::Status Verdict(const absl::Status& ended) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReportRefusals(const Batch& batch, const v1::IngestResponse& response) const;
  absl::Status Acknowledge(const v1::IngestResponse& response);

  const Options options_;
  const Peer<v1::FeatureStore> peer_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::shared_ptr<Batch> open_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Batch>> unacknowledged_ ABSL_GUARDED_BY(mutex_);
  size_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t next_batch_id_ ABSL_GUARDED_BY(mutex_) = 1;
  Stream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  absl::Time last_progress_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time first_attempt_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  Totals totals_ ABSL_GUARDED_BY(mutex_);
  // Not OK: pushing has ended for good.
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_failure_ ABSL_GUARDED_BY(mutex_);  // of a stream

  Backoff backoff_;  // only the connector's
  std::thread connector_;
};

// Lives on the connector's stack until OnDone. All its state belongs to the engine's lock, which its callers hold: they
// assert it, because the analysis cannot see that the engine which calls is the engine pointed to.
class EventPusher::Engine::Stream : public grpc::ClientBidiReactor<v1::IngestRequest, v1::IngestResponse> {
 public:
  explicit Stream(Engine* engine) : engine_(engine) { engine->peer_.stub->async()->Ingest(&context_, this); }

  void Start() {
    engine_->mutex_.AssertHeld();
    AddHold();  // writes are started by Push, outside of reactions
    StartRead(&response_);
    StartCall();
    WriteNext();
  }

  // Writes the first batch that was not sent on this stream, if there is one and no write is under way.
  void WriteNext() {
    engine_->mutex_.AssertHeld();
    if (writing_ || closed_ || engine_->sent_ >= engine_->unacknowledged_.size()) return;
    writing_ = engine_->unacknowledged_[engine_->sent_++];
    ++writing_->times_sent;
    StartWrite(&writing_->request);
  }

  // Cancels; OnDone follows.
  void Cancel() {
    engine_->mutex_.AssertHeld();
    context_.TryCancel();
    Close();
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&engine_->mutex_);
    writing_.reset();
    if (ok) {
      WriteNext();
    } else {
      Close();  // the read ends too, and the server's status reaches OnDone
    }
  }

  void OnReadDone(bool ok) override {
    absl::Status status;
    if (ok) status = engine_->Acknowledge(response_);
    MutexLock lock(&engine_->mutex_);
    violation_ = status;
    if (!status.ok()) return Cancel();
    if (!ok) return Close();
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    MutexLock lock(&engine_->mutex_);
    status_ = violation_.ok() ? PeerStatus(status, "feature store", engine_->options_.address) : violation_;
    done_ = true;
    engine_->changed_.SignalAll();
  }

  bool done() const {
    engine_->mutex_.AssertHeld();
    return done_;
  }
  absl::Status status() const {
    engine_->mutex_.AssertHeld();
    return status_;
  }

 private:
  // No more writes.
  void Close() ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine_->mutex_) {
    if (!std::exchange(closed_, true)) RemoveHold();
  }

  Engine* const engine_;
  grpc::ClientContext context_;
  v1::IngestResponse response_;
  std::shared_ptr<Batch> writing_ ABSL_GUARDED_BY(engine_->mutex_);
  bool closed_ ABSL_GUARDED_BY(engine_->mutex_) = false;
  bool done_ ABSL_GUARDED_BY(engine_->mutex_) = false;
  absl::Status violation_ ABSL_GUARDED_BY(engine_->mutex_);
  absl::Status status_ ABSL_GUARDED_BY(engine_->mutex_);
};

void EventPusher::Engine::CloseBatch() {
  open_->request.set_batch_id(next_batch_id_++);
  open_->request.set_backfill(options_.backfill);
  if (unacknowledged_.empty()) last_progress_ = absl::Now();
  unacknowledged_.push_back(std::move(open_));
  open_ = nullptr;
  if (stream_ != nullptr) stream_->WriteNext();
  changed_.SignalAll();
}

void EventPusher::Engine::End(absl::Status status) {
  if (ended_.ok()) ended_ = std::move(status);
  if (stream_ != nullptr) stream_->Cancel();
  changed_.SignalAll();
}

// Takes the front batch out and reports what became of it.
absl::Status EventPusher::Engine::Acknowledge(const v1::IngestResponse& response) {
  std::shared_ptr<Batch> batch;
  {
    MutexLock lock(&mutex_);
    if (sent_ == 0 || unacknowledged_.front()->request.batch_id() != response.batch_id()) {
      return absl::InternalError(
          absl::StrCat("the feature store acknowledged batch ", response.batch_id(), " out of order"));
    }
    batch = unacknowledged_.front();
    const int64_t events = batch->request.events_size();
    if (response.accepted() + response.duplicate() + response.rejected() != events) {
      return absl::InternalError(absl::StrCat("the feature store acknowledged ",
                                              response.accepted() + response.duplicate() + response.rejected(), " of ",
                                              events, " events of a batch"));
    }
  }
  // Reported before it counts: who sees Flush return has seen all refusals.
  ReportRefusals(*batch, response);
  MutexLock lock(&mutex_);
  unacknowledged_.pop_front();
  --sent_;
  totals_.accepted += response.accepted();
  totals_.duplicate += response.duplicate();
  if (batch->times_sent > 1) totals_.duplicate_after_resend += response.duplicate();
  totals_.refused += response.rejected();
  last_progress_ = absl::Now();
  changed_.SignalAll();
  return absl::OkStatus();
}

// One call an event: the store names every rule that an event breaks, each by itself.
void EventPusher::Engine::ReportRefusals(const Batch& batch, const v1::IngestResponse& response) const {
  if (!options_.on_refused) return;
  std::map<int, std::vector<const v1::RejectedEvent*>> by_event;
  for (const v1::RejectedEvent& reason : response.rejections()) {
    if (reason.index() >= 0 && reason.index() < batch.request.events_size())
      by_event[reason.index()].push_back(&reason);
  }
  for (auto& [index, reasons] : by_event)
    options_.on_refused({batch.tags[index], batch.request.events(index), std::move(reasons)});
}

// Until there is something to send; false when pushing has ended.
bool EventPusher::Engine::WaitForWork() {
  MutexLock lock(&mutex_);
  while (ended_.ok() && unacknowledged_.empty()) {
    changed_.WaitWithDeadline(&mutex_, LingerEnd());
    CloseBatchAtItsTime();
  }
  if (first_attempt_ == absl::InfiniteFuture()) first_attempt_ = absl::Now();
  return ended_.ok();
}

void EventPusher::Engine::Connect() {
  while (WaitForWork()) {
    const absl::Status status = RunStream();
    const absl::Duration wait = WaitBeforeRetry(status, backoff_.Next());
    bool report = false;
    {
      MutexLock lock(&mutex_);
      if (!ended_.ok()) return;
      if (!status.ok()) last_failure_ = status;
      if (absl::Status verdict = Verdict(status); !verdict.ok()) return End(verdict);
      if (absl::Now() + wait > GiveUpTime()) return End(status.ok() ? absl::UnavailableError(kEndedEarly) : status);
      ++totals_.reconnects;
      report = !unacknowledged_.empty();
    }
    if (report && options_.on_disconnect) options_.on_disconnect(status, wait);
    const absl::Time until = absl::Now() + wait;
    MutexLock lock(&mutex_);
    while (ended_.ok() && absl::Now() < until) changed_.WaitWithDeadline(&mutex_, until);
  }
}

// Why there must be no further attempt after a stream that ended so; OK: there must.
absl::Status EventPusher::Engine::Verdict(const absl::Status& ended) {
  if (!ended.ok() && !IsTransient(ended)) return ended;
  if (sent_ == 0 || !MayBeOurFault(ended)) return absl::OkStatus();
  Batch& front = *unacknowledged_.front();
  if (++front.streams_ended < options_.poison_limit) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the same batch of ", front.request.events_size(), " events (", front.tags.front(), " to ", front.tags.back(),
      ") ended ", front.streams_ended, " streams in a row, so pushing it again cannot help: ", ended.message()));
}

// One stream from its beginning to its end.
absl::Status EventPusher::Engine::RunStream() {
  Stream stream(this);
  MutexLock lock(&mutex_);
  const int64_t before = totals_.acknowledged();
  sent_ = 0;
  last_progress_ = absl::Now();
  stream_ = &stream;
  if (ended_.ok()) {
    stream.Start();
  } else {
    stream_ = nullptr;
    stream.Start();
    stream.Cancel();
  }
  bool stalled = false;
  while (!stream.done()) {
    const absl::Time stall = unacknowledged_.empty() ? absl::InfiniteFuture() : last_progress_ + options_.stall_limit;
    const absl::Time limit = std::min(stall, unacknowledged_.empty() ? absl::InfiniteFuture() : GiveUpTime());
    changed_.WaitWithDeadline(&mutex_, std::min(stalled ? absl::InfiniteFuture() : limit, LingerEnd()));
    CloseBatchAtItsTime();
    if (!stream.done() && absl::Now() >= limit && !unacknowledged_.empty() && !stalled) {
      stalled = true;
      stream.Cancel();
    }
  }
  stream_ = nullptr;
  if (totals_.acknowledged() > before) backoff_.Reset();
  if (stalled) {
    // Where no attempt ever got through, the one before says more than the one that was cut short.
    if (totals_.acknowledged() == 0 && !last_failure_.ok()) return last_failure_;
    return absl::UnavailableError(
        absl::StrCat("the feature store at ", options_.address, " acknowledged nothing for ",
                     absl::FormatDuration(std::min(options_.stall_limit, options_.connect_limit))));
  }
  return stream.status();
}

EventPusher::EventPusher(Options options) : engine_(std::make_unique<Engine>(std::move(options))) {}
EventPusher::~EventPusher() = default;
absl::Status EventPusher::Push(v1::Event event, int64_t tag) { return engine_->Push(std::move(event), tag); }
absl::Status EventPusher::Flush(absl::Duration timeout) { return engine_->Flush(timeout); }
void EventPusher::Stop() { engine_->Stop(); }
EventPusher::Totals EventPusher::totals() const { return engine_->totals(); }

}  // namespace ebb
