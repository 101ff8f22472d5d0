// Long server streams without their pitfalls: one message under way at a time, woken when there is news, a heartbeat in
// silence, ended by the client, by the source, by shutdown, or because nobody reads it.
//
//   class Numbers : public StreamSource<Number> {
//     Pull Next(Number* message) override { ... }
//   };
//   grpc::ServerWriteReactor<Number>* Watch(grpc::CallbackServerContext*, const Request* request) override {
//     return streams_.Serve<Number>(std::make_unique<Numbers>(&table_, *request), absl::Seconds(15));
//   }
//   ... after each change of the table: streams_.WakeAll();
//   ... host->OnDrain([this] { streams_.Close(absl::UnavailableError("shutting down; resume with your token")); });
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "runtime/mutex.h"
#include "runtime/rpc/arena_message.h"
#include "runtime/rpc/status.h"
#include "runtime/work_pool.h"

namespace ebb {

enum class Pull {
  kMessage,  // *message is the next to send
  kIdle,     // nothing now: ask again after a wake
  kDone,     // end the stream with the source's status()
};

// Where a stream's messages come from. Called by one thread at a time, never while a message is on its way, so that a
// slow consumer costs one message of memory, or two where messages go out together; destroyed before its stream counts
// as ended.
template <typename T>
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  // Called with an empty message. Should return soon: it runs on a thread of gRPC's, unless the set has a pool.
  virtual Pull Next(T* message) = 0;
  // Fills what is sent after a silence; false for nothing.
  virtual bool Heartbeat(T*) { return false; }
  // After kDone.
  virtual absl::Status status() const { return absl::OkStatus(); }
};

// Nothing but a status: the answer to a request that is refused.
template <typename T>
std::unique_ptr<StreamSource<T>> RefusedStream(absl::Status status) {
  class Refused final : public StreamSource<T> {
   public:
    explicit Refused(absl::Status status) : status_(std::move(status)) {}
    Pull Next(T*) override { return Pull::kDone; }
    absl::Status status() const override { return status_; }

   private:
    const absl::Status status_;
  };
  return std::make_unique<Refused>(std::move(status));
}

class StreamSet;

// What a StreamSet knows of a stream, whatever its message.
class StreamControl {
 public:
  virtual ~StreamControl() = default;
  virtual void Wake() = 0;
  virtual void Close(const absl::Status& status) = 0;
};

// All running streams of a service or of one of its methods. Thread-safe. Must outlive the server that runs them.
class StreamSet {
 public:
  struct Options {
    size_t max_streams = 1000;
    // A message that has found no room at its reader for so long ends the stream with DEADLINE_EXCEEDED: the source
    // goes at once, and with it what it holds.
    absl::Duration longest_write = absl::Minutes(1);
    // For small messages that often come together: each is asked for before the one ahead of it is written, and what
    // follows each other goes to the network as one.
    bool together = false;
    // Sources whose Next is long run there: borrowed. A stream that the pool refuses ends with RESOURCE_EXHAUSTED.
    // Null: on gRPC's threads.
    WorkPool* pool = nullptr;
  };
  StreamSet() : StreamSet(Options()) {}
  explicit StreamSet(const Options& options) : options_(options) {}
  StreamSet(const StreamSet&) = delete;
  StreamSet& operator=(const StreamSet&) = delete;

  // The reactor for one call; it belongs to gRPC. Over max_streams it ends with RESOURCE_EXHAUSTED, after Close with
  // Close's status. `heartbeat`: the silence after which Heartbeat is asked; absl::InfiniteDuration() for never.
  template <typename T>
  grpc::ServerWriteReactor<T>* Serve(std::unique_ptr<StreamSource<T>> source, absl::Duration heartbeat);

  // Idle streams ask their source again. Cheap for the caller: the asking is done on gRPC's threads. The caller must
  // not hold a lock that a source takes.
  void WakeAll();
  // Every stream ends with `status` once the message under way is sent; later ones end at once.
  void Close(const absl::Status& status);
  size_t size() const;

 private:
  template <typename T>
  friend class ServerStream;

  static absl::Status PoolIsFull();
  absl::Status Add(StreamControl* stream);
  void Remove(StreamControl* stream);

