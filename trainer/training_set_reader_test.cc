#include "trainer/training_set_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "trainer/testing/synthetic_training_set.h"

namespace ebb::trainer {
namespace {

using ::testing::HasSubstr;
using testing::NumberColumn;
using testing::SyntheticTrainingSet;
using testing::TextColumn;
using Chunks = std::vector<v1::ReadTrainingSetResponse>;

constexpr int kCustomer = 0;
constexpr int kDeclined = 2;
constexpr int kMinutes = 3;
constexpr int kNoise = 4;
constexpr int kTier = 5;

absl::StatusOr<TrainingSet> ReadAll(const Chunks& chunks, int64_t max_rows = 1000) {
  TrainingSetReader reader(max_rows);
  for (const auto& chunk : chunks) {
    if (absl::Status status = reader.AddChunk(chunk); !status.ok()) return status;
  }
  return std::move(reader).Finish(/*seed=*/0);
}

TEST(TrainingSetReader, ReadsChunksIntoOneTable) {
  const Chunks chunks = SyntheticTrainingSet(10, 4);
  ASSERT_EQ(chunks.size(), 3u);
  const absl::StatusOr<TrainingSet> set = ReadAll(chunks);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->dataset.rows(), 10u);
  EXPECT_EQ(static_cast<int64_t>(set->dataset.positives()), set->summary.declined());
  EXPECT_EQ(set->as_of_micros, std::vector<int64_t>{1'700'000'000'000'000});
  EXPECT_EQ(set->dataset.schema()[3].role, FeatureRole::kSegment);
  EXPECT_EQ(set->dataset.schema()[0].group, "purchase");
}

TEST(TrainingSetReader, TheTableDoesNotDependOnTheChunks) {
  const auto in_one = ReadAll(SyntheticTrainingSet(50, 50));
  const auto in_many = ReadAll(SyntheticTrainingSet(50, 7));
  ASSERT_TRUE(in_one.ok() && in_many.ok());
  EXPECT_EQ(in_one->dataset.Digest(), in_many->dataset.Digest());
}

TEST(TrainingSetReader, NullsAreMissingValues) {
  Chunks chunks = SyntheticTrainingSet(1, 1);
  *chunks[0].mutable_columns(kNoise) = NumberColumn("noise", {std::nan("")});
  *chunks[0].mutable_columns(kTier) = TextColumn("tier", {""});
  const auto set = ReadAll(chunks);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE(std::isnan(set->dataset.Row(0)[1].number));
  EXPECT_EQ(set->dataset.Row(0)[2].category, "");
}

TEST(TrainingSetReader, TheNextMonthsRevenueIsATargetAndNoFeature) {
  const auto without = ReadAll(SyntheticTrainingSet(10, 4));
  ASSERT_TRUE(without.ok());
  EXPECT_FALSE(without->tells_next_month_revenue);
  for (const double value : without->dataset.next_month_revenue()) EXPECT_TRUE(std::isnan(value));

  Chunks chunks = SyntheticTrainingSet(10, 4);
  testing::AddNextMonthRevenue([](int row) { return row != 3; }, &chunks);
  const auto with = ReadAll(chunks);
  ASSERT_TRUE(with.ok()) << with.status();
  EXPECT_TRUE(with->tells_next_month_revenue);
  EXPECT_TRUE(with->dataset.schema() == without->dataset.schema());
  EXPECT_NE(with->dataset.Digest(), without->dataset.Digest()) << "models depend on it";
  int missing = 0;
  for (size_t row = 0; row < 10; ++row) {
    const double minutes = with->dataset.Row(row)[0].number, revenue = with->dataset.next_month_revenue()[row];
    EXPECT_EQ(minutes, without->dataset.Row(row)[0].number);
    if (std::isnan(revenue)) {
      ++missing;
    } else {
      EXPECT_EQ(revenue, 100 * minutes) << "it stands beside its row";
    }
  }
  EXPECT_EQ(missing, 1);
  const std::vector<uint32_t> some = {4, 2};
  EXPECT_EQ(with->dataset.Without({"noise"}).Select(some).next_month_revenue()[1],
            with->dataset.next_month_revenue()[2]);

  Chunks unknown = SyntheticTrainingSet(10, 4);
  testing::AddNextMonthRevenue([](int) { return false; }, &unknown);
  EXPECT_EQ(ReadAll(unknown)->dataset.Digest(), without->dataset.Digest()) << "nothing depends on it";
}

TEST(TrainingSetReader, TakesBuffersPaddedForAlignment) {
  Chunks chunks = SyntheticTrainingSet(10, 10);
  chunks[0].mutable_columns(kMinutes)->mutable_data()->resize(128);
  EXPECT_TRUE(ReadAll(chunks).ok());
}

TEST(TrainingSetReader, RefusesMalformedChunksByName) {
  const struct {
    const char* what;
    std::function<void(Chunks*)> damage;
    const char* want;
  } kCases[] = {
      {"no schema", [](Chunks* c) { (*c)[0].clear_schema(); }, "chunk 0: the first chunk has no schema"},
      {"schema changes",
       [](Chunks* c) {
         *(*c)[1].mutable_schema() = (*c)[0].schema();
         (*c)[1].mutable_schema()->set_fingerprint("other");
       },
       "chunk 1: the schema changed"},
      {"unknown kind", [](Chunks* c) { (*c)[0].mutable_schema()->mutable_features(0)->clear_kind(); },
       "feature `minutes`: unknown kind 0"},
      {"unknown role", [](Chunks* c) { (*c)[0].mutable_schema()->mutable_features(1)->clear_role(); },
       "feature `noise`: unknown role 0"},
      {"name twice", [](Chunks* c) { (*c)[0].mutable_schema()->mutable_features(1)->set_name("minutes"); },
       "`minutes` stands twice"},
      {"negative rows", [](Chunks* c) { (*c)[0].set_rows(-1); }, "`rows` is -1"},
      {"column missing", [](Chunks* c) { (*c)[0].mutable_columns()->RemoveLast(); }, "has 6 columns, expected 7"},
      {"columns swapped", [](Chunks* c) { (*c)[0].mutable_columns()->SwapElements(3, 4); },
       "column 3 is `noise`, expected `minutes`"},
      {"wrong type", [](Chunks* c) { (*c)[0].mutable_columns(kMinutes)->set_type(v1::ColumnBuffers::BOOL); },
       "column `minutes`: type is BOOL, expected FLOAT64"},
      {"data short", [](Chunks* c) { (*c)[0].mutable_columns(kMinutes)->mutable_data()->resize(31); },
       "column `minutes`: `data` has 31 bytes, 4 rows need 32"},
      {"data long", [](Chunks* c) { (*c)[0].mutable_columns(kMinutes)->mutable_data()->resize(65); },
       "column `minutes`: `data` has 65 bytes, 4 rows need 32"},
      {"more rows than data", [](Chunks* c) { (*c)[0].set_rows(500); }, "column `customer_id`"},
      {"offsets on a number", [](Chunks* c) { (*c)[0].mutable_columns(kMinutes)->set_offsets("1234"); },
       "column `minutes`: `offsets` is only for UTF8"},
      {"offsets short", [](Chunks* c) { (*c)[0].mutable_columns(kTier)->mutable_offsets()->resize(16); },
       "column `tier`: `offsets` has 16 bytes, 4 rows need 20"},
      {"first offset", [](Chunks* c) { (*c)[0].mutable_columns(kTier)->mutable_offsets()->replace(0, 1, "\1"); },
       "column `tier`: offset 0 is 1, it must be 0"},
      {"offsets fall", [](Chunks* c) { (*c)[0].mutable_columns(kTier)->mutable_offsets()->replace(4, 1, "\x7f"); },
       "below the one before it (127)"},
      {"negative offset",
       [](Chunks* c) { (*c)[0].mutable_columns(kTier)->mutable_offsets()->replace(4, 4, "\xff\xff\xff\xff"); },
       "offset 1 is -1, below"},
      {"offsets beyond data",
       [](Chunks* c) { (*c)[0].mutable_columns(kTier)->mutable_offsets()->replace(17, 1, "\x10"); },
       "column `tier`: `data` has"},
      {"validity short", [](Chunks* c) { (*c)[0].mutable_columns(kMinutes)->set_null_count(1); },
       "`null_count` is 1, `validity` has 0 nulls"},
      {"null count wrong", [](Chunks* c) { (*c)[0].mutable_columns(kMinutes)->set_validity(std::string(1, '\x0e')); },
       "`null_count` is 0, `validity` has 1 nulls"},
      {"validity too long", [](Chunks* c) { (*c)[0].mutable_columns(kMinutes)->set_validity(std::string(65, '\xff')); },
       "`validity` has 65 bytes, 4 rows need 1"},
      {"null label",
       [](Chunks* c) {
         (*c)[0].mutable_columns(kDeclined)->set_validity(std::string(1, '\x0e'));
         (*c)[0].mutable_columns(kDeclined)->set_null_count(1);
       },
       "column `declined` has 1 nulls, it may have none"},
      {"empty customer",
       [](Chunks* c) {
         *(*c)[0].mutable_columns(kCustomer) = TextColumn("customer_id", {"a", "b", "", "d"});
         (*c)[0].mutable_columns(kCustomer)->clear_validity();
         (*c)[0].mutable_columns(kCustomer)->set_null_count(0);
       },
       "row 2 has an empty customer_id"},
      {"revenue in some chunks only",
       [](Chunks* c) {
         Chunks first = {(*c)[0]};
         testing::AddNextMonthRevenue([](int) { return true; }, &first);
         (*c)[0] = first[0];
       },
       "chunk 1: next_month_revenue stands in some of the chunks only"},
      {"another column in its place",
       [](Chunks* c) {
         testing::AddNextMonthRevenue([](int) { return true; }, c);
         (*c)[0].mutable_columns(3)->set_name("other");
       },
       "column 3 is `other`, expected `next_month_revenue`"},
      {"infinite revenue",
       [](Chunks* c) {
         testing::AddNextMonthRevenue([](int) { return true; }, c);
         *(*c)[0].mutable_columns(3) =
             NumberColumn("next_month_revenue", {1, 2, 3, std::numeric_limits<double>::infinity()});
       },
       "chunk 0: row 3: a training row has an infinite next_month_revenue"},
      {"infinite number",
       [](Chunks* c) {
         *(*c)[0].mutable_columns(kMinutes) =
             NumberColumn("minutes", {1, 2, 3, std::numeric_limits<double>::infinity()});
       },
       "chunk 0: row 3"},
      {"summary differs", [](Chunks* c) { c->back().mutable_summary()->set_rows(11); }, "the summary counts 11 rows"},
      {"after the summary", [](Chunks* c) { c->push_back(c->back()); }, "chunk 3: it follows the summary"},
      {"cut off", [](Chunks* c) { c->pop_back(); }, "ended after 2 chunks without its summary"},
      {"customer twice",
       [](Chunks* c) {
         *(*c)[0].mutable_columns(kCustomer) = TextColumn("customer_id", {"a", "b", "c", "a"});
       },
       "training set: "},
  };
  for (const auto& c : kCases) {
    Chunks chunks = SyntheticTrainingSet(10, 4);
    c.damage(&chunks);
    const absl::Status status = ReadAll(chunks).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << c.what << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want)) << c.what;
  }
}

TEST(TrainingSetReader, RefusesMoreRowsThanAllowed) {
  const absl::Status status = ReadAll(SyntheticTrainingSet(10, 4), /*max_rows=*/9).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("more than 9 rows"));
}

}  // namespace
}  // namespace ebb::trainer
