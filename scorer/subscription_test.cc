#include "scorer/subscription.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/resume_token.h"
#include "tests/support/seed.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kSource = 42;

// Two segments, `vip` and `risky`; who is in them is said by Publish.
const SegmentCatalogue& Catalogue() {
  static const auto* catalogue = new SegmentCatalogue(*SegmentCatalogue::Parse(R"pb(
                                                                                 segments {
                                                                                   name: "vip"
                                                                                   who {
                                                                                     all_of {
                                                                                       value: MONTHLY_PROFIT
                                                                                       number { above: 100 }
                                                                                     }
                                                                                   }
                                                                                 }
                                                                                 segments {
                                                                                   name: "risky"
                                                                                   who {
                                                                                     all_of {
                                                                                       value: RISK_BAND
                                                                                       category { one_of: "at_risk" }
                                                                                     }
                                                                                   }
                                                                                 }
                                                                               )pb",
                                                                               "test"));
  return *catalogue;
}

// A scorer reduced to what subscribers see of it. Published probabilities are the sequence / 1e6, so that an old score
// shows.
class Publisher {
 public:
  const ScoreBoard* board() const { return board_.get(); }

  void Publish(const std::string& customer_id) {
    const auto known = board_->Find(customer_id);
    ScoreBoard::Update update{.customer = known.value_or(static_cast<uint32_t>(board_->size())),
                              .customer_id = customer_id,
                              .score = {},
                              .published = true};
    update.score.sequence = ++sequence_;
    update.score.probability = static_cast<double>(sequence_) / 1e6;
    board_->Apply({update});
    latest_[customer_id] = sequence_;
  }

  // A score of one's own: its probability, and the bits of its segments.
  void Publish(const std::string& customer_id, double probability, uint64_t segments = 0) {
    Publish(customer_id);
    const uint32_t customer = *board_->Find(customer_id);
    ScoreBoard::Update update{
        .customer = customer, .customer_id = customer_id, .score = board_->Get(customer), .published = false};
    update.score.probability = probability;
    update.score.held_named_segments = segments;
    board_->Apply({update});
  }

  // What a crash and a start do: everything comes back from disk.
  void Restart() {
    uint32_t next = 0;
    auto customers = board_->List(0, board_->size(), &next);
    board_ = std::make_unique<ScoreBoard>();
    ASSERT_TRUE(board_->Restore(std::move(customers), sequence_).ok());
  }

  int64_t sequence() const { return sequence_; }
  const std::map<std::string, int64_t>& latest() const { return latest_; }

 private:
  std::unique_ptr<ScoreBoard> board_ = std::make_unique<ScoreBoard>();
  int64_t sequence_ = 0;
  std::map<std::string, int64_t> latest_;
};

Subscription Subscribe(const Publisher& publisher, const v1::SubscribeRequest& request) {
  auto subscription = Subscription::Make(request, kSource, publisher.board(), &Catalogue());
  EXPECT_TRUE(subscription.ok()) << subscription.status();
  return *std::move(subscription);
}

v1::SubscribeRequest Snapshot() {
  v1::SubscribeRequest request;
  request.set_snapshot(true);
  return request;
}

// Everything there is to read now: `anna@3`, `-anna@4` where she left, `|` for caught up, `.` for progress alone.
std::vector<std::string> ReadAll(Subscription* subscription, std::string* token = nullptr) {
  std::vector<std::string> lines;
  v1::SubscribeResponse message;
  while (message.Clear(), subscription->Next(&message)) {
    if (message.has_score()) {
      lines.push_back(absl::StrCat(message.score().customer_id(), "@", message.score().sequence()));
    } else if (message.has_left()) {
      lines.push_back(absl::StrCat("-", message.left().customer_id(), "@", message.left().sequence()));
    } else {
      lines.push_back(message.caught_up() ? "|" : ".");
    }
    if (token != nullptr) *token = message.resume_token();
  }
  return lines;
}

TEST(SubscriptionTest, NamedSegmentsPassByTheHeldBand) {
  Publisher publisher;
  publisher.Publish("anna", 0.8, 0b11);
  publisher.Publish("boris", 0.8, 0b10);
  publisher.Publish("clara", 0.1, 0b01);
  publisher.Publish("dora", 0.1, 0);
  v1::SubscribeRequest request = Snapshot();
  request.mutable_filter()->add_named_segments("risky");
  Subscription risky = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&risky), ElementsAre("anna@1", "boris@2", "|"));
  request.mutable_filter()->add_named_segments("vip");
  Subscription either = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&either), ElementsAre("anna@1", "boris@2", "clara@3", "|"));
}

