// Random pairs of declarations, random streams, and whatever can happen between the start with the second and the day
// that it is served: events late and sent again, imports, erasures, midnights, crashes, checkpoints, yet another file.
// What was served before must stay right all the time; what is served then must be what a store that never had anything
// else would serve, in every bit. The seed of a failing case is in its message; EBB_TEST_SEED runs that one alone,
// EBB_TEST_CASES sets how many run.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "feature_store/declarations.h"
#include "feature_store/event_time.h"
#include "feature_store/naive_vector.h"
#include "feature_store/random_shop.h"
#include "feature_store/test_engine.h"
#include "tests/support/random_cases.h"

namespace ebb::feature_store {
namespace {

constexpr int kCustomers = 6;

FeatureStoreEngine::Options OptionsFor(uint64_t seed) {
  FeatureStoreEngine::Options options;
  options.writer.clock_mode = seed % 2 == 0 ? ClockMode::kWall : ClockMode::kWatermark;
  if (seed % 4 < 2) options.writer.state_memory_bytes = options.writer.least_state_bytes = 0;  // nobody stays in memory
  options.writer.retention = absl::Hours(24 * 365 * 20);
  options.writer.segment_events = 20;
  options.writer.max_unsorted_segments = 1'000;  // nobody sorts unless the test says so
  return options;
}

class RandomBackFill {
 public:
  explicit RandomBackFill(uint64_t seed) : seed_(seed), shop_(seed), store_(OptionsFor(seed)) {
    files_.push_back(*CompileDeclarations(shop_.Declarations(), "before"));
    files_.push_back(Mixed(files_[0], seed + 1'000'000));
    files_.push_back(Mixed(files_[1], seed + 2'000'000));
    store_.declarations = &files_[0];
    EXPECT_TRUE(store_.Reopen().ok());
  }

  void Run() {
    for (int i = 0; i < 15; ++i) ASSERT_NO_FATAL_FAILURE(Live());
    if (shop_.Below(4) == 0) {
      ASSERT_TRUE(store_.Maintain().ok());
    }
    ASSERT_NO_FATAL_FAILURE(StartWith(1));
    for (int i = 0; i < 30; ++i) {
      ASSERT_NO_FATAL_FAILURE(Live());
      ASSERT_NO_FATAL_FAILURE(BackFill());
      if (shop_.Below(40) == 0) {
        ASSERT_NO_FATAL_FAILURE(StartWith(shop_.Below(3)));
      }
      if (shop_.Below(6) == 0) {
        ASSERT_NO_FATAL_FAILURE(Compare());
      }
    }
    ASSERT_TRUE(store_.BackFillAll().ok());
    ASSERT_EQ(store_->Next(), nullptr);
    ASSERT_EQ(store_->Served().state_fingerprint(), store_.declarations->state_fingerprint());
    ASSERT_NO_FATAL_FAILURE(Compare());
    ASSERT_NO_FATAL_FAILURE(CompareWithACleanStore());
    for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(Live());
    ASSERT_NO_FATAL_FAILURE(Crash());
    ASSERT_NO_FATAL_FAILURE(Compare());
  }

 private:
  // Some features stay, some go, some mean something else under the same name, in another order, perhaps elsewhere.
  CompiledDeclarations Mixed(const CompiledDeclarations& one, uint64_t seed) {
    RandomShop other(seed);
    const v1::FeatureDeclarations theirs = CompileDeclarations(other.Declarations(), "other")->source();
    v1::FeatureDeclarations mixed = one.source();
    if (shop_.Below(2) == 0) *mixed.mutable_shop() = theirs.shop();
    for (int i = mixed.features_size() - 1; i >= 0; --i) {
      const int fate = shop_.Below(4);
      if (fate == 0) mixed.mutable_features()->DeleteSubrange(i, 1);
      if (fate == 1 && i < theirs.features_size()) {
        const std::string name = mixed.features(i).name();
        *mixed.mutable_features(i) = theirs.features(shop_.Below(theirs.features_size()));
        mixed.mutable_features(i)->set_name(name);
      }
    }
    if (shop_.Below(2) == 0) {
      std::shuffle(mixed.mutable_features()->pointer_begin(), mixed.mutable_features()->pointer_end(), shop_.random());
    }
    return CompiledDeclarations(mixed);
  }

  void Live() {
    switch (shop_.Below(10)) {
      case 0:
        return Import();
      case 1:
        store_.clock.Advance(absl::Hours(1 + shop_.Below(24 * 20)));
        store_->writer().RunOnce();
        return;
      case 2:
        ASSERT_TRUE(store_.Maintain().ok());
        return;
      case 3:
        if (shop_.Below(3) == 0) return Erase();
        return;
      case 4:
        return Crash();
      default:
        return Send();
    }
  }

  // A third of what is sent was sent before.
  void Send() {
    std::vector<v1::Event> batch;
    for (int i = shop_.Below(20); i >= 0; --i) {
      if (!stream_.empty() && shop_.Below(3) == 0) {
        batch.push_back(stream_[static_cast<size_t>(shop_.Below(static_cast<int>(stream_.size())))]);
      } else {
        v1::Event event = shop_.Event(number_++, shop_.Time());
        event.set_customer_id(absl::StrCat("c", shop_.Below(kCustomers)));
        stream_.push_back(event);
        batch.push_back(event);
      }
      const v1::Event& sent = batch.back();
      if (erased_.count(sent.customer_id()) == 0) sent_[sent.customer_id()].emplace(sent.event_id(), sent);
    }
    const auto answer = store_.Ingest(batch, /*backfill=*/true);
    ASSERT_TRUE(answer.ok()) << answer.status();
    if (erased_.empty()) {
      ASSERT_EQ(answer->rejected(), 0) << answer->ShortDebugString();
    }
  }

