// kill -9 of the feature store at random moments of a mixed load: several streams of events, imports, readers,
// watchers, checkpoints and sorting all at once. In the end nothing is lost, nothing counts twice, every vector follows
// from the raw events, and the state is the one of a store that never crashed.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/event_pusher.h"
#include "clients/cpp/feature_store_client.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "tests/benchmarks/workload.h"
#include "tests/support/services.h"

namespace ebb::testing {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(60);
constexpr int kStreams = 3;
constexpr int kCustomers = 200;
constexpr int kImports = 3;
constexpr int64_t kEnd = 1'767'225'600;  // 2026-01-01, the end of the load's time

uint64_t SeedOfTheRun() {
  const char* given = std::getenv("EBB_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "seed " << seed << " (EBB_TEST_SEED repeats it)\n";
  return seed;
}

// The store of a test: small segments and frequent checkpoints, so that a kill hits each kind of work.
Services MakeServices() {
  return Services({std::vector<std::string>{"--clock", "watermark", "--checkpoint-interval", "1s", "--segment-events",
                                            "2000", "--sweep-interval", "20ms", "--retention", "17520h"},
                   {},
                   {}});
}

v1::SnapshotRow RowOf(int customer, int import) {
  v1::SnapshotRow row;
  row.set_customer_id(absl::StrCat("import-", customer));
  v1::ImportedValue& value = *row.mutable_snapshot()->add_values();
  value.set_feature("revenue_month_0");
  value.set_decimal(absl::StrCat(import * 100 + customer, ".5"));
  return row;
}

// Imports until the store says that it has, whatever happens to it meanwhile.
void Import(const std::string& address, int import) {
  FeatureStoreClient store(address, kTimeout);
  v1::SnapshotHeader header;
  header.set_snapshot_id(absl::StrCat("snapshot-", import));
  header.mutable_as_of()->set_seconds(kEnd - (kImports - import) * 30 * 86'400);
  const absl::Time limit = absl::Now() + absl::Minutes(10);
  while (absl::Now() < limit) {
    int sent = 0;
    const auto response = store.ImportSnapshot(header, [&](v1::SnapshotRows* rows) -> absl::StatusOr<bool> {
      if (sent == kCustomers) return false;
      for (int i = 0; i < 50; ++i) *rows->add_rows() = RowOf(sent++, import);
      return true;
    });
    if (response.ok()) return;
    ASSERT_TRUE(absl::IsUnavailable(response.status()) || absl::IsResourceExhausted(response.status()) ||
                absl::IsDeadlineExceeded(response.status()))
        << response.status();
    absl::SleepFor(absl::Milliseconds(20));
  }
  FAIL() << "import " << import << " never ended";
}

// One of several senders; each event belongs to one of them, so that a customer's events come in several streams.
void PushShare(const std::string& address, const std::vector<v1::IngestRequest>& batches, int share,
               std::atomic<int64_t>* pushed) {
  EventPusher pusher({.address = address,
                      .batch_events = 50,
                      .first_backoff = absl::Milliseconds(20),
                      .most_backoff = absl::Milliseconds(200),
                      .connect_limit = kTimeout,
                      .on_refused = [](const EventPusher::Refusal& refusal) {
                        ADD_FAILURE() << refusal.reasons.front()->DebugString();
                      }});
  int64_t number = 0;
  for (const v1::IngestRequest& batch : batches) {
    for (const v1::Event& event : batch.events()) {
      if (number++ % kStreams != share) continue;
      ASSERT_TRUE(pusher.Push(event, number).ok());
      pushed->fetch_add(1);
    }
  }
  ASSERT_TRUE(pusher.Flush(absl::Minutes(10)).ok());
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
  explicit Reader(const std::string& address) : store_(address, absl::Seconds(5)), thread_([this] { Read(); }) {}
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
      if (random() % 50 == 0) request.mutable_as_of()->set_seconds(kEnd - 170 * 86'400);
      const auto response = store_.GetFeatures(request);
      if (response.ok()) {
        EXPECT_EQ(response->found_size(), 20);
      } else {
        absl::SleepFor(absl::Milliseconds(5));
      }
    }
  }

  FeatureStoreClient store_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

v1::VerifySummary VerifyAll(const Services& services) {
  FeatureStoreClient store(services.Address(Services::kFeatureStore), kTimeout);
  v1::VerifyRequest request;
  request.mutable_hash_as_of()->set_seconds(kEnd - 86'400);
  const auto summary = store.Verify(request, [](const v1::VerifyResponse& response) {
    for (const v1::Mismatch& mismatch : response.mismatches()) ADD_FAILURE() << mismatch.DebugString();
    return true;
  });
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.value_or(v1::VerifySummary());
}

TEST(StoreCrash, AtRandomMomentsOfAMixedLoadLosesAndDoublesNothing) {
  const bool is_long = std::getenv("EBB_LONG_TESTS") != nullptr;
  const int kills = is_long ? 1'000 : 20;
  const uint64_t seed = SeedOfTheRun();
  std::mt19937_64 random(seed);
  const auto batches = benchmarks::MakeWorkload({.events = kills * 1'000,
                                                 .customers = kCustomers,
                                                 .events_per_batch = 100,
                                                 .end = absl::FromUnixSeconds(kEnd),
                                                 .seed = seed});

  Services clean = MakeServices();
  clean.Start(Services::kFeatureStore);
  std::atomic<int64_t> pushed = 0;
  for (int share = 0; share < kStreams; ++share)
    PushShare(clean.Address(Services::kFeatureStore), batches, share, &pushed);
  for (int import = 0; import < kImports; ++import) Import(clean.Address(Services::kFeatureStore), import);

  Services crashed = MakeServices();
  crashed.Start(Services::kFeatureStore);
  const std::string address = crashed.Address(Services::kFeatureStore);
  const int64_t events = pushed.exchange(0);
  {
    Watcher watcher(address);
    Reader reader(address);
    std::vector<std::thread> senders;
    for (int share = 0; share < kStreams; ++share) {
      senders.emplace_back([&, share] { PushShare(address, batches, share, &pushed); });
    }
    senders.emplace_back([&] {
      for (int import = 0; import < kImports; ++import) {
        while (pushed < events * (import + 1) / (kImports + 1)) absl::SleepFor(absl::Milliseconds(1));
        Import(address, import);
      }
    });
    for (int kill = 0; kill < kills; ++kill) {
      // Most while the load runs; where the store is faster than the kills the rest hit what runs behind it.
      absl::SleepFor(absl::Milliseconds(random() % (kill % 8 == 0 ? 1'500 : 150)));
      crashed.Kill(Services::kFeatureStore);
      crashed.Start(Services::kFeatureStore);
    }
    for (std::thread& sender : senders) sender.join();
    EXPECT_GT(watcher.changes(), 0);
  }

  FeatureStoreClient store(address, kTimeout);
  FeatureStoreClient clean_store(clean.Address(Services::kFeatureStore), kTimeout);
  EXPECT_EQ(store.GetStats()->events(), clean_store.GetStats()->events());
  const v1::VerifySummary want = VerifyAll(clean), got = VerifyAll(crashed);
  EXPECT_EQ(got.state_hash(), want.state_hash());
  EXPECT_EQ(got.customers(), want.customers());
  EXPECT_EQ(got.events(), want.events());
  EXPECT_EQ(got.mismatched(), 0);
}

}  // namespace
}  // namespace ebb::testing