  const Options options_;
  mutable Mutex mutex_;  // taken before a stream's own
  std::unordered_set<StreamControl*> streams_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
};

// One stream. It is in exactly one state, and who takes it out of kIdle is decided under the lock, so one thread at a
// time pulls:
//
//   kPulling --kMessage--> kWriting --written--> kPulling --kIdle--> kIdle --alarm--> kPulling ... --> kFinished
//                                   --not in time--> kFinished
//
// In kIdle an alarm is set; the one that watches writes is another. Wake, Close and OnCancel cancel it, which runs its callback at once: every way out of
// kIdle is that callback. The stream lives as long as gRPC (until OnDone) and a pending alarm callback need it; the
// source is gone at OnDone, or before.
template <typename T>
class ServerStream final : public grpc::ServerWriteReactor<T>, public StreamControl {
 public:
  ServerStream(StreamSet* set, std::unique_ptr<StreamSource<T>> source, absl::Duration heartbeat)
      : set_(set), source_(std::move(source)), heartbeat_(heartbeat) {}

  // Called once, by Serve.
  static void Begin(std::shared_ptr<ServerStream> stream) {
    stream->self_ = stream;
    if (absl::Status status = stream->set_->Add(stream.get()); !status.ok()) {
      stream->FinishWith(status);
    } else if (WorkPool* pool = stream->set_->options_.pool; pool == nullptr) {
      stream->PullNext(/*silent=*/false);
    } else if (!pool->TryRun([stream] { stream->PullNext(/*silent=*/false); })) {
      stream->FinishWith(StreamSet::PoolIsFull());
    }
  }

  void Wake() override {
    MutexLock lock(&mutex_);
    woken_ = true;
    LeaveIdle();
  }

  void Close(const absl::Status& status) override { EndWith(status); }
  void OnCancel() override { EndWith(absl::CancelledError("the client has gone")); }

  void OnWriteDone(bool ok) override {
    if (!ok) EndWith(absl::CancelledError("the client has gone"));
    {
      MutexLock lock(&mutex_);
      if (state_ == State::kFinished) return;  // not in time
      state_ = State::kPulling;
    }
    GoOn(/*silent=*/false);
  }

  void OnDone() override {
    set_->Remove(this);
    source_.reset();
    {
      MutexLock lock(&mutex_);
      if (watch_ != nullptr) watch_->Cancel();
    }
    const std::shared_ptr<ServerStream> last =
        std::move(self_);  // destroys this at the end of the scope, or after an alarm's callback
  }

 private:
  enum class State { kPulling, kWriting, kIdle, kFinished };

  // The thread that put the stream into kPulling calls one of these, and touches nothing of it afterwards.
  void GoOn(bool silent) {
    WorkPool* const pool = set_->options_.pool;
    if (pool == nullptr) return PullNext(silent);
    pool->Run([stream = self_, silent] { stream->PullNext(silent); });
  }

  void PullNext(bool silent) {
    const std::shared_ptr<ServerStream> alive = self_;  // an alarm set here may end the stream before this returns
    while (true) {
      {
        MutexLock lock(&mutex_);
        woken_ = false;
        if (!end_.ok()) break;
      }
      Pull pull = held_.has_value() ? *std::exchange(held_, std::nullopt) : source_->Next(messages_[next_].Renew());
      if (pull == Pull::kIdle && silent && source_->Heartbeat(messages_[next_].get())) pull = Pull::kMessage;
      if (pull == Pull::kDone) return FinishWith(source_->status());
      if (pull == Pull::kMessage) return Write();
      silent = false;
      MutexLock lock(&mutex_);
      if (woken_ || !end_.ok()) continue;
      WaitIdle();
      return;
    }
    absl::Status end;
    {
      MutexLock lock(&mutex_);
      end = end_;
    }
    FinishWith(end);
  }

  // The message that was pulled last.
  void Write() {
    const T* const message = messages_[next_].get();
    grpc::WriteOptions options;
    if (set_->options_.together) {
      next_ = 1 - next_;
      const Pull ahead = source_->Next(messages_[next_].Renew());
      if (ahead != Pull::kIdle) held_ = ahead;
      // The network waits for it; but headers that go with a message are written only where nothing waits.
      if (ahead == Pull::kMessage && began_) options.set_buffer_hint();
      began_ = true;
    }
    // Under one lock: an alarm that is early must not end the stream between the two.
    MutexLock lock(&mutex_);
    WaitWritten();
    this->StartWrite(message, options);
  }