  void Import() {
    if (shop_.Below(2) == 0) return;  // so that some cases have none
    const v1::Event event = shop_.Snapshot(number_++, shop_.Time(), store_->Served());
    v1::SnapshotRow row;
    row.set_customer_id(absl::StrCat("c", shop_.Below(kCustomers)));
    *row.mutable_snapshot() = event.imported_snapshot();
    const std::string as_of = absl::FormatTime(absl::RFC3339_full, EventTime(event), absl::UTCTimeZone());
    const auto imported = store_.Import(absl::StrCat("snapshot ", number_), as_of, {row});
    if (absl::IsInvalidArgument(imported.status())) return;  // ahead of the clock
    ASSERT_TRUE(imported.ok()) << imported.status();
    imports_ = true;
  }

  void Erase() {
    const std::string customer = absl::StrCat("c", shop_.Below(kCustomers));
    const auto erased = store_.Erase(customer);
    if (absl::IsNotFound(erased.status())) return;
    ASSERT_TRUE(erased.ok()) << erased.status();
    erased_.insert(customer);
    sent_.erase(customer);
  }

  void Crash() {
    if (shop_.Below(3) == 0) return store_.Restart();
    store_.Kill();
    ASSERT_TRUE(store_.Reopen().ok());
  }

  void StartWith(int file) {
    store_.declarations = &files_[static_cast<size_t>(file)];
    Crash();
    ASSERT_TRUE(&store_->Served() == store_.declarations || store_->Next() == store_.declarations);
  }

  // The halves one by one, so that anything may come in between.
  void BackFill() {
    if (store_->Next() == nullptr) return;
    switch (shop_.Below(4)) {
      case 0:
        store_->back_fill_reader()->RunOnce();
        return;
      case 1:
        store_->writer().RunOnce();
        return;
      case 2:
        ASSERT_TRUE(store_->maintenance().WriteCheckpoint().ok());
        return;
      default:
        return;
    }
  }

  // What is served is what the raw events say under what is served.
  void Compare() {
    const CompiledDeclarations& served = store_->Served();
    absl::StatusOr<std::unique_ptr<Verification>> verification = store_->Verify({});
    ASSERT_TRUE(verification.ok()) << verification.status();
    for (v1::VerifyResponse message;; message.Clear()) {
      const absl::StatusOr<bool> more = (*verification)->Next(&message);
      ASSERT_TRUE(more.ok()) << more.status();
      if (!*more) break;
      for (const v1::Mismatch& mismatch : message.mismatches()) ADD_FAILURE() << mismatch.ShortDebugString();
    }
    if (imports_) return;
    const auto changes = ChangesAfter(*store_, 0, 1'000);
    ASSERT_TRUE(changes.ok()) << changes.status();
    ASSERT_EQ(static_cast<size_t>(changes->customers.size()), sent_.size());
    for (const v1::CustomerFeatures& change : changes->customers) {
      const absl::Time as_of = ToTime(change.vector().as_of());
      std::vector<v1::Event> events;
      for (const auto& [id, event] : sent_.at(change.customer_id())) {
        if (IsBefore(event, as_of)) events.push_back(event);
      }
      const v1::FeatureVector want = NaiveVector(served.source(), events, as_of);
      ASSERT_EQ(change.vector().values_size(), want.values_size());
      for (int i = 0; i < want.values_size(); ++i) {
        ASSERT_EQ(change.vector().values(i).SerializeAsString(), want.values(i).SerializeAsString())
            << change.customer_id() << ": " << served.source().features(i).ShortDebugString();
      }
    }
  }

  // Had it served the file from the beginning it would be in the same state.
  void CompareWithACleanStore() {
    if (imports_) return;
    TestEngine clean(OptionsFor(seed_));
    clean.declarations = store_.declarations;
    ASSERT_TRUE(clean.Reopen().ok());
    std::vector<v1::Event> all;
    for (const auto& [customer, events] : sent_) {
      for (const auto& [id, event] : events) all.push_back(event);
    }
    if (all.empty()) return;
    std::shuffle(all.begin(), all.end(), shop_.random());
    clean.clock.Set(store_.clock.Now());
    ASSERT_TRUE(clean.Ingest(all, /*backfill=*/true).ok());
    v1::VerifyRequest request;
    *request.mutable_hash_as_of() = clean->Stats().clock();  // the other may be ahead, by events of erased customers
    EXPECT_EQ(StateHash(*clean, request), StateHash(*store_, request));
  }

  static std::string StateHash(const FeatureStoreEngine& engine, const v1::VerifyRequest& request) {
    auto verification = engine.Verify(request);
    if (!verification.ok()) return verification.status().ToString();
    v1::VerifyResponse message;
    while (!message.has_summary()) {
      message.Clear();
      const absl::StatusOr<bool> more = (*verification)->Next(&message);
      if (!more.ok() || !*more) return more.status().ToString();
    }
    return message.summary().state_hash();
  }

  const uint64_t seed_;
  RandomShop shop_;
  std::vector<CompiledDeclarations> files_;  // before, after, and another
  TestEngine store_;
  std::vector<v1::Event> stream_;                                 // all ever made
  std::map<std::string, std::map<std::string, v1::Event>> sent_;  // that count, by customer and event id
  std::set<std::string> erased_;
  int number_ = 0;
  bool imports_ = false;
};

TEST(BackFillProperty, WhatIsServedIsAlwaysWhatTheRawEventsSay) {
  testing::RunRandomCases(40, [](uint64_t seed) { RandomBackFill(seed).Run(); });
}

}  // namespace
}  // namespace ebb::feature_store
