#include "scorer/subscription.h"

#include "absl/strings/str_cat.h"
#include "runtime/resume_token.h"
#include "runtime/rpc/error_details.h"
#include "scorer/score_messages.h"

namespace ebb::scorer {
namespace {

// How many changes that do not pass are looked at before a progress message: about a millisecond.
constexpr size_t kMaxLooks = 16'384;
constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(10);
constexpr absl::Duration kShortestHeartbeat = absl::Seconds(1);
constexpr absl::Duration kLongestHeartbeat = absl::Hours(1);

absl::StatusOr<absl::Duration> HeartbeatOf(const v1::SubscribeRequest& request) {
  if (!request.has_heartbeat()) return kDefaultHeartbeat;
  const absl::Duration heartbeat =
      absl::Seconds(request.heartbeat().seconds()) + absl::Nanoseconds(request.heartbeat().nanos());
  if (heartbeat < kShortestHeartbeat || heartbeat > kLongestHeartbeat) {
    return InvalidField("heartbeat", absl::StrCat("is ", absl::FormatDuration(heartbeat), ", must be from 1s to 1h"));
  }
  return heartbeat;
}

absl::StatusOr<int64_t> ReadToken(const std::string& bytes, uint64_t source_id, int64_t last) {
  const auto token = ResumeToken::Decode(bytes);
  if (!token.ok()) {
    // A token of a newer version keeps its code: the request is right, this server is too old for it.
    return WithFieldViolation(
        absl::Status(token.status().code(), absl::StrCat("`resume_token` ", token.status().message())), "resume_token",
        token.status().message());
  }
  if (token->source_id != source_id || token->sequence > static_cast<uint64_t>(last)) {
    return WithErrorInfo(
        absl::OutOfRangeError("`resume_token` is of another scorer's data folder, or ahead of this one: subscribe anew "
                              "without it, with `snapshot`"),
        "RESUME_TOKEN_UNKNOWN");
  }
  return static_cast<int64_t>(token->sequence);
}

}  // namespace

absl::StatusOr<Subscription> Subscription::Make(const v1::SubscribeRequest& request, uint64_t source_id,
                                                const ScoreBoard* board) {
  auto filter = ScoreFilter::Make(request.filter());
  if (!filter.ok()) return filter.status();
  auto heartbeat = HeartbeatOf(request);
  if (!heartbeat.ok()) return heartbeat.status();
  const int64_t last = board->last_sequence();
  int64_t from = request.snapshot() ? 0 : last;
  if (!request.resume_token().empty()) {
    if (request.snapshot()) {
      return InvalidField(
          "snapshot",
          "and `resume_token` exclude each other: a token goes on where the stream stopped, a snapshot begins anew");
    }
    auto resumed = ReadToken(request.resume_token(), source_id, last);
    if (!resumed.ok()) return resumed.status();
    from = *resumed;
  }
  return Subscription(*std::move(filter), source_id, from, last, *heartbeat, board);
}

Subscription::Subscription(ScoreFilter filter, uint64_t source_id, int64_t from, int64_t caught_up_at,
                           absl::Duration heartbeat, const ScoreBoard* board)
    : filter_(std::move(filter)),
      source_id_(source_id),
      position_{.id = 0, .sequence = static_cast<uint64_t>(from)},
      caught_up_at_(static_cast<uint64_t>(caught_up_at)),
      heartbeat_(heartbeat),
      board_(board) {}

bool Subscription::Next(v1::SubscribeResponse* message) {
  const ScoreBoard::Step step = board_->Next(
      position_,
      [this](const std::string& customer_id, const CustomerScore& score) { return filter_.Passes(customer_id, score); },
      kMaxLooks);
  // Changes made since the call began come after the end of the snapshot, and are not told before it.
  const bool beyond = step.found.has_value() && step.position.sequence > caught_up_at_;
  if (!caught_up_ && (step.at_end || beyond)) {
    caught_up_ = true;
    position_.sequence = std::max(position_.sequence, caught_up_at_);
    message->set_caught_up(true);
    FillProgress(message);
    return true;
  }
  position_ = step.position;
  if (step.found.has_value()) FillScore(step.found->customer_id, step.found->score, message->mutable_score());
  FillProgress(message);
  return !step.at_end;
}

void Subscription::FillProgress(v1::SubscribeResponse* message) const {
  message->set_resume_token(ResumeToken{.source_id = source_id_, .sequence = position_.sequence}.Encode());
}

}  // namespace ebb::scorer