TEST(SubscriptionTest, AMinimumChangeIsMeasuredAgainstWhatThisStreamTold) {
  Publisher publisher;
  publisher.Publish("anna", 0.5);
  v1::SubscribeRequest request = Snapshot();
  request.mutable_filter()->set_min_change(0.1);
  std::string token;
  Subscription subscription = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("anna@1", "|"));
  publisher.Publish("anna", 0.54);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre());
  publisher.Publish("anna", 0.58);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre()) << "0.08 from what was told";
  publisher.Publish("anna", 0.62);
  EXPECT_THAT(ReadAll(&subscription, &token), ElementsAre("anna@4")) << "a slow drift cannot hide in small steps";
  publisher.Publish("anna", 0.62, 0b10);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("anna@5")) << "another segment is always told";

  // A resumed stream does not know what the one before told: the first change of a customer comes.
  request.set_snapshot(false);
  request.set_resume_token(token);
  publisher.Publish("anna", 0.63, 0b10);
  Subscription resumed = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&resumed), ElementsAre("anna@6", "|"));
  publisher.Publish("anna", 0.64, 0b10);
  EXPECT_THAT(ReadAll(&resumed), ElementsAre());
}

TEST(SubscriptionTest, CustomersWhoLeaveTheFilterAreToldOnceWhereAsked) {
  Publisher publisher;
  publisher.Publish("anna", 0.8);
  publisher.Publish("boris", 0.2);
  v1::SubscribeRequest request = Snapshot();
  request.set_leaving(true);
  request.mutable_filter()->set_min_probability(0.7);
  std::string token;
  Subscription subscription = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&subscription, &token), ElementsAre("anna@1", "|"));
  publisher.Publish("anna", 0.6);
  publisher.Publish("boris", 0.3);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("-anna@3")) << "nothing was told of boris";
  publisher.Publish("anna", 0.5);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre());
  publisher.Publish("anna", 0.9);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("anna@6"));

  request.set_snapshot(false);
  request.set_resume_token(token);
  publisher.Publish("anna", 0.4);
  Subscription resumed = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&resumed), ElementsAre("-boris@4", "-anna@7", "|"))
      << "what the stream before told is not known, so whoever may have been told leaves";
  publisher.Publish("boris", 0.1);
  EXPECT_THAT(ReadAll(&resumed), ElementsAre());
}

TEST(SubscriptionTest, ASnapshotIsEverybodyOnceThenChanges) {
  Publisher publisher;
  for (const char* id : {"anna", "boris", "anna"}) publisher.Publish(id);
  Subscription subscription = Subscribe(publisher, Snapshot());
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("boris@2", "anna@3", "|"));
  publisher.Publish("clara");
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("clara@4"));
}

TEST(SubscriptionTest, WithoutASnapshotOnlyWhatComes) {
  Publisher publisher;
  publisher.Publish("anna");
  Subscription subscription = Subscribe(publisher, {});
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("|"));
  publisher.Publish("boris");
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("boris@2"));
}

TEST(SubscriptionTest, AnEmptyScorerIsCaughtUpAtOnce) {
  Publisher publisher;
  Subscription subscription = Subscribe(publisher, Snapshot());
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("|"));
}

TEST(SubscriptionTest, ASlowReaderFindsTheLatestScoreOfEach) {
  Publisher publisher;
  Subscription subscription = Subscribe(publisher, {});
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("|"));
  for (int i = 0; i < 1'000; ++i) publisher.Publish(i % 2 == 0 ? "anna" : "boris");
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("anna@999", "boris@1000"));
}

TEST(SubscriptionTest, ChangesWithinTheSnapshotComeAfterItsEnd) {
  Publisher publisher;
  for (const char* id : {"anna", "boris"}) publisher.Publish(id);
  Subscription subscription = Subscribe(publisher, Snapshot());
  v1::SubscribeResponse first;
  ASSERT_TRUE(subscription.Next(&first));
  EXPECT_EQ(first.score().customer_id(), "anna");
  publisher.Publish("boris");
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("|", "boris@3"));
}

TEST(SubscriptionTest, ATokenGoesOnWithoutGapAndRepetition) {
  Publisher publisher;
  for (const char* id : {"anna", "boris"}) publisher.Publish(id);
  Subscription before = Subscribe(publisher, Snapshot());
  v1::SubscribeRequest resume;
  ReadAll(&before, resume.mutable_resume_token());
  publisher.Publish("clara");
  publisher.Restart();
  Subscription after = Subscribe(publisher, resume);
  EXPECT_THAT(ReadAll(&after), ElementsAre("clara@3", "|"));
}

TEST(SubscriptionTest, AFilterIsPassedByAllConditions) {
  Publisher publisher;
  for (const char* id : {"anna", "boris", "clara"}) publisher.Publish(id);
  v1::SubscribeRequest request = Snapshot();
  request.mutable_filter()->add_customer_ids("anna");
  request.mutable_filter()->add_customer_ids("clara");
  request.mutable_filter()->set_min_probability(2e-6);
  Subscription subscription = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("clara@3", "|"));
}

TEST(SubscriptionTest, UnknownValueAtRiskPassesNoBound) {
  Publisher publisher;
  publisher.Publish("anna");
  v1::SubscribeRequest request = Snapshot();
  request.mutable_filter()->set_min_value_at_risk(-1e9);
  Subscription subscription = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre("|"));
}