  void FinishWith(const absl::Status& status) {
    {
      MutexLock lock(&mutex_);
      state_ = State::kFinished;
    }
    this->Finish(ToGrpcStatus(status));
  }

  void EndWith(const absl::Status& status) {
    MutexLock lock(&mutex_);
    if (end_.ok()) end_ = status;
    LeaveIdle();
  }

  void WaitWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    state_ = State::kWriting;
    written_by_ = After(set_->options_.longest_write);
    if (watch_ == nullptr) Watch();
  }

  // One alarm looks after many messages: one for each would cost more than the message.
  void Watch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    watch_ = AlarmAt(written_by_, [this](bool passed) {
      if (passed && IsTooLate()) EndUnread();
    });
  }

  // Of the message under way; where it still has time the watch goes on, where there is none it ends.
  bool IsTooLate() {
    MutexLock lock(&mutex_);
    watch_ = nullptr;
    if (state_ != State::kWriting) return false;
    if (gpr_time_cmp(gpr_now(GPR_CLOCK_MONOTONIC), written_by_) < 0) {
      Watch();
      return false;
    }
    state_ = State::kFinished;
    return true;
  }

  void EndUnread() {
    source_.reset();
    set_->Remove(this);
    this->Finish(ToGrpcStatus(absl::DeadlineExceededError(
        absl::StrCat("no message was read for ", absl::FormatDuration(set_->options_.longest_write)))));
  }

  void WaitIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    state_ = State::kIdle;
    idle_ = AlarmAt(After(heartbeat_), [this](bool passed) {
      {
        MutexLock lock(&mutex_);
        state_ = State::kPulling;
      }
      GoOn(/*silent=*/passed);
    });
  }

  // `then` learns whether the time has come or the alarm was cancelled; the stream lives as long as it runs. A new
  // alarm each time: one that is set again within its own callback would replace the function that is running.
  template <typename Then>
  std::unique_ptr<grpc::Alarm> AlarmAt(gpr_timespec time, Then then) {
    auto alarm = std::make_unique<grpc::Alarm>();
    // The function gives its reference up when it runs: gRPC keeps the function as long as the alarm, and the stream
    // keeps the alarm.
    alarm->Set(time, [then, held = self_](bool passed) mutable {
      const std::shared_ptr<ServerStream> stream = std::move(held);
      then(passed);
    });
    return alarm;
  }

  void LeaveIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (state_ == State::kIdle) idle_->Cancel();
  }

  // On the monotonic clock: setting the machine's time sends no heartbeats.
  static gpr_timespec After(absl::Duration duration) {
    if (duration == absl::InfiniteDuration()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_micros(absl::ToInt64Microseconds(duration), GPR_TIMESPAN));
  }

  StreamSet* const set_;
  std::unique_ptr<StreamSource<T>> source_;  // touched in kPulling, and by who finishes the stream
  const absl::Duration heartbeat_;
  // Touched in kPulling; one is read by gRPC in kWriting.
  std::array<ArenaMessage<T>, 2> messages_;
  size_t next_ = 0;           // where the next message goes to
  bool began_ = false;        // a message was written
  std::optional<Pull> held_;  // what the source has said of it already
  std::shared_ptr<ServerStream> self_;
  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kPulling;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);                    // not OK: the stream shall end with it
  std::unique_ptr<grpc::Alarm> idle_ ABSL_GUARDED_BY(mutex_);   // set in kIdle
  std::unique_ptr<grpc::Alarm> watch_ ABSL_GUARDED_BY(mutex_);  // set from a message on; null: none is
  gpr_timespec written_by_ ABSL_GUARDED_BY(mutex_) = {};        // the time of the message under way
};

template <typename T>
grpc::ServerWriteReactor<T>* StreamSet::Serve(std::unique_ptr<StreamSource<T>> source, absl::Duration heartbeat) {
  auto stream = std::make_shared<ServerStream<T>>(this, std::move(source), heartbeat);
  grpc::ServerWriteReactor<T>* reactor = stream.get();
  ServerStream<T>::Begin(std::move(stream));
  return reactor;
}

}  // namespace ebb
