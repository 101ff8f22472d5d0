#include "trainer/report/importances.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "trainer/report/estimate_message.h"

namespace ebb::trainer {
namespace {

Estimate DropOf(const RepeatedSplits& splits, size_t place, std::vector<double> SplitResult::*drops) {
  std::vector<double> values;
  for (const SplitResult& split : splits.splits) values.push_back((split.*drops)[place]);
  return RepeatedSplitsEstimate(values, splits.test_to_training);
}

// The feature's values in the explained rows; NaN of a category.
std::vector<double> ValuesOf(const Dataset& dataset, size_t feature, const ExplainedRows& explained) {
  std::vector<double> values(explained.rows.size(), std::numeric_limits<double>::quiet_NaN());
  if (dataset.schema()[feature].kind != FeatureKind::kNumber) return values;
  for (size_t i = 0; i < values.size(); ++i) values[i] = dataset.Numbers(feature)[explained.rows[i]];
  return values;
}

std::vector<double> ContributionsOf(size_t feature, const ExplainedRows& explained) {
  std::vector<double> contributions;
  for (const std::vector<double>& row : explained.contributions) contributions.push_back(row[feature]);
  return contributions;
}

template <typename Messages>
void MostImportantFirst(Messages* messages) {
  std::stable_sort(messages->begin(), messages->end(),
                   [](const auto& a, const auto& b) { return a.permutation().value() > b.permutation().value(); });
}

}  // namespace

v1::Importances DescribeImportances(const Dataset& dataset, const RepeatedSplits& splits,
                                    const ExplainedRows& explained) {
  v1::Importances out;
  out.set_permutation_rows(static_cast<int64_t>(splits.rows));
  out.set_shapley_rows(static_cast<int64_t>(explained.rows.size()));
  out.set_scale(ScaleName(explained.scale));
  for (size_t i = 0; i < splits.inputs.size(); ++i) {
    const size_t feature = splits.inputs[i];
    const Estimate drop = DropOf(splits, i, &SplitResult::drop_of_input);
    v1::FeatureImportance* message = out.add_features();
    message->set_name(dataset.schema()[feature].name);
    *message->mutable_permutation() = ToMessage(drop);
    *message->mutable_mean_absolute_shapley() = ToMessage(explained.MeanAbsolute({&feature, 1}));
    message->set_matters(drop.lower > 0);
    message->set_direction(
        SpearmanCorrelation(ValuesOf(dataset, feature, explained), ContributionsOf(feature, explained)));
  }
  MostImportantFirst(out.mutable_features());
  for (size_t g = 0; g < splits.groups.size(); ++g) {
    std::vector<size_t> members;
    for (const size_t input : splits.inputs) {
      if (dataset.schema()[input].group == splits.groups[g]) members.push_back(input);
    }
    v1::GroupImportance* message = out.add_groups();
    message->set_group(splits.groups[g]);
    *message->mutable_permutation() = ToMessage(DropOf(splits, g, &SplitResult::drop_of_group));
    *message->mutable_mean_absolute_shapley() = ToMessage(explained.MeanAbsolute(members));
  }
  MostImportantFirst(out.mutable_groups());
  return out;
}

v1::ShapleySample DescribeShapley(const Dataset& dataset, const v1::Importances& importances,
                                  const ExplainedRows& explained) {
  v1::ShapleySample sample;
  for (const v1::FeatureImportance& importance : importances.features()) {
    const size_t feature = *dataset.schema().IndexOf(importance.name());
    v1::ShapleyColumn* column = sample.add_columns();
    column->set_feature(importance.name());
    const std::vector<double> contributions = ContributionsOf(feature, explained);
    column->mutable_contributions()->Add(contributions.begin(), contributions.end());
    const std::vector<double> ranks = RelativeRanks(ValuesOf(dataset, feature, explained));
    column->mutable_ranks()->Add(ranks.begin(), ranks.end());
  }
  return sample;
}

}  // namespace ebb::trainer