TEST(SubscriptionTest, ARareFilterReportsProgressBetween) {
  Publisher publisher;
  for (int i = 0; i < 40'000; ++i) publisher.Publish(absl::StrCat("customer ", i));
  v1::SubscribeRequest request = Snapshot();
  request.mutable_filter()->add_customer_ids("customer 39999");
  Subscription subscription = Subscribe(publisher, request);
  EXPECT_THAT(ReadAll(&subscription), ElementsAre(".", ".", "customer 39999@40000", "|"));
}

TEST(SubscriptionTest, RequestsThatMakeNoSenseAreNamed) {
  Publisher publisher;
  publisher.Publish("anna");
  const std::string own = ResumeToken{.source_id = kSource, .sequence = 1}.Encode();
  const std::string foreign = ResumeToken{.source_id = kSource + 1, .sequence = 1}.Encode();
  const std::string ahead = ResumeToken{.source_id = kSource, .sequence = 2}.Encode();
  struct Case {
    absl::StatusCode code;
    const char* message;
    v1::SubscribeRequest request;
  };
  std::vector<Case> cases(10);
  for (Case& c : cases) c.code = absl::StatusCode::kInvalidArgument;
  cases[0].message = "`snapshot` and `resume_token` exclude each other";
  cases[0].request = Snapshot();
  cases[0].request.set_resume_token(own);
  cases[1].message = "`heartbeat` is 100ms, must be from 1s to 1h";
  cases[1].request.mutable_heartbeat()->set_nanos(100'000'000);
  cases[2].message = "`filter.segments[0]` is `gold`, which is no segment";
  cases[2].request.mutable_filter()->add_segments("gold");
  cases[3].message = "`filter.min_probability` is 0.8, above max_probability 0.2";
  cases[3].request.mutable_filter()->set_min_probability(0.8);
  cases[3].request.mutable_filter()->set_max_probability(0.2);
  cases[4].message = "`filter.min_value_at_risk` is not a number";
  cases[4].request.mutable_filter()->set_min_value_at_risk(std::nan(""));
  cases[5].message = "`filter.customer_ids` has 10001 customers, at most 10000";
  for (int i = 0; i <= 10'000; ++i) cases[5].request.mutable_filter()->add_customer_ids(absl::StrCat(i));
  cases[6].message = "`resume_token` ";
  cases[6].request.set_resume_token("nonsense");
  cases[7] = {absl::StatusCode::kOutOfRange, "another scorer's data folder", {}};
  cases[7].request.set_resume_token(foreign);
  cases[8] = {absl::StatusCode::kOutOfRange, "ahead of this one", {}};
  cases[8].request.set_resume_token(ahead);
  cases[9] = {absl::StatusCode::kFailedPrecondition, "version 2", {}};
  cases[9].request.set_resume_token("\x02later\xd6\x2b\x45\xfc");
  for (const Case& c : cases) {
    const auto status = Subscription::Make(c.request, kSource, publisher.board(), &Catalogue()).status();
    EXPECT_EQ(status.code(), c.code) << c.message << "; got " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

// I6 as a history: whatever the interleaving of changes, reads, disconnects and restarts, a subscriber who resumes
// misses nothing and never sees an older score of a customer after a newer one.
TEST(SubscriptionTest, NothingIsMissedAndNothingGoesBackInRandomHistories) {
  std::mt19937 random(ebb::testing::SeedOfTheRun());
  for (int history = 0; history < 200; ++history) {
    Publisher publisher;
    std::map<std::string, int64_t> seen;
    Subscription subscription = Subscribe(publisher, Snapshot());
    std::string token;
    const auto read_some = [&](int most) {
      v1::SubscribeResponse message;
      for (int i = 0; i < most && (message.Clear(), subscription.Next(&message)); ++i) {
        token = message.resume_token();
        if (!message.has_score()) continue;
        int64_t& last = seen[message.score().customer_id()];
        ASSERT_LT(last, message.score().sequence()) << message.score().customer_id();
        ASSERT_EQ(message.score().probability(), static_cast<double>(message.score().sequence()) / 1e6);
        last = message.score().sequence();
      }
    };
    const auto reconnect = [&] {
      v1::SubscribeRequest request;
      if (token.empty()) request.set_snapshot(true);
      request.set_resume_token(token);
      subscription = Subscribe(publisher, request);
    };
    for (int step = 0; step < 300; ++step) {
      const unsigned dice = random() % 100;
      if (dice < 70) publisher.Publish(absl::StrCat("customer ", random() % 20));
      if (dice >= 70 && dice < 90) read_some(static_cast<int>(random() % 8));
      if (dice >= 90 && dice < 97) reconnect();
      if (dice >= 97) {
        publisher.Restart();
        reconnect();
      }
    }
    read_some(1'000'000);
    ASSERT_EQ(seen, publisher.latest()) << "history " << history;
  }
}

}  // namespace
}  // namespace ebb::scorer
