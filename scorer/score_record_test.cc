#include "scorer/score_record.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

ScoreRecord Full() {
  ScoreRecord record;
  record.customer_id = "anna";
  record.schema = 3;
  record.vector_as_of_micros = 1'700'000'000'000'000;
  record.vector = {{.kind = KeptValue::Kind::kNumber, .never_seen = false, .number = 1.5, .category = {}},
                   {.kind = KeptValue::Kind::kCategory, .never_seen = false, .number = 0, .category = "food"},
                   {.kind = KeptValue::Kind::kMissing, .never_seen = true, .number = 0, .category = {}}};
  record.score.probability = 0.25;
  record.score.ranking_score = -1;
  record.score.published_probability = 0.26;
  record.score.monthly_profit = 80;
  record.score.expected_revenue = 700;
  record.score.previous_probability = 0.5;
  record.score.model_version = 2;
  record.score.scoring_id = 9;
  record.score.as_of_micros = 10;
  record.score.score_time_micros = 11;
  record.score.sequence = 12;
  record.score.segment = {.tier = ProfitTier::kHigh, .band = RiskBand::kAtRisk};
  record.score.horizon_months = 3;
  record.score.held_band = RiskBand::kStable;
  record.score.held_since_seconds = 13;
  record.score.named_segments = 14;
  record.score.held_named_segments = uint64_t{1} << 63;
  return record;
}

TEST(ScoreRecordTest, ReadsBackWhatWasWritten) {
  ScoreRecord unscored = Full();
  unscored.score = {};
  ScoreRecord without_options = Full();
  without_options.score.monthly_profit.reset();
  without_options.score.expected_revenue.reset();
  without_options.score.previous_probability.reset();
  for (const ScoreRecord& record : {Full(), unscored, without_options}) {
    const auto read = DecodeScoreRecord(EncodeScoreRecord(record));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, record);
  }
}

TEST(ScoreRecordTest, BytesOnDiskNeverChange) {
  ScoreRecord record;
  record.customer_id = "a";
  record.schema = 1;
  record.vector_as_of_micros = 2;
  record.vector = {{.kind = KeptValue::Kind::kNumber, .never_seen = true, .number = 1, .category = {}}};
  EXPECT_EQ(absl::BytesToHexString(EncodeScoreRecord(record)),
            "0300"              // version, flags
            "0100000061"        // customer_id
            "01000000"          // schema
            "0200000000000000"  // as-of
            "01000000"          // values
            "11000000000000f03f");
}

// What version 2 wrote: 8 bytes less behind the segments.
TEST(ScoreRecordTest, ARecordOfBeforeRevenueWasToldIsRead) {
  std::string bytes = EncodeScoreRecord(Full());
  const size_t vector = 4 + (1 + 8) + (1 + 4 + 4) + 1;
  bytes.erase(bytes.size() - vector - 8, 8);
  bytes[0] = 2;
  bytes[1] = static_cast<char>(bytes[1] & ~16);
  ScoreRecord expected = Full();
  expected.score.expected_revenue.reset();
  const auto read = DecodeScoreRecord(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, expected);
}

// What version 1 wrote: 21 bytes less behind the horizon, and those of version 3.
TEST(ScoreRecordTest, ARecordOfBeforeSegmentsWereDeclaredIsRead) {
  std::string bytes = EncodeScoreRecord(Full());
  const size_t vector = 4 + (1 + 8) + (1 + 4 + 4) + 1;
  bytes.erase(bytes.size() - vector - 29, 29);
  bytes[0] = 1;
  bytes[1] = static_cast<char>(bytes[1] & ~16);
  ScoreRecord expected = Full();
  expected.score.expected_revenue.reset();
  expected.score.held_band = RiskBand::kAtRisk;
  expected.score.held_since_seconds = 0;
  expected.score.named_segments = expected.score.held_named_segments = 0;
  const auto read = DecodeScoreRecord(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, expected);
}

TEST(ScoreRecordTest, EveryCutOffRecordIsDataLoss) {
  const std::string bytes = EncodeScoreRecord(Full());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(DecodeScoreRecord(bytes.substr(0, length)).status().code(), absl::StatusCode::kDataLoss) << length;
  }
  EXPECT_EQ(DecodeScoreRecord(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(ScoreRecordTest, ARecordOfANewerEbbIsNamedAsSuch) {
  std::string bytes = EncodeScoreRecord(Full());
  bytes[0] = 4;
  EXPECT_EQ(DecodeScoreRecord(bytes).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ebb::scorer
