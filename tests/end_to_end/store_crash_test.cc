// kill -9 of the feature store at random moments of a mixed load: several streams of events, one of them a back-fill,
// imports, erasures, readers, watchers, checkpoints and sorting all at once, by either clock. In the end nothing is
// lost, nothing counts twice, every vector follows from the raw events, and the state is the one of a store that never
// crashed.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/event_pusher.h"
#include "clients/cpp/feature_store_client.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "tests/benchmarks/workload.h"
#include "tests/support/patience.h"
#include "tests/support/seed.h"
#include "tests/support/services.h"

namespace ebb::testing {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(10);
constexpr absl::Duration kDay = absl::Hours(24);
constexpr int kCustomers = 200;
constexpr int kImports = 3;
constexpr std::array kErased = {"c3", "c77", "c150"};

// Small batches, so that hardly a moment passes in which nothing waits for its acknowledgement.
struct Stream {
  int batch_events;
  bool backfill;
};
constexpr std::array<Stream, 4> kStreams = {{{1, false}, {4, false}, {15, false}, {15, true}}};

// All events of a test. Each belongs to one stream, so that the events of a customer come in several.
class Load {
 public:
  // `events`: about how many of 180 days, over all streams.
  Load(int64_t events, uint64_t seed)
      : live_({.events = events, .customers = kCustomers, .end = end_, .seed = seed}),
        history_({.events = events, .customers = kCustomers, .end = begin() - kDay, .seed = seed + 1}),
        events_of_a_stream_(events / static_cast<int64_t>(kStreams.size())) {}

  absl::Time begin() const { return end_ - 180 * kDay; }
  int64_t events_of_a_stream() const { return events_of_a_stream_; }

  v1::Event At(size_t stream, int64_t n) const {
    const int64_t index = n * static_cast<int64_t>(kStreams.size()) + static_cast<int64_t>(stream);
    if (!kStreams[stream].backfill) return live_.At(index);
    v1::Event event = history_.At(index);
    event.set_event_id(absl::StrCat("of old ", event.event_id()));
    return event;
  }

