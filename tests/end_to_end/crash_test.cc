// kill -9 of any service at any moment: nothing acknowledged is lost, nothing counts twice, a subscriber misses
// nothing, and in the end everything is as if nothing had happened.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/score_subscription.h"
#include "clients/cpp/scorer_client.h"
#include "tests/benchmarks/workload.h"
#include "tests/end_to_end/shop.h"
#include "tests/support/patience.h"
#include "tests/support/push_all.h"
#include "tests/support/seed.h"

namespace ebb::testing {
namespace {

std::array<std::vector<std::string>, 3> Flags() {
  return {std::vector<std::string>{"--clock", "watermark", "--checkpoint-interval", "1s"}, SmallGridFlags(), {}};
}

// Reads a subscription until told to stop and keeps what it must keep to.
class Subscriber {
 public:
  explicit Subscriber(const std::string& address) : thread_([this, address] { Follow(address); }) {}

  // Waits until every one of `want` (customer -> sequence) was seen, then ends.
  std::map<std::string, int64_t> StopAfter(const std::map<std::string, int64_t>& want) {
    want_ = want;
    stopping_ = true;
    thread_.join();
    return seen_;
  }

 private:
  bool Satisfied() const {
    for (const auto& [customer, sequence] : want_) {
      const auto it = seen_.find(customer);
      if (it == seen_.end() || it->second < sequence) return false;
    }
    return true;
  }

  void Follow(const std::string& address) {
    v1::SubscribeRequest request;
    request.set_snapshot(true);
    request.mutable_heartbeat()->set_seconds(1);
    ScoreSubscription subscription({.address = address, .request = request, .connect_limit = kPatience});
    int64_t last = 0;
    absl::Time limit = absl::InfiniteFuture();
    while (!(stopping_ && Satisfied()) && absl::Now() < limit) {
      if (stopping_ && limit == absl::InfiniteFuture()) limit = absl::Now() + kPatience;
      const auto message = subscription.Next(absl::Seconds(1));
      ASSERT_TRUE(message.ok()) << message.status();
      if (!message->has_value() || !(*message)->has_score()) continue;
      const v1::Score& score = (*message)->score();
      EXPECT_GT(score.sequence(), last) << "sequences of one scorer grow, across its crashes too";
      last = score.sequence();
      seen_[score.customer_id()] = score.sequence();
    }
  }

