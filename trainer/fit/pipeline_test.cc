#include "trainer/fit/pipeline.h"

#include <gtest/gtest.h>

#include <numeric>
#include <span>

#include "absl/strings/str_cat.h"

namespace ebb::trainer {
namespace {

TEST(SampleOf, IsEvenlySpacedAndTakesAllOfFew) {
  std::vector<uint32_t> rows(10);
  std::iota(rows.begin(), rows.end(), 100);
  EXPECT_EQ(SampleOf(rows, 4), (std::vector<uint32_t>{100, 102, 105, 107}));
  EXPECT_EQ(SampleOf(rows, 10), rows);
  EXPECT_EQ(SampleOf(rows, 11), rows);
}

TEST(FitPipeline, GivesNeighboursASampleOfManyRows) {
  constexpr size_t kRows = kMostNeighbourRows + 100;
  DatasetBuilder builder(FeatureSchema({{.name = "x", .group = "", .description = ""}}));
  for (size_t i = 0; i < kRows; ++i) {
    const FeatureVector vector = {FeatureValue::Number(static_cast<double>(i))};
    ASSERT_TRUE(builder.AddRow(absl::StrCat(i), 0, vector, i % 3 == 0).ok());
  }
  const Dataset dataset = *std::move(builder).Build(0);
  std::vector<uint32_t> rows(kRows);
  std::iota(rows.begin(), rows.end(), uint32_t{0});
  const Pipeline pipeline = FitPipeline(dataset, rows, {.family = KNearestNeighboursSetting{.k = 3}});
  const std::vector<uint32_t> sample = SampleOf(rows, kMostNeighbourRows);
  EXPECT_EQ(std::get<KNearestNeighbours>(pipeline.estimator).labels, LabelsOf(dataset, sample));
  const Pipeline of_sample = FitPipeline(dataset, sample, {.family = KNearestNeighboursSetting{.k = 3}});
  const std::span<const uint32_t> few(rows.data(), 50);
  EXPECT_EQ(ScoreRows(pipeline, dataset, few), ScoreRows(of_sample, dataset, few));
}

}  // namespace
}  // namespace ebb::trainer