 private:
  const absl::Time end_ = absl::Now() - absl::Hours(1);
  const benchmarks::Workload live_, history_;
  const int64_t events_of_a_stream_;
};

// The store of a test: small segments and frequent checkpoints, so that a kill hits each kind of work.
Services MakeServices(const std::string& clock) {
  return Services({std::vector<std::string>{"--clock", clock, "--checkpoint-interval", "1s", "--segment-events", "2000",
                                            "--sweep-interval", "20ms", "--retention", "17520h"},
                   {},
                   {}});
}

// Repeats a call until the store has answered it, whatever happens to the store meanwhile; the answer.
template <typename Call>
auto Insist(const Call& call) {
  for (const absl::Time limit = absl::Now() + kPatience;; absl::SleepFor(absl::Milliseconds(20))) {
    auto response = call();
    const absl::StatusCode code = response.status().code();
    const bool is_down = code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kResourceExhausted ||
                         code == absl::StatusCode::kDeadlineExceeded;
    if (is_down && absl::Now() < limit) continue;
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : typename decltype(response)::value_type();
  }
}

v1::SnapshotRow RowOf(int customer, int import) {
  v1::SnapshotRow row;
  row.set_customer_id(absl::StrCat("import-", customer));
  v1::ImportedValue& value = *row.mutable_snapshot()->add_values();
  value.set_feature("revenue_month_0");
  value.set_decimal(absl::StrCat(import * 100 + customer, ".5"));
  return row;
}

void Import(const std::string& address, const Load& load, int import) {
  FeatureStoreClient store(address, kPatience);
  v1::SnapshotHeader header;
  header.set_snapshot_id(absl::StrCat("snapshot-", import));
  header.mutable_as_of()->set_seconds(absl::ToUnixSeconds(load.begin() + import * 20 * kDay));
  Insist([&] {
    int sent = 0;
    return store.ImportSnapshot(header, [&](v1::SnapshotRows* rows) -> absl::StatusOr<bool> {
      if (sent == kCustomers) return false;
      for (int i = 0; i < 50; ++i) *rows->add_rows() = RowOf(sent++, import);
      return true;
    });
  });
}

v1::EraseCustomerResponse Erase(const std::string& address, const std::string& customer) {
  FeatureStoreClient store(address, kPatience);
  v1::EraseCustomerRequest request;
  request.set_customer_id(customer);
  return Insist([&] { return store.EraseCustomer(request); });
}

// No byte of the erased is left, in the end and whatever interrupted it.
void ExpectRemoved(const std::string& address) {
  for (const char* customer : kErased) {
    const absl::Time limit = absl::Now() + kPatience;
    while (!Erase(address, customer).removed()) {
      ASSERT_LT(absl::Now(), limit) << customer;
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
}

// Pushes the events of one stream, the first `count` at most, until told to stop.
class Sender {
 public:
  Sender(const std::string& address, const Load& load, size_t stream, int64_t count)
      : load_(load),
        stream_(stream),
        count_(count),
        pusher_({.address = address,
                 .batch_events = kStreams[stream].batch_events,
                 .window = 2,
                 .backfill = kStreams[stream].backfill,
                 .first_backoff = absl::Milliseconds(20),
                 .most_backoff = absl::Milliseconds(200),
                 .connect_limit = kPatience,
                 .on_refused = ExpectErased}),
        thread_([this] { Push(); }) {}
  // All events of the stream, or those until Stop, are acknowledged.
  void Join() {
    thread_.join();
    EXPECT_TRUE(pusher_.Flush(kPatience).ok());
  }
  void Stop() { stopping_ = true; }

  int64_t pushed() const { return pushed_; }
  // The acknowledgement of something is outstanding.
  bool is_busy() const { return pusher_.totals().acknowledged() < pushed_; }

 private:
  static void ExpectErased(const EventPusher::Refusal& refusal) {
    EXPECT_TRUE(absl::c_linear_search(kErased, refusal.event.customer_id())) << refusal.reasons.front()->DebugString();
  }

  void Push() {
    for (int64_t n = 0; n < count_ && !stopping_; ++n) {
      ASSERT_TRUE(pusher_.Push(load_.At(stream_, n), n).ok());
      ++pushed_;
    }
  }

  const Load& load_;
  const size_t stream_;
  const int64_t count_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> pushed_ = 0;
  EventPusher pusher_;
  std::thread thread_;
};

int64_t Pushed(const std::vector<std::unique_ptr<Sender>>& senders) {
  int64_t pushed = 0;
  for (const auto& sender : senders) pushed += sender->pushed();
  return pushed;
}

// Follows all changes across crashes and keeps what readers rely on: sequences grow.
class Watcher {
 public:
  explicit Watcher(const std::string& address)
      : stub_(v1::FeatureStore::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))),
        thread_([this] { Follow(); }) {}
  ~Watcher() {
    stopping_ = true;
    thread_.join();
  }
  int64_t changes() const { return changes_; }

 private:
  void Follow() {
    v1::WatchFeaturesRequest request;
    request.mutable_heartbeat()->set_seconds(1);
    int64_t last = 0;
    while (!stopping_) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
      context.set_wait_for_ready(true);
      const auto stream = stub_->WatchFeatures(&context, request);
      v1::WatchFeaturesResponse response;
      while (stream->Read(&response)) {
        for (const v1::CustomerFeatures& customer : response.customers()) {
          EXPECT_GT(customer.sequence(), last) << "a change that was seen is never taken back by a crash";
          last = customer.sequence();
          ++changes_;
        }
        request.set_resume_token(response.resume_token());
        if (stopping_) context.TryCancel();
      }
      const grpc::Status ended = stream->Finish();
      EXPECT_NE(ended.error_code(), grpc::StatusCode::OUT_OF_RANGE) << ended.error_message();
    }
  }

  const std::unique_ptr<v1::FeatureStore::Stub> stub_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> changes_ = 0;
  std::thread thread_;
};

// Reads all the time; answers may be missing while the store is down but are never malformed.
class Reader {
 public:
  Reader(const std::string& address, absl::Time as_of)
      : store_(address, absl::Seconds(5)), as_of_(as_of), thread_([this] { Read(); }) {}
  ~Reader() {
    stopping_ = true;
    thread_.join();
  }

 private:
  void Read() {
    std::mt19937 random(1);
    while (!stopping_) {
      v1::GetFeaturesRequest request;
      for (int i = 0; i < 20; ++i) request.add_customer_ids(absl::StrCat("import-", random() % kCustomers));
      if (random() % 50 == 0) request.mutable_as_of()->set_seconds(absl::ToUnixSeconds(as_of_));
      const auto response = store_.GetFeatures(request);
      if (response.ok()) {
        EXPECT_EQ(response->found_size(), 20);
      } else {
        absl::SleepFor(absl::Milliseconds(5));
      }
    }
  }

