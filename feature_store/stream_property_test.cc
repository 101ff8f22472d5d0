// Random streams through a whole store: events late, out of order and sent again, in batches of any size, with sorting,
// checkpoints, crashes and midnights in between. Whatever the store then says of anybody, now or as of a time, must
// agree with the naive oracle in every bit. The seed of a failing case is in its message; EBB_TEST_SEED runs that one
// alone, EBB_TEST_CASES sets how many run.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "feature_store/declarations.h"
#include "feature_store/event_time.h"
#include "feature_store/naive_vector.h"
#include "feature_store/random_shop.h"
#include "feature_store/test_engine.h"
#include "tests/support/random_cases.h"

namespace ebb::feature_store {
namespace {

constexpr int kCustomers = 3, kEvents = 200;

FeatureStoreEngine::Options OptionsFor(uint64_t seed) {
  FeatureStoreEngine::Options options;
  options.writer.clock_mode = seed % 2 == 0 ? ClockMode::kWall : ClockMode::kWatermark;
  // Of every other two nobody stays in memory: events wait beside the records.
  if (seed % 4 < 2) options.writer.state_memory_bytes = options.writer.least_state_bytes = 0;
  options.writer.retention = absl::Hours(24 * 365 * 20);
  options.writer.segment_events = 20;
  options.writer.max_unsorted_segments = 1'000;  // nobody sorts unless the test says so
  return options;
}

class RandomStream {
 public:
  explicit RandomStream(uint64_t seed)
      : shop_(seed), declarations_(*CompileDeclarations(shop_.Declarations(), "random")), store_(OptionsFor(seed)) {
    store_.declarations = &declarations_;
    EXPECT_TRUE(store_.Reopen().ok());
  }

  void Run() {
    std::vector<v1::Event> waiting = Stream();
    while (!waiting.empty()) {
      ASSERT_NO_FATAL_FAILURE(SendSome(&waiting));
      ASSERT_NO_FATAL_FAILURE(LetTimePass());
      if (shop_.Below(4) != 0) continue;
      ASSERT_NO_FATAL_FAILURE(CompareAll());
    }
    ASSERT_NO_FATAL_FAILURE(CompareAll());
    ASSERT_NO_FATAL_FAILURE(CompareAsOf());
  }

 private:
  // A third comes again, anywhere later.
  std::vector<v1::Event> Stream() {
    std::vector<v1::Event> stream;
    for (int i = 0; i < kEvents; ++i) {
      v1::Event event = shop_.Event(i, shop_.Time());
      event.set_customer_id(absl::StrCat("c", shop_.Below(kCustomers)));
      stream.insert(stream.begin() + shop_.Below(static_cast<int>(stream.size()) + 1), event);
      if (shop_.Below(3) == 0) stream.insert(stream.begin() + shop_.Below(static_cast<int>(stream.size()) + 1), event);
    }
    return stream;
  }

  // Pushed as history, so that each event is known since it happened.
  void SendSome(std::vector<v1::Event>* waiting) {
    const auto end = waiting->end();
    const auto begin = end - std::min<int>(1 + shop_.Below(25), static_cast<int>(waiting->size()));
    const std::vector<v1::Event> batch(begin, end);
    const auto answer = store_.Ingest(batch, /*backfill=*/true);
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_EQ(answer->rejected(), 0) << answer->ShortDebugString();
    int64_t fresh = 0;
    for (const v1::Event& event : batch) {
      std::map<std::string, v1::Event>& known = sent_[event.customer_id()];
      fresh += known.emplace(event.event_id(), event).second;
    }
    ASSERT_EQ(answer->accepted(), fresh) << "duplicates count once";
    waiting->erase(begin, end);
  }

  void LetTimePass() {
    switch (shop_.Below(8)) {
      case 0:
        store_.clock.Advance(absl::Hours(24 * (1 + shop_.Below(40))));
        break;
      case 1:
        ASSERT_TRUE(store_.Maintain().ok());
        break;
      case 2:
        store_.Restart();
        break;
      case 3:
        store_.Kill();
        ASSERT_TRUE(store_.Reopen().ok());
        break;
      default:
        store_->writer().RunOnce();
    }
  }

  v1::FeatureVector Oracle(const std::string& customer, absl::Time as_of) const {
    std::vector<v1::Event> events;
    for (const auto& [id, event] : sent_.at(customer)) {
      if (IsBefore(event, as_of)) events.push_back(event);
    }
    return NaiveVector(declarations_.source(), events, as_of);
  }

  void CompareAll() {
    const auto changes = ChangesAfter(*store_, 0, 1'000);
    ASSERT_TRUE(changes.ok()) << changes.status();
    ASSERT_EQ(static_cast<size_t>(changes->customers.size()), sent_.size());
    for (const v1::CustomerFeatures& change : changes->customers) {
      const absl::Time as_of = ToTime(change.vector().as_of());
      SCOPED_TRACE(absl::StrCat(change.customer_id(), " as of ", absl::FormatTime(as_of, shop_.zone())));
      const v1::FeatureVector want = Oracle(change.customer_id(), as_of);
      for (int i = 0; i < want.values_size(); ++i) {
        ASSERT_EQ(change.vector().values(i).SerializeAsString(), want.values(i).SerializeAsString())
            << declarations_.source().features(i).ShortDebugString()
            << "\n got: " << change.vector().values(i).ShortDebugString()
            << "\nwant: " << want.values(i).ShortDebugString();
      }
    }
  }

  void CompareAsOf() {
    for (int round = 0; round < 3; ++round) {
      v1::GetFeaturesRequest request;
      absl::Time as_of = shop_.Time();
      for (const auto& [customer, events] : sent_) request.add_customer_ids(customer);
      *request.mutable_as_of() = ToTimestamp(as_of);
      const auto response = store_->GetFeatures(request);
      if (absl::IsInvalidArgument(response.status())) continue;  // the watermark has not come so far
      ASSERT_TRUE(response.ok()) << response.status();
      int row = 0;
      for (const auto& [customer, events] : sent_) {
        const v1::FeatureVector want = Oracle(customer, as_of);
        for (int i = 0; i < want.values_size() && response->found(row); ++i) {
          const v1::FeatureColumn& column = response->columns(i);
          ASSERT_EQ(column.statuses(row), want.values(i).status()) << declarations_.features()[i].name;
          if (want.values(i).has_number()) {
            ASSERT_EQ(column.numbers(row), want.values(i).number());
          } else if (want.values(i).has_category()) {
            ASSERT_EQ(column.categories(row), want.values(i).category());
          }
        }
        ++row;
      }
    }
  }

  RandomShop shop_;
  const CompiledDeclarations declarations_;
  TestEngine store_;
  std::map<std::string, std::map<std::string, v1::Event>> sent_;  // by customer and event id
};

TEST(StreamPropertyTest, AStoreAgreesWithTheNaiveOracle) {
  testing::RunRandomCases(8, [](uint64_t seed) { RandomStream(seed).Run(); });
}

}  // namespace
}  // namespace ebb::feature_store
