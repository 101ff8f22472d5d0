#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "runtime/backoff.h"
#include "runtime/mutex.h"
#include "runtime/worker.h"

namespace ebb::scorer {

// Follows a stream of another service for ever: asks, reads to its end, waits a little longer after each failure, asks
// again. Which stream, and what is done with it, is the subclass's. Start and Stop belong to the owner; the rest is
// thread-safe.
class PeerFollower {
 public:
  virtual ~PeerFollower() = default;
  PeerFollower(const PeerFollower&) = delete;
  PeerFollower& operator=(const PeerFollower&) = delete;

  void Start() { worker_.Start(); }
  // Cancels the calls that run. A subclass calls it in its destructor, before its members go.
  void Stop();

  // Whether the stream is up. A peer that has nothing to say yet counts.
  bool connected() const;
  // Streams that ended other than to be renewed, or never came up.
  int64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 protected:
  // A call to the peer, with a deadline; Stop cancels it.
  class Call {
   public:
    Call(PeerFollower* follower, absl::Duration timeout);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    grpc::ClientContext* context() { return &context_; }

   private:
    PeerFollower* const follower_;
    grpc::ClientContext context_;
  };

  PeerFollower(std::string name, std::shared_ptr<grpc::Channel> peer, absl::Duration longest_wait);

  // Opens the stream and reads it until it ends. DEADLINE_EXCEEDED: time to renew it. Anything else: the peer has gone
  // or is no use now.
  virtual absl::Status FollowOnce(grpc::ClientContext* context) = 0;

  // For the subclass, in FollowOnce: a message has come.
  void MessageReceived();

 private:
  absl::Duration Step();

  const std::string name_;
  const std::shared_ptr<grpc::Channel> peer_;
  mutable Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool following_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int64_t> failures_{0};
  // Touched by the worker only:
  Backoff backoff_;
  bool loss_reported_ = false;  // one line when a peer goes, one when it is back
  Worker worker_;               // last: its thread uses all of the above
};

}  // namespace ebb::scorer