  FeatureStoreClient store_;
  const absl::Time as_of_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

v1::VerifySummary VerifyAll(const std::string& address, const google::protobuf::Timestamp& as_of) {
  FeatureStoreClient store(address, kPatience);
  v1::VerifyRequest request;
  *request.mutable_hash_as_of() = as_of;
  const auto summary = store.Verify(request, [](const v1::VerifyResponse& response) {
    for (const v1::Mismatch& mismatch : response.mismatches()) ADD_FAILURE() << mismatch.DebugString();
    return true;
  });
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.value_or(v1::VerifySummary());
}

// How many events the store gets from each start to the next kill: mostly few, sometimes enough for checkpoints.
std::vector<int64_t> RandomLives(int kills, std::mt19937_64& random) {
  std::vector<int64_t> lives;
  for (int kill = 0; kill < kills; ++kill) lives.push_back(random() % (kill % 16 == 0 ? 60'000 : 3'000));
  return lives;
}

class StoreCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(StoreCrash, AtRandomMomentsOfAMixedLoadLosesAndDoublesNothing) {
  const uint64_t seed = SeedOfTheRun();
  std::mt19937_64 random(seed);
  const int kills = std::getenv("EBB_LONG_TESTS") != nullptr ? 1'000 : 20;
  const std::vector<int64_t> lives = RandomLives(kills, random);
  // There is more than is needed: what is pushed before a start is seen is not in the lives.
  const Load load(2 * absl::c_accumulate(lives, int64_t{100'000}), seed);

  Services crashed = MakeServices(GetParam());
  crashed.Start(Services::kFeatureStore);
  const std::string address = crashed.Address(Services::kFeatureStore);
  std::vector<std::unique_ptr<Sender>> senders;
  int busy_kills = 0;
  {
    Watcher watcher(address);
    Reader reader(address, load.begin() + 5 * kDay);
    for (size_t stream = 0; stream < kStreams.size(); ++stream)
      senders.push_back(std::make_unique<Sender>(address, load, stream, load.events_of_a_stream()));
    std::atomic<int> killed = 0;
    const auto reaches = [&](int part, int parts) {
      while (killed < kills * part / parts) absl::SleepFor(absl::Milliseconds(1));
    };
    std::thread imports([&] {
      for (int import = 0; import < kImports; ++import) {
        reaches(import + 1, kImports + 1);
        Import(address, load, import);
      }
    });
    std::thread erasures([&] {
      for (size_t i = 0; i < kErased.size(); ++i) {
        reaches(2 * i + 3, 2 * kErased.size() + 2);
        Erase(address, kErased[i]);
      }
    });
    for (const int64_t life : lives) {
      const int64_t end = Pushed(senders) + life;
      const absl::Time limit = absl::Now() + kPatience;
      while (Pushed(senders) < end && absl::Now() < limit) absl::SleepFor(absl::Microseconds(100));
      absl::SleepFor(absl::Microseconds(random() % 3'000));
      if (absl::c_any_of(senders, [](const auto& sender) { return sender->is_busy(); })) ++busy_kills;
      crashed.Kill(Services::kFeatureStore);
      if (random() % 4 == 0) {
        // What a start does must bear a kill, too.
        crashed.Launch(Services::kFeatureStore);
        absl::SleepFor(absl::Milliseconds(random() % 60));
        crashed.Kill(Services::kFeatureStore);
      }
      crashed.Start(Services::kFeatureStore);
      ++killed;
    }
    for (const auto& sender : senders) sender->Stop();
    for (const auto& sender : senders) sender->Join();
    imports.join();
    erasures.join();
    EXPECT_GT(watcher.changes(), 0);
  }
  EXPECT_GE(busy_kills, kills * 9 / 10) << "kills of a store that has nothing to do prove nothing";
  for (const auto& sender : senders) EXPECT_LT(sender->pushed(), load.events_of_a_stream()) << "a stream ran dry";
  std::cout << Pushed(senders) << " events, " << busy_kills << " of " << kills
            << " kills with something unacknowledged\n";

  Services clean = MakeServices(GetParam());
  clean.Start(Services::kFeatureStore);
  const std::string clean_address = clean.Address(Services::kFeatureStore);
  for (size_t stream = 0; stream < kStreams.size(); ++stream)
    Sender(clean_address, load, stream, senders[stream]->pushed()).Join();
  for (int import = 0; import < kImports; ++import) Import(clean_address, load, import);
  for (const char* customer : kErased) Erase(clean_address, customer);

  ExpectRemoved(address);
  ExpectRemoved(clean_address);
  const auto stats = FeatureStoreClient(address, kPatience).GetStats();
  ASSERT_TRUE(stats.ok()) << stats.status();
  const v1::VerifySummary want = VerifyAll(clean_address, stats->clock()), got = VerifyAll(address, stats->clock());
  EXPECT_EQ(got.state_hash(), want.state_hash());
  EXPECT_EQ(got.customers(), want.customers());
  EXPECT_EQ(got.events(), want.events());
  EXPECT_EQ(got.mismatched(), 0);
  EXPECT_GT(got.events(), Pushed(senders) * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(EitherClock, StoreCrash, ::testing::Values("watermark", "wall"),
                         [](const auto& clock) { return std::string(clock.param); });

}  // namespace
}  // namespace ebb::testing