  std::atomic<bool> stopping_ = false;
  std::map<std::string, int64_t> want_;  // written before stopping_ is set
  std::map<std::string, int64_t> seen_;
  std::thread thread_;
};

void Push(
    const Services& services, const std::vector<v1::Event>& events,
    const std::function<void(int64_t)>& before_push = [](int64_t) {}) {
  PushAll({.address = services.Address(Services::kFeatureStore), .batch_events = 100}, events, before_push);
}

// One more event of every customer, all at the same time: then all vectors are of the same T. Until then each is of its
// own last fold or sweep, and counts of days are told by steps, so that T shows in them.
void TouchEverybody(Services& services, absl::Time time) {
  FeatureStoreClient store(services.Address(Services::kFeatureStore), kPatience);
  v1::ListCustomersRequest request;
  request.set_page_size(10'000);
  const auto customers = store.ListCustomers(request);
  ASSERT_TRUE(customers.ok()) << customers.status();
  std::vector<v1::Event> events;
  for (const std::string& customer : customers->customer_ids()) {
    v1::Event& event = events.emplace_back();
    event.set_customer_id(customer);
    event.set_event_id("the last");
    event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(time));
    event.mutable_service_error()->set_visit_id("the last");
  }
  Push(services, events);
}

// Waits until the scorer has seen all that the store knows.
void WaitForScorer(Services& services) {
  FeatureStoreClient store(services.Address(Services::kFeatureStore), kPatience);
  ScorerClient scorer(services.Address(Services::kScorer), kPatience);
  const absl::Time limit = absl::Now() + kPatience;
  for (;;) {
    const auto stats = store.GetStats();
    const auto status = scorer.GetStatus();
    if (stats.ok() && status.ok() && status->model_version() > 0 && status->customers() == stats->customers() &&
        status->features_as_of().seconds() == stats->clock().seconds() &&
        status->features_as_of().nanos() == stats->clock().nanos()) {
      return;
    }
    ASSERT_LT(absl::Now(), limit) << stats->DebugString() << status->DebugString();
  }
}

// Features of all customers, a line each, without as_of: that is the time of the last fold or sweep.
std::set<std::string> Values(const Services& services, std::vector<std::string> more) {
  std::vector<std::string> command = {"features", "--all", "--output", "csv"};
  command.insert(command.end(), more.begin(), more.end());
  const Outcome outcome = services.Ebb(command);
  EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
  std::set<std::string> lines;
  for (std::vector<std::string>& row : ParseCsv(outcome.out)) {
    row.erase(row.begin() + 1);
    lines.insert(absl::StrJoin(row, ","));
  }
  return lines;
}

void ExpectSame(const std::set<std::string>& want, const std::set<std::string>& got) {
  for (const std::string& line : want) EXPECT_TRUE(got.contains(line)) << "only without a crash: " << line;
  for (const std::string& line : got) EXPECT_TRUE(want.contains(line)) << "only after crashes: " << line;
}

::testing::AssertionResult Eventually(const std::function<bool()>& holds) {
  const absl::Time limit = absl::Now() + kPatience;
  while (absl::Now() < limit) {
    if (holds()) return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure();
}

TEST(Crash, OfAnyServiceLosesAndDoublesNothing) {
  const bool is_long = std::getenv("EBB_LONG_TESTS") != nullptr;
  const int kills = is_long ? 60 : 9;
  const uint64_t seed = SeedOfTheRun();
  std::mt19937_64 random(seed);
  const absl::Time end = absl::FromUnixSeconds(1'767'225'600);
  const int64_t count = is_long ? 200'000 : 12'000;
  const benchmarks::Workload workload({.events = count, .customers = 300, .end = end, .seed = seed});
  std::vector<v1::Event> events;
  for (int64_t i = 0; i < count; ++i) events.push_back(workload.At(i));

  Services crashed(Flags());
  Services clean(Flags());
  for (Services* services : {&crashed, &clean}) {
    services->StartAll();
    GenerateShop(*services, services->folder() + "/shop", 200);
    ImportShop(*services, services->folder() + "/shop", {"--as-of", "2025-07-01"});
    Train(*services);
  }

  Subscriber subscriber(crashed.Address(Services::kScorer));
  Push(crashed, events, [&](int64_t pushed) {
    if (pushed == 0 || pushed % (count / (kills + 1)) != 0) return;
    const auto victim = Services::kAll[(pushed / (count / (kills + 1)) + random()) % 3];
    crashed.Kill(victim);
    crashed.Start(victim);
  });
  Push(clean, events);

  for (Services* services : {&crashed, &clean}) WaitForScorer(*services);
  // From raw events, as of a time that the clock of both has passed.
  const std::set<std::string> want = Values(clean, {"--as-of", "2025-12-31T12:00:00Z"});
  EXPECT_EQ(want.size(), 500u);
  ExpectSame(want, Values(crashed, {"--as-of", "2025-12-31T12:00:00Z"}));
  for (Services* services : {&crashed, &clean}) TouchEverybody(*services, end + absl::Hours(1));
  EXPECT_TRUE(Eventually([&] { return Values(crashed, {}) == Values(clean, {}); })) << "live vectors differ";
  EXPECT_TRUE(Eventually([&] { return AllScores(crashed) == AllScores(clean); })) << "scores differ";
  const auto counted = [](const Services& services) {
    return nlohmann::json::parse(services.Ebb({"status", "--output", "json"}).out).at("events");
  };
  EXPECT_EQ(counted(crashed), counted(clean));

  const auto latest = LatestSequences(crashed);
  EXPECT_EQ(subscriber.StopAfter(latest), latest);
}

TEST(Crash, OfTheTrainerLeavesAnInterruptedTrainingAndTheNextOneWorks) {
  // The default grid, so that there is time to kill it.
  Services services;
  services.StartAll();
  GenerateShop(services, services.folder() + "/shop", 1'000);
  ImportShop(services, services.folder() + "/shop");
  ASSERT_EQ(services.Ebb({"train"}).exit_status, 0);
  services.Kill(Services::kTrainer);
  services.Start(Services::kTrainer, SmallGridFlags());
  const Outcome trainings = services.Ebb({"trainings", "--output", "json"});
  EXPECT_NE(trainings.out.find("interrupted"), std::string::npos) << trainings.out;
  EXPECT_EQ(services.Ebb({"model", "show", "1"}).exit_status, 3) << "no model is left half made";
  Train(services);
  EXPECT_EQ(services.Ebb({"model", "show", "champion"}).exit_status, 0);
}

TEST(Crash, OfTheTrainerLeavesTheTrialsOfItsSearchToTheNextTraining) {
  // Many small trials. They are soon done, so the kill may also come in one of the longer steps after them.
  constexpr char kGrid[] = R"(
    scalings: [STANDARD, MINMAX, ROBUST]
    support_vector { kernel: RBF c: [0.1, 0.3, 1, 3, 10] gamma: [0.01, 0.1, 0.3] class_weight: [NONE, BALANCED] }
    k_nearest_neighbours { k: [5, 15, 51] weighting: [UNIFORM, DISTANCE] metric: [EUCLIDEAN, MANHATTAN] }
  )";
  Services services;
  const std::string grid = services.folder() + "/grid.textproto";
  std::ofstream(grid) << kGrid;
  services.Start(Services::kFeatureStore);
  services.Start(Services::kTrainer, {"--search-grid", grid});
  services.Start(Services::kScorer);
  GenerateShop(services, services.folder() + "/shop", 600);
  ImportShop(services, services.folder() + "/shop");
  ASSERT_EQ(services.Ebb({"train"}).exit_status, 0);
  const auto training = [&] { return nlohmann::json::parse(services.Ebb({"trainings", "-o", "json"}).out).at(0); };
  const auto has_done_enough = [&] {
    const nlohmann::json now = training();
    const auto step = now.at("step").get<std::string>();
    return step == "search" ? now.at("done") > 40 : step != "" && step != "read" && step != "check";
  };
  ASSERT_TRUE(Eventually(has_done_enough)) << training();
  services.Kill(Services::kTrainer);
  services.Start(Services::kTrainer, {"--search-grid", grid});
  EXPECT_EQ(training().at("state"), "interrupted");

  const auto model = [&](const char* version) {
    return nlohmann::json::parse(services.Ebb({"model", "show", version, "-o", "json"}).out).at("model");
  };
  Train(services);
  Train(services);
  EXPECT_GT(model("1").at("trials_taken_over"), 20) << "of those that were done when it was killed";
  EXPECT_EQ(model("2").at("trials_taken_over"), 0) << "a model ends the journal";
  EXPECT_EQ(model("1").at("digest"), model("2").at("digest")) << "taken up or not, it is the same model";
}

}  // namespace
}  // namespace ebb::testing
