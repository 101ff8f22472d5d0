#include "clients/cpp/score_subscription.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/peer.h"
#include "clients/cpp/retry.h"
#include "clients/cpp/stream_reader.h"
#include "ebb/v1/scorer_service.grpc.pb.h"
#include "runtime/backoff.h"

namespace ebb {
namespace {

constexpr absl::Duration kHeartbeat = absl::Seconds(5);
// So many heartbeats missed mean that the scorer is gone, though the connection stands.
constexpr int kMissedHeartbeats = 3;

}  // namespace

class ScoreSubscription::Engine {
 public:
  explicit Engine(Options options)
      : options_(std::move(options)),
        request_(options_.request),
        peer_("scorer", options_.address, options_.connect_limit, options_.tls),
        backoff_(options_.first_backoff, options_.most_backoff, options_.seed) {
    if (!request_.has_heartbeat()) request_.mutable_heartbeat()->set_seconds(absl::ToInt64Seconds(kHeartbeat));
    silence_limit_ = kMissedHeartbeats * absl::Seconds(request_.heartbeat().seconds());
  }

  absl::StatusOr<std::optional<v1::SubscribeResponse>> Next(absl::Duration timeout) {
    if (!peer_.problem.ok()) return peer_.problem;
    const absl::Time deadline = absl::Now() + timeout;
    if (first_attempt_ == absl::InfiniteFuture()) first_attempt_ = absl::Now();
    while (true) {
      if (reader_ == nullptr && !WaitAndOpen(deadline)) return std::nullopt;
      const absl::Time silent_at = std::min(last_message_ + silence_limit_, GiveUpTime());
      v1::SubscribeResponse response;
      absl::Status broken;
      switch (reader_->Read(std::min(deadline, silent_at) - absl::Now(), &response)) {
        case ReadOutcome::kMessage:
          Remember(response);
          return response;
        case ReadOutcome::kTimeout:
          if (absl::Now() < silent_at) return std::nullopt;
          broken = absl::UnavailableError(
              absl::StrCat("cannot reach the scorer at ", options_.address, ": it sent nothing, not even a heartbeat"));
          break;
        case ReadOutcome::kEnd:
          broken = PeerStatus(reader_->status(), peer_.service, peer_.address);
          if (!IsTransient(broken)) return broken;
          break;
      }
      reader_.reset();
      const absl::Duration wait = WaitBeforeRetry(broken, backoff_.Next());
      open_at_ = absl::Now() + wait;
      if (open_at_ > GiveUpTime()) return broken;
      if (options_.on_disconnect) options_.on_disconnect(broken, wait);
    }
  }

  const std::string& resume_token() const { return request_.resume_token(); }

 private:
  absl::Time GiveUpTime() const {
    return last_message_ever_ == absl::InfinitePast() ? first_attempt_ + options_.connect_limit
                                                      : absl::InfiniteFuture();
  }

  // False when the deadline comes before the time of the next attempt; the wait is then over too.
  bool WaitAndOpen(absl::Time deadline) {
    const absl::Time until = std::min(open_at_, deadline);
    if (until > absl::Now()) absl::SleepFor(until - absl::Now());
    if (absl::Now() < open_at_) return false;
    reader_ = std::make_unique<StreamReader<v1::SubscribeResponse>>();
    peer_.stub->async()->Subscribe(reader_->context(), &request_, reader_->reactor());
    reader_->Start();
    last_message_ = absl::Now();
    return true;
  }

  void Remember(const v1::SubscribeResponse& response) {
    last_message_ = last_message_ever_ = absl::Now();
    backoff_.Reset();
    if (response.resume_token().empty()) return;
    request_.set_resume_token(response.resume_token());
    request_.set_snapshot(false);  // the token stands for the part of it that was sent
  }

  const Options options_;
  v1::SubscribeRequest request_;
  const Peer<v1::Scorer> peer_;
  Backoff backoff_;
  absl::Duration silence_limit_;
  absl::Time first_attempt_ = absl::InfiniteFuture();
  absl::Time open_at_ = absl::InfinitePast();
  absl::Time last_message_ = absl::InfinitePast();
  absl::Time last_message_ever_ = absl::InfinitePast();
  std::unique_ptr<StreamReader<v1::SubscribeResponse>> reader_;
};

ScoreSubscription::ScoreSubscription(Options options) : engine_(std::make_unique<Engine>(std::move(options))) {}
ScoreSubscription::~ScoreSubscription() = default;
absl::StatusOr<std::optional<v1::SubscribeResponse>> ScoreSubscription::Next(absl::Duration timeout) {
  return engine_->Next(timeout);
}
const std::string& ScoreSubscription::resume_token() const { return engine_->resume_token(); }

}  // namespace ebb
