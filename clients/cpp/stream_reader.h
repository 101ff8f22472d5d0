// Reads a server stream one message at a time, each wait bounded. Internal to clients/cpp.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "runtime/mutex.h"

namespace ebb {

enum class ReadOutcome { kMessage, kTimeout, kEnd };

// The next message is asked for only when the one before was taken, so a slow reader slows the sender (HTTP/2 flow
// control) and holds one message. Belongs to one thread; Cancel may be called from any. Destruction cancels and waits
// for gRPC to let go.
//
//   StreamReader<Response> reader;
//   stub->async()->Subscribe(reader.context(), &request, reader.reactor());   // `request` may go after Start
//   reader.Start();
template <typename Response>
class StreamReader {
 public:
  StreamReader() = default;
  ~StreamReader() {
    if (!started_) return;
    Cancel();
    while (Read(absl::InfiniteDuration(), nullptr) != ReadOutcome::kEnd) {
    }
  }
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;

  grpc::ClientContext* context() { return &reactor_.context; }
  grpc::ClientReadReactor<Response>* reactor() { return &reactor_; }

  void Start() {
    started_ = true;
    reactor_.AddHold();  // reads are started outside of reactions
    reactor_.StartRead(&reactor_.response);
    reactor_.StartCall();
  }

  // kMessage: moved into `response` (null: dropped). kTimeout: nothing yet, call again. kEnd: status() tells why.
  ReadOutcome Read(absl::Duration timeout, Response* response) {
    const absl::Time deadline = absl::Now() + timeout;
    MutexLock lock(&reactor_.mutex);
    while (!reactor_.done && !reactor_.has_message) {
      if (reactor_.changed.WaitWithDeadline(&reactor_.mutex, deadline) && !reactor_.done && !reactor_.has_message) {
        return ReadOutcome::kTimeout;
      }
    }
    if (!std::exchange(reactor_.has_message, false)) return ReadOutcome::kEnd;
    if (response != nullptr) *response = std::move(reactor_.response);
    reactor_.response.Clear();
    reactor_.StartRead(&reactor_.response);
    return ReadOutcome::kMessage;
  }

  void Cancel() { reactor_.context.TryCancel(); }

  // After kEnd.
  grpc::Status status() const {
    MutexLock lock(&reactor_.mutex);
    return reactor_.status;
  }

 private:
  struct Reactor : grpc::ClientReadReactor<Response> {
    void OnReadDone(bool ok) override {
      MutexLock lock(&mutex);
      if (!ok) return this->RemoveHold();
      has_message = true;
      changed.SignalAll();
    }
    void OnDone(const grpc::Status& ended) override {
      MutexLock lock(&mutex);
      status = ended;
      done = true;
      changed.SignalAll();
    }

    grpc::ClientContext context;
    Response response;
    mutable Mutex mutex;
    CondVar changed;
    bool has_message ABSL_GUARDED_BY(mutex) = false;
    bool done ABSL_GUARDED_BY(mutex) = false;
    grpc::Status status ABSL_GUARDED_BY(mutex);
  };

  bool started_ = false;
  Reactor reactor_;
};

}  // namespace ebb
