#include "trainer/champion_comparison.h"

#include <gtest/gtest.h>


#include "absl/strings/str_cat.h"

namespace ebb::trainer {
namespace {

FeatureSchema SchemaOf(const std::vector<std::string>& names) {
  std::vector<FeatureSpec> specs;
  for (const std::string& name : names) {
    specs.emplace_back();
    specs.back().name = name;
  }
  return FeatureSchema(std::move(specs));
}

// 40 rows; `good` tells the classes apart, `bad` tells them apart the wrong way round.
Dataset Table() {
  DatasetBuilder builder(SchemaOf({"good", "bad"}));
  for (int i = 0; i < 40; ++i) {
    const double declined = i % 2;
    FeatureVector vector = {FeatureValue::Number(declined + i * 0.001), FeatureValue::Number(-declined - i * 0.001)};
    EXPECT_TRUE(builder.AddRow(absl::StrCat("c", i), 0, std::move(vector), declined != 0).ok());
  }
  return *std::move(builder).Build(/*seed=*/1);
}

// Scores by one feature of its own schema.
TrainedModel ModelOf(const FeatureSchema& schema, size_t feature) {
  TrainedModel model;
  model.schema = schema;
  model.background.resize(schema.size());
  Pipeline pipeline;
  pipeline.preprocessing.numbers = {{.feature = feature, .median = 0, .center = 0, .scale = 1}};
  LogisticRegression regression;
  regression.weights = {1.0};
  pipeline.estimator = regression;
  model.calibration.knots = {{.score = 0, .probability = 0.5}};
  model.members = {{.weight = 1, .pipeline = pipeline}};
  return model;
}

TEST(ChampionComparison, MeasuresBothOnTheSameRows) {
  const Dataset table = Table();
  const ComparisonBasis bad{.measured = ModelOf(table.schema(), 1), .seen_rows = {}};
  const auto comparison = Compare(bad, ModelOf(table.schema(), 0), table, AllRows(table));
  ASSERT_TRUE(comparison.ok()) << comparison.status();
  EXPECT_EQ(comparison->champion_roc_auc, 0);
  EXPECT_EQ(comparison->challenger_roc_auc, 1);
  EXPECT_TRUE(comparison->ChallengerIsNotWorse());

  const ComparisonBasis good{.measured = ModelOf(table.schema(), 0), .seen_rows = {}};
  EXPECT_FALSE(Compare(good, ModelOf(table.schema(), 1), table, AllRows(table))->ChallengerIsNotWorse());
  EXPECT_TRUE(Compare(good, ModelOf(table.schema(), 0), table, AllRows(table))->ChallengerIsNotWorse());
}

TEST(ChampionComparison, LeavesOutWhatTheChampionHasSeen) {
  const Dataset table = Table();
  const std::vector<uint32_t> rows = AllRows(table);
  ComparisonBasis champion{.measured = ModelOf(table.schema(), 0), .seen_rows = {}};
  champion.seen_rows = RowFingerprints(table, std::span(rows).first(10));
  const auto some_seen = Compare(champion, champion.measured, table, rows);
  EXPECT_EQ(some_seen->rows, 30u);
  EXPECT_FALSE(some_seen->champion_saw_rows);
}

TEST(ChampionComparison, SaysWhereOnlyRowsAreLeftThatTheChampionHasSeen) {
  const Dataset table = Table();
  const std::vector<uint32_t> rows = AllRows(table);
  ComparisonBasis champion{.measured = ModelOf(table.schema(), 0), .seen_rows = {}};
  for (const size_t unseen_of_a_class : {10, 9, 0}) {
    std::vector<uint32_t> seen;
    size_t unseen[2] = {0, 0};
    for (uint32_t row : rows) {
      if (unseen[table.labels()[row]]++ >= unseen_of_a_class) seen.push_back(row);
    }
    champion.seen_rows = RowFingerprints(table, seen);
    const auto comparison = Compare(champion, champion.measured, table, rows);
    EXPECT_EQ(comparison->rows, unseen_of_a_class == 10 ? 20u : 40u) << unseen_of_a_class;
    EXPECT_EQ(comparison->champion_saw_rows, unseen_of_a_class < 10) << unseen_of_a_class;
  }
}

TEST(ChampionComparison, FindsInputsByNameAndMissesThoseThatAreGone) {
  const Dataset table = Table();
  const ComparisonBasis moved{.measured = ModelOf(SchemaOf({"bad", "good"}), 1), .seen_rows = {}};
  EXPECT_EQ(Compare(moved, ModelOf(table.schema(), 0), table, AllRows(table))->champion_roc_auc, 1);
  const ComparisonBasis gone{.measured = ModelOf(SchemaOf({"gone"}), 0), .seen_rows = {}};
  const absl::Status status = Compare(gone, ModelOf(table.schema(), 0), table, AllRows(table)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "the training set lacks the champion's input `gone`");
}

TEST(ComparisonBasis, SurvivesTheRegistryAndRefusesDamage) {
  const Dataset table = Table();
  const ComparisonBasis basis{.measured = ModelOf(table.schema(), 0), .seen_rows = {1, 2, 3}};
  const std::string bytes = basis.Serialize();
  const auto read = ComparisonBasis::Parse(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->seen_rows, basis.seen_rows);
  EXPECT_EQ(read->Serialize(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ComparisonBasis::Parse(bytes.substr(0, size)).ok()) << size << " bytes";
  }
}

}  // namespace
}  // namespace ebb::trainer
