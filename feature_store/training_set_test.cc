// Training sets of a whole store: the same rows wherever it keeps its events, and after an interruption.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "feature_store/event_time.h"
#include "feature_store/test_engine.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

using ::testing::HasSubstr;

FeatureStoreEngine::Options SegmentsOf(uint64_t events) {
  FeatureStoreEngine::Options options;
  options.writer.max_unsorted_segments = 1'000;  // nobody sorts unless the test says so
  options.writer.segment_events = events;
  return options;
}

struct TrainingSet {
  std::vector<std::string> rows;    // as text: customer, T, label, features
  std::vector<std::string> tokens;  // after each chunk
  std::vector<size_t> rows_before;  // each token
  v1::TrainingSetSummary summary;
};

std::string TextAt(const v1::ColumnBuffers& column, int64_t row) {
  const auto index = static_cast<size_t>(row);
  if (!column.validity().empty() && (column.validity()[index / 8] >> (index % 8) & 1) == 0) return "-";
  switch (column.type()) {
    case v1::ColumnBuffers::UTF8: {
      const auto* offsets = reinterpret_cast<const int32_t*>(column.offsets().data());
      return column.data().substr(offsets[index], offsets[index + 1] - offsets[index]);
    }
    case v1::ColumnBuffers::BOOL:
      return column.data()[index / 8] >> (index % 8) & 1 ? "declined" : "steady";
    case v1::ColumnBuffers::TIMESTAMP_MICROS:
      return absl::StrCat(reinterpret_cast<const int64_t*>(column.data().data())[index]);
    default:
      return absl::StrCat(reinterpret_cast<const double*>(column.data().data())[index]);
  }
}

TrainingSet Read(FeatureStoreEngine& engine, const v1::ReadTrainingSetRequest& request) {
  TrainingSet set;
  auto reader = engine.ReadTrainingSet(request);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return set;
  v1::ReadTrainingSetResponse message;
  for (message.Clear(); (*reader)->Next(&message).value(); message.Clear()) {
    for (int64_t row = 0; row < message.rows(); ++row) {
      std::string& text = set.rows.emplace_back();
      for (const v1::ColumnBuffers& column : message.columns()) absl::StrAppend(&text, TextAt(column, row), " ");
    }
    EXPECT_NE(message.has_summary(), !message.resume_token().empty());
    if (message.has_summary()) {
      set.summary = message.summary();
    } else {
      set.tokens.push_back(message.resume_token());
      set.rows_before.push_back(set.rows.size());
    }
  }
  return set;
}

std::string CustomerOf(const std::string& row) { return row.substr(0, row.find(' ')); }

TEST(TrainingSet, IsTheSameHoweverTheStoreKeepsIt) {
  TestEngine store(SegmentsOf(3));
  std::vector<v1::SnapshotRow> rows;
  for (int i = 0; i < 20; ++i) {
    rows.push_back(RowOf(absl::StrCat("c", i), "revenue_month_0", absl::StrCat(100 + i)));
    if (i != 7)
      rows.back().mutable_snapshot()->set_activity(i % 3 == 0 ? v1::ActivityLabel::DECLINED
                                                              : v1::ActivityLabel::STEADY);
    if (i == 8) rows.back().mutable_snapshot()->add_training_exclusions("revenue_outlier");
  }
  ASSERT_TRUE(store.Import("digest", "2026-03-10T00:00:00Z", rows).ok());
  v1::ReadTrainingSetRequest request;
  request.mutable_imported();
  const TrainingSet unsorted = Read(*store, request);
  EXPECT_EQ(unsorted.summary.rows(), 18);
  EXPECT_EQ(unsorted.summary.declined(), 7);
  ASSERT_EQ(unsorted.summary.exclusions_size(), 2);
  EXPECT_EQ(unsorted.summary.exclusions(0).reason(), "revenue_outlier");
  EXPECT_EQ(unsorted.summary.exclusions(1).reason(), "unlabelled");
  EXPECT_FALSE(std::is_sorted(unsorted.rows.begin(), unsorted.rows.end())) << "order must tell nothing";
  ASSERT_TRUE(store.Maintain().ok());
  const TrainingSet sorted = Read(*store, request);
  store.Restart();
  const TrainingSet restarted = Read(*store, request);
  for (const TrainingSet& other : {sorted, restarted}) {
    EXPECT_EQ(other.rows, unsorted.rows);
    EXPECT_EQ(other.summary.SerializeAsString(), unsorted.summary.SerializeAsString());
  }
}

