#include "clients/cpp/event_pusher.h"

#include <limits>
#include <thread>
#include <vector>

#include "clients/cpp/flaky_store_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"
#include "tests/support/patience.h"
#include "tests/support/seed.h"

namespace ebb {
namespace {

using ebb::testing::kPatience;

v1::Event MakeEvent(int number) {
  v1::Event event;
  event.set_customer_id("c" + std::to_string(number));
  event.set_event_id("e" + std::to_string(number));
  event.mutable_event_time()->set_seconds(1'700'000'000 + number);
  event.mutable_page_view()->set_visit_id("v");
  return event;
}

EventPusher::Options OptionsFor(const std::string& address) {
  EventPusher::Options options;
  options.address = address;
  options.batch_events = 7;
  options.window = 4;
  options.first_backoff = absl::Milliseconds(1);
  options.most_backoff = absl::Milliseconds(10);
  return options;
}

void PushNumbers(EventPusher& pusher, int count) {
  for (int i = 0; i < count; ++i) ASSERT_TRUE(pusher.Push(MakeEvent(i), i).ok());
  ASSERT_EQ(pusher.Flush(kPatience), absl::OkStatus());
}

TEST(EventPusherTest, CountsWhatTheStoreAcknowledged) {
  FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  EventPusher pusher(OptionsFor(store.address()));
  PushNumbers(pusher, 100);
  PushNumbers(pusher, 30);
  EXPECT_EQ(store.events().size(), 100);
  EXPECT_EQ(pusher.totals().accepted, 100);
  EXPECT_EQ(pusher.totals().duplicate, 30);
  EXPECT_EQ(pusher.totals().duplicate_after_resend, 0);
  EXPECT_EQ(pusher.totals().refused, 0);
}

TEST(EventPusherTest, LosesNothingAndKeepsTheOrderWhereStreamsBreak) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  FlakyStore store(seed, /*drop_one_in=*/4);
  EventPusher pusher(OptionsFor(store.address()));
  constexpr int kEvents = 2'000;
  PushNumbers(pusher, kEvents);

  std::vector<std::string> expected;
  for (int i = 0; i < kEvents; ++i) expected.push_back("c" + std::to_string(i));
  EXPECT_EQ(store.arrivals(), expected);
  const EventPusher::Totals totals = pusher.totals();
  EXPECT_EQ(totals.acknowledged(), kEvents);
  EXPECT_EQ(totals.duplicate, totals.duplicate_after_resend) << "no event was pushed twice by its caller";
  EXPECT_GT(store.dropped(), 0);
  EXPECT_GE(totals.reconnects, store.dropped());
}

TEST(EventPusherTest, TellsWhichEventWasRefusedAndWhyOnceEach) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  FlakyStore store(seed, /*drop_one_in=*/3);
  EventPusher::Options options = OptionsFor(store.address());
  std::vector<std::string> refusals;
  options.on_refused = [&](const EventPusher::Refusal& refusal) {
    std::string text = std::to_string(refusal.tag) + " " + refusal.event.event_id() + ":";
    for (const v1::RejectedEvent* reason : refusal.reasons) text += " " + reason->field() + " " + reason->rule();
    refusals.push_back(text);
  };
  EventPusher pusher(options);
  for (int i = 0; i < 60; ++i) {
    v1::Event event = MakeEvent(i);
    if (i == 8 || i == 31) event.clear_customer_id();
    if (i == 31) event.clear_event_time();
    ASSERT_TRUE(pusher.Push(std::move(event), 1000 + i).ok());
  }
  ASSERT_EQ(pusher.Flush(kPatience), absl::OkStatus());
  EXPECT_THAT(refusals, ::testing::ElementsAre("1008 e8: customer_id must not be empty",
                                               "1031 e31: customer_id must not be empty event_time must be set"));
  EXPECT_EQ(pusher.totals().refused, 2);
  EXPECT_EQ(store.events().size(), 58);
}

TEST(EventPusherTest, AnEventDoesNotWaitForItsBatchToFill) {
  FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  EventPusher pusher(OptionsFor(store.address()));
  ASSERT_TRUE(pusher.Push(MakeEvent(1), 1).ok());
  EXPECT_TRUE(store.WaitForEvents(1, kPatience)) << "on a stream that must be opened";
  ASSERT_TRUE(pusher.Push(MakeEvent(2), 2).ok());
  EXPECT_TRUE(store.WaitForEvents(2, kPatience)) << "on the stream that is open";
}

TEST(EventPusherTest, GivesUpOnABatchThatKeepsEndingTheStream) {
  FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  EventPusher::Options options = OptionsFor(store.address());
  options.poison_limit = 3;
  options.linger = kPatience;  // a batch goes when it is full, however slowly its events come
  EventPusher pusher(options);
  PushNumbers(pusher, 1);
  store.EndStreamsWith({grpc::StatusCode::INTERNAL, "the answer is too large"});
  for (int i = 10; i < 17; ++i) ASSERT_TRUE(pusher.Push(MakeEvent(i), i).ok());
  EXPECT_EQ(pusher.Flush(kPatience),
            absl::FailedPreconditionError("the same batch of 7 events (10 to 16) ended 3 streams in a row, so pushing "
                                          "it again cannot help: the answer is too large"));
  EXPECT_EQ(pusher.totals().accepted, 1);
}

TEST(EventPusherTest, GivesUpOnAStoreThatNeverAnswered) {
  std::string address;
  {
    const FlakyStore gone(/*seed=*/1, /*drop_one_in=*/0);
    address = gone.address();
  }
  EventPusher::Options options = OptionsFor(address);
  options.connect_limit = absl::Seconds(2);
  EventPusher pusher(options);
  ASSERT_TRUE(pusher.Push(MakeEvent(1), 1).ok());
  const absl::Status status = pusher.Flush(kPatience);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("cannot reach the feature store at " + address));
}

