#include "scorer/peer_follower.h"

#include <algorithm>
#include <random>
#include <utility>

#include "runtime/log.h"
#include "runtime/rpc/channel.h"

namespace ebb::scorer {
namespace {

// A stream is renewed after this, so that none goes on for ever on a peer that hangs.
constexpr absl::Duration kStreamTime = absl::Minutes(10);
constexpr absl::Duration kFirstWait = absl::Milliseconds(100);

}  // namespace

PeerFollower::Call::Call(PeerFollower* follower, absl::Duration timeout) : follower_(follower) {
  SetDeadline(timeout, &context_);
  MutexLock lock(&follower_->mutex_);
  follower_->calls_.insert(&context_);
  if (follower_->stopped_) context_.TryCancel();
}

PeerFollower::Call::~Call() {
  MutexLock lock(&follower_->mutex_);
  follower_->calls_.erase(&context_);
}

PeerFollower::PeerFollower(std::string name, std::shared_ptr<grpc::Channel> peer, absl::Duration longest_wait)
    : name_(std::move(name)),
      peer_(std::move(peer)),
      backoff_(std::min(kFirstWait, longest_wait), longest_wait, std::random_device()()),
      worker_(name_, [this] { return Step(); }) {}

void PeerFollower::Stop() {
  {
    MutexLock lock(&mutex_);
    stopped_ = true;
    for (grpc::ClientContext* call : calls_) call->TryCancel();
  }
  worker_.Stop();
}

bool PeerFollower::connected() const {
  {
    MutexLock lock(&mutex_);
    if (!following_) return false;
  }
  return peer_->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY;
}

void PeerFollower::MessageReceived() {
  backoff_.Reset();
  if (loss_reported_) Log(Level::kInfo, name_, "the stream is back");
  loss_reported_ = false;
}

absl::Duration PeerFollower::Step() {
  {
    MutexLock lock(&mutex_);
    following_ = true;
  }
  absl::Status status;
  {
    Call call(this, kStreamTime);
    status = FollowOnce(call.context());
  }
  {
    MutexLock lock(&mutex_);
    following_ = false;
    if (stopped_) return absl::InfiniteDuration();
  }
  if (absl::IsDeadlineExceeded(status)) {
    backoff_.Reset();
    return backoff_.Next();
  }
  failures_.fetch_add(1, std::memory_order_relaxed);
  if (!loss_reported_) {
    loss_reported_ = true;
    Log(Level::kWarning, name_, "the stream is down; trying again until it is back",
        {{"code", absl::StatusCodeToString(status.code())}, {"reason", status.message()}});
  }
  return backoff_.Next();
}

}  // namespace ebb::scorer