TEST(TrainingSet, ARequestIsCheckedByField) {
  TestEngine store;
  v1::ReadTrainingSetRequest no_rule, no_time, small_chunk;
  no_time.mutable_purchase_decline();
  small_chunk.mutable_imported();
  small_chunk.set_chunk_rows(1);
  EXPECT_THAT(store->ReadTrainingSet(no_rule).status().ToString(), HasSubstr("label_rule"));
  EXPECT_THAT(store->ReadTrainingSet(no_time).status().ToString(), HasSubstr("as_of"));
  EXPECT_THAT(store->ReadTrainingSet(small_chunk).status().ToString(), HasSubstr("chunk_rows"));
}

TEST(TrainingSet, AtMostSomeAreReadAtOnce) {
  FeatureStoreEngine::Options options;
  options.max_training_sets = 1;
  TestEngine store(options);
  v1::ReadTrainingSetRequest request;
  request.mutable_imported();
  auto first = store->ReadTrainingSet(request);
  ASSERT_TRUE(first.ok());
  const absl::Status refused = store->ReadTrainingSet(request).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryDelayOf(refused), absl::Seconds(5));
  first->reset();
  EXPECT_TRUE(store->ReadTrainingSet(request).ok()) << "the place is given back";
}

// Purchases of 100 in minor units a piece, as of the first of September; known only after it where it says so.
TEST(TrainingSet, TellsTheRevenueOfTheMonthAfterWhereItIsAsked) {
  TestEngine store(SegmentsOf(1'000));
  const auto buys = [&](const char* customer, const char* time, int64_t price) {
    return PurchaseOf(customer, absl::StrCat(customer, time), time, price);
  };
  std::vector<v1::Event> events = {buys("none", "2025-08-05T10:00:00Z", 100), buys("some", "2025-08-05T10:00:00Z", 100),
                                   buys("some", "2025-09-01T00:00:00Z", 1'250),
                                   buys("some", "2025-09-30T23:59:59Z", 255),
                                   buys("some", "2025-10-01T00:00:00Z", 9'900)};
  ASSERT_TRUE(store.Ingest(events, /*backfill=*/true).ok());
  v1::ReadTrainingSetRequest request;
  request.mutable_purchase_decline()->set_horizon_months(1);
  *request.add_as_of() = ToTimestamp(At("2025-09-01T00:00:00Z"));
  const TrainingSet without = Read(*store, request);
  request.set_next_month_revenue(true);
  const TrainingSet with = Read(*store, request);
  ASSERT_EQ(with.rows.size(), 2u);
  std::vector<std::string> told;
  for (size_t i = 0; i < with.rows.size(); ++i) {
    std::vector<std::string> fields = absl::StrSplit(with.rows[i], ' ');
    told.push_back(absl::StrCat(fields[0], " ", fields[3]));
    fields.erase(fields.begin() + 3);
    EXPECT_EQ(absl::StrJoin(fields, " "), without.rows[i]) << "the rest is as it was";
  }
  EXPECT_THAT(told, ::testing::UnorderedElementsAre("none 0", "some 15.05"));
  EXPECT_NE(with.summary.content_digest(), without.summary.content_digest());
  request.set_next_month_revenue(false);
  EXPECT_EQ(Read(*store, request).summary.SerializeAsString(), without.summary.SerializeAsString());
}

TEST(TrainingSet, TheRevenueIsMissingWhereItIsNotKnown) {
  TestEngine store(SegmentsOf(1'000));
  std::vector<v1::SnapshotRow> rows = {RowOf("c", "revenue_month_0", "100")};
  rows.back().mutable_snapshot()->set_activity(v1::ActivityLabel::STEADY);
  ASSERT_TRUE(store.Import("digest", "2025-09-01T00:00:00Z", rows).ok());
  v1::ReadTrainingSetRequest request;
  request.mutable_imported();
  request.set_next_month_revenue(true);
  const auto told = [&] { return std::vector<std::string>(absl::StrSplit(Read(*store, request).rows.at(0), ' '))[3]; };
  EXPECT_EQ(told(), "-") << "there are no purchases";
  ASSERT_TRUE(store.Ingest({PurchaseOf("c", "1", "2025-09-02T10:00:00Z", 500)}, /*backfill=*/true).ok());
  EXPECT_EQ(told(), "-") << "they do not reach back to it";
  ASSERT_TRUE(store.Ingest({PurchaseOf("other", "2", "2025-09-01T10:00:00Z", 500)}, /*backfill=*/true).ok());
  EXPECT_EQ(told(), "5");
  ASSERT_TRUE(store.Maintain().ok());
  store.Restart();
  EXPECT_EQ(told(), "5") << "wherever they are kept";
}

// Before their first record is written their name is nowhere but in the events that wait.
TEST(TrainingSet, HasThoseWhoNeverWereInMemory) {
  FeatureStoreEngine::Options nobody_in_memory = SegmentsOf(1'000);
  nobody_in_memory.writer.state_memory_bytes = nobody_in_memory.writer.least_state_bytes = 0;
  TestEngine small(nobody_in_memory), large(SegmentsOf(1'000));
  v1::ReadTrainingSetRequest request;
  *request.add_as_of() = ToTimestamp(At("2025-09-01T00:00:00Z"));
  request.mutable_purchase_decline()->set_measure(v1::PurchaseDecline::SPEND);
  std::vector<std::string> rows[2];
  for (TestEngine* store : {&small, &large}) {
    for (int i = 0; i < 5; ++i) {
      std::vector<v1::Event> events;
      for (int month = 4; month <= 9; ++month) {
        for (const char* day : {"05", "25"}) {
          events.push_back(PurchaseOf(absl::StrCat("c", i), absl::StrCat("m", month, day),
                                      absl::StrCat("2025-0", month, "-", day, "T10:00:00Z"), 100 * (i + 1)));
        }
      }
      events.push_back(PurchaseOf(absl::StrCat("c", i), "later", "2025-11-25T10:00:00Z", 100));
      ASSERT_TRUE(store->Ingest(events, /*backfill=*/true).ok());
    }
    rows[store == &large] = Read(**store, request).rows;
    std::sort(rows[store == &large].begin(), rows[store == &large].end());
  }
  EXPECT_EQ(small->Stats().resident_customers(), 0);
  EXPECT_EQ(rows[1].size(), 5u);
  EXPECT_EQ(rows[0], rows[1]);
}

// Forty customers who buy each month of 2025, back-filled, and a set of some hundred rows of each in many chunks.
class LargeTrainingSet : public ::testing::Test {
 protected:
  static constexpr int kCustomers = 40, kDates = 400;

  LargeTrainingSet() : store_(SegmentsOf(100)) {
    for (int i = 0; i < kCustomers; ++i) {
      std::vector<v1::Event> events;
      for (int month = 1; month <= 12; ++month) {
        if (i % 10 == 0 && month == 3) continue;  // not active then
        events.push_back(PurchaseOf(absl::StrCat("c", i), absl::StrCat("m", month),
                                    absl::StrCat("2025-", month < 10 ? "0" : "", month, "-05T10:00:00Z"),
                                    100 * (month > 9 ? 1 : i)));
      }
      EXPECT_TRUE(store_.Ingest(events, /*backfill=*/true).ok());
    }
    for (int i = 0; i < kDates; ++i) {
      *request_.add_as_of() = ToTimestamp(At("2025-06-01T00:00:00Z") + absl::Hours(16 * i));
    }
    request_.mutable_purchase_decline()->set_measure(v1::PurchaseDecline::SPEND);
    request_.set_chunk_rows(4'096);
  }

  // The rest after a token is what came after it.
  void ExpectRest(const TrainingSet& whole, size_t token) {
    v1::ReadTrainingSetRequest request = request_;
    request.set_resume_token(whole.tokens[token]);
    request.set_chunk_rows(8'192);
    const TrainingSet rest = Read(*store_, request);
    const auto first = whole.rows.begin() + static_cast<std::ptrdiff_t>(whole.rows_before[token]);
    EXPECT_EQ(rest.rows, std::vector<std::string>(first, whole.rows.end()));
    EXPECT_EQ(rest.summary.SerializeAsString(), whole.summary.SerializeAsString());
  }

  absl::Status StatusOf(const std::string& token) {
    v1::ReadTrainingSetRequest request = request_;
    request.set_resume_token(token);
    return store_->ReadTrainingSet(request).status();
  }

  TestEngine store_;
  v1::ReadTrainingSetRequest request_;
};

TEST_F(LargeTrainingSet, HasARowOrAReasonForEachCustomerAndDate) {
  const TrainingSet set = Read(*store_, request_);
  int64_t pairs = set.summary.rows();
  std::vector<std::string> reasons;
  for (const v1::ExclusionCount& exclusion : set.summary.exclusions()) {
    pairs += exclusion.rows();
    reasons.push_back(exclusion.reason());
  }
  EXPECT_EQ(pairs, kCustomers * kDates);
  EXPECT_THAT(reasons, ::testing::ElementsAre("label_not_mature", "not_active"));
  EXPECT_EQ(set.summary.rows(), static_cast<int64_t>(set.rows.size()));
  EXPECT_GT(set.summary.declined(), 0);
  EXPECT_LT(set.summary.declined(), set.summary.rows());
  EXPECT_GE(set.tokens.size(), 4u) << "chunks";
}

TEST_F(LargeTrainingSet, GoesOnWhereItBrokeOff) {
  const TrainingSet whole = Read(*store_, request_);
  for (size_t i = 0; i < whole.tokens.size(); ++i) ExpectRest(whole, i);
}

TEST_F(LargeTrainingSet, GoesOnWithTheRepairsOfItsImports) {
  v1::DataRepair repair;
  repair.set_kind(v1::DataRepair::REPEATED_ROWS);
  repair.set_source("money.csv");
  repair.set_rows(2);
  ASSERT_TRUE(store_.Import("digest", "2025-06-01T00:00:00Z", {RowOf("c1", "profit_3m_avg", "10")}, {repair}).ok());
  const TrainingSet whole = Read(*store_, request_);
  ASSERT_EQ(whole.summary.repairs_size(), 1);
  EXPECT_EQ(whole.summary.repairs(0).SerializeAsString(), repair.SerializeAsString());
  ExpectRest(whole, 0);
  store_.Restart();
  ExpectRest(whole, 1);
}

TEST_F(LargeTrainingSet, GoesOnWithTheRevenueThatItBeganWith) {
  request_.set_next_month_revenue(true);
  const TrainingSet whole = Read(*store_, request_);
  store_.clock.Advance(absl::Minutes(1));
  ASSERT_TRUE(
      store_.Ingest({PurchaseOf(CustomerOf(whole.rows.back()), "late", "2025-06-20T10:00:00Z", 1'000'000)}).ok());
  for (size_t i = 0; i < whole.tokens.size(); ++i) ExpectRest(whole, i);
}

TEST_F(LargeTrainingSet, WhatComesInMeanwhileLeavesNoTraceInTheRest) {
  const TrainingSet whole = Read(*store_, request_);
  // Late purchases, that labels would see, of a customer of the rest and of one who is new.
  const std::string last = CustomerOf(whole.rows.back());
  store_.clock.Advance(absl::Minutes(1));
  ASSERT_TRUE(store_
                  .Ingest({PurchaseOf(last, "late", "2025-10-06T10:00:00Z", 1'000'000),
                           PurchaseOf("new", "late", "2025-10-06T10:00:00Z", 100)})
                  .ok());
  EXPECT_NE(Read(*store_, request_).summary.content_digest(), whole.summary.content_digest()) << "a new set has them";
  ExpectRest(whole, 0);
  ASSERT_TRUE(store_.Maintain().ok());
  ExpectRest(whole, 0);
  store_.Kill();
  ASSERT_TRUE(store_.Reopen().ok());
  ExpectRest(whole, 1);
}

TEST_F(LargeTrainingSet, TheRestIsRefusedWhereItCannotBeTheSame) {
  const TrainingSet whole = Read(*store_, request_);
  const std::string token = whole.tokens[0];
  std::string damaged = token;
  damaged[5] ^= 1;
  EXPECT_EQ(StatusOf(damaged).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(StatusOf(damaged).message()), HasSubstr("resume_token: "));

  v1::ReadTrainingSetRequest other = request_;
  other.mutable_as_of()->RemoveLast();
  other.set_resume_token(token);
  EXPECT_EQ(store_->ReadTrainingSet(other).status().code(), absl::StatusCode::kFailedPrecondition);

  TestEngine another;
  other = request_;
  other.set_next_month_revenue(true);
  other.set_resume_token(token);
  EXPECT_EQ(store_->ReadTrainingSet(other).status().code(), absl::StatusCode::kFailedPrecondition);

  other = request_;
  other.set_resume_token(token);
  EXPECT_EQ(another->ReadTrainingSet(other).status().code(), absl::StatusCode::kOutOfRange);

  ASSERT_TRUE(store_.Ingest({PurchaseOf("c1", "more", "2025-10-06T10:00:00Z", 100)}, /*backfill=*/true).ok());
  const absl::Status changed = StatusOf(token);
  EXPECT_EQ(changed.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(changed.message()),
              HasSubstr("a back-fill or an erasure changed what was known before, at "));
  ASSERT_TRUE(store_.Maintain().ok());
  store_.Restart();
  EXPECT_EQ(StatusOf(token), changed) << "a restart does not forget it";

  const TrainingSet anew = Read(*store_, request_);
  ASSERT_TRUE(store_.Import("digest", "2026-03-10T00:00:00Z", {RowOf("c1", "revenue_month_0", "10")}).ok());
  EXPECT_EQ(StatusOf(anew.tokens[0]).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(LargeTrainingSet, AnErasedCustomerIsInNoSet) {
  const TrainingSet whole = Read(*store_, request_);
  const std::string erased = CustomerOf(whole.rows.back());
  ASSERT_TRUE(store_.Erase(erased).ok());
  EXPECT_EQ(StatusOf(whole.tokens[0]).code(), absl::StatusCode::kFailedPrecondition);
  std::vector<std::string> others = whole.rows;
  std::erase_if(others, [&](const std::string& row) { return CustomerOf(row) == erased; });
  EXPECT_LT(others.size(), whole.rows.size());
  EXPECT_EQ(Read(*store_, request_).rows, others);
  ASSERT_TRUE(store_.Maintain().ok());
  store_.Restart();
  EXPECT_EQ(Read(*store_, request_).rows, others);
}

TEST_F(LargeTrainingSet, CanBeBrokenOffAtAnyTime) {
  for (int chunks = 0; chunks < 3; ++chunks) {
    auto reader = store_->ReadTrainingSet(request_);
    ASSERT_TRUE(reader.ok());
    v1::ReadTrainingSetResponse message;
    for (int i = 0; i < chunks; ++i) ASSERT_TRUE(*(*reader)->Next(&message));
  }
}

}  // namespace
}  // namespace ebb::feature_store