TEST(EventPusherTest, EndsAtOnceWhereTryingAgainCannotHelp) {
  FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  store.EndStreamsWith({grpc::StatusCode::PERMISSION_DENIED, "this token may not push"});
  EventPusher pusher(OptionsFor(store.address()));
  ASSERT_TRUE(pusher.Push(MakeEvent(1), 1).ok());
  EXPECT_EQ(pusher.Flush(kPatience), absl::PermissionDeniedError("this token may not push"));
}

TEST(EventPusherTest, WaitsForADiskThatIsFullAndThenGoesOn) {
  FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  EventPusher::Options options = OptionsFor(store.address());
  Notification lost;
  options.on_disconnect = [&](const absl::Status& status, absl::Duration) {
    if (status.code() == absl::StatusCode::kResourceExhausted && !lost.HasBeenNotified()) lost.Notify();
  };
  options.poison_limit = 1;  // the store asks to come back: that is no fault of the batch
  EventPusher pusher(options);
  PushNumbers(pusher, 1);
  store.EndStreamsWith(
      ToGrpcStatus(WithRetryDelay(absl::ResourceExhaustedError("the disk's reserve is reached"), absl::Seconds(1))));
  ASSERT_TRUE(pusher.Push(MakeEvent(2), 2).ok());
  EXPECT_TRUE(absl::IsDeadlineExceeded(pusher.Flush(absl::Milliseconds(1))));
  ASSERT_TRUE(lost.WaitForNotificationWithTimeout(kPatience));
  store.EndStreamsWith(grpc::Status::OK);
  EXPECT_EQ(pusher.Flush(kPatience), absl::OkStatus());
  EXPECT_EQ(store.events().size(), 2);
}

TEST(EventPusherTest, StopEndsAPushThatWaits) {
  FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  store.EndStreamsWith({grpc::StatusCode::RESOURCE_EXHAUSTED, "full"});
  EventPusher::Options options = OptionsFor(store.address());
  options.connect_limit = absl::InfiniteDuration();
  options.poison_limit = std::numeric_limits<int>::max();
  EventPusher pusher(options);
  std::thread stopper([&] { pusher.Stop(); });
  absl::Status status;
  for (int i = 0; status.ok(); ++i) status = pusher.Push(MakeEvent(i), i);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  stopper.join();
}

}  // namespace
}  // namespace ebb
