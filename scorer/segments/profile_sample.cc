#include "scorer/segments/profile_sample.h"

#include <limits>
#include <optional>
#include <utility>

#include "scorer/segments/segment_profile.h"

namespace ebb::scorer {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::vector<uint32_t> EvenSample(const std::vector<uint32_t>& customers, size_t most) {
  if (customers.size() <= most) return customers;
  std::vector<uint32_t> sample;
  sample.reserve(most);
  for (size_t i = 0; i < most; ++i) sample.push_back(customers[i * customers.size() / most]);
  return sample;
}

ProfileSample::ProfileSample(const FeatureSchema& features) : features_(features.size()) {
  const auto add = [this](const std::string& name, const std::string& description) -> Column& {
    Column& column = columns_.emplace_back();
    column.name = name;
    column.description = description;
    return column;
  };
  for (const FeatureSpec& spec : features.specs()) {
    Column& column = add(spec.name, spec.description);
    column.kind = spec.kind;
    column.label = spec.label;
  }
  add("probability", "Calibrated probability of decline.");
  add("monthly_profit", "Mean monthly profit of the last three months.");
  add("value_at_risk", "Probability × mean monthly profit.");
}

void ProfileSample::Add(const ScoreRecord& record, const FeatureSchema& schema, bool in_segment) {
  for (size_t i = 0; i < features_; ++i) {
    Column& column = columns_[i];
    const bool in_place = i < schema.size() && schema[i].name == column.name;
    const std::optional<size_t> place = in_place ? i : schema.IndexOf(column.name);
    const KeptValue* value = place.has_value() ? &record.vector[*place] : nullptr;
    if (column.kind == FeatureKind::kNumber) {
      const bool known = value != nullptr && value->kind == KeptValue::Kind::kNumber;
      column.numbers[in_segment].push_back(known ? value->number : kNoNumber);
    } else {
      const bool known = value != nullptr && value->kind == KeptValue::Kind::kCategory;
      ++column.categories[in_segment][known ? value->category : std::string()];
    }
  }
  AddScore(record.score, in_segment);
}

void ProfileSample::AddScore(const CustomerScore& score, bool in_segment) {
  const std::optional<double> values[] = {score.probability, score.monthly_profit,
                                          ValueAtRisk(score.probability, score.monthly_profit)};
  for (size_t i = 0; i < std::size(values); ++i) {
    columns_[features_ + i].numbers[in_segment].push_back(values[i].value_or(kNoNumber));
  }
}

void ProfileSample::FillFeatures(v1::SegmentProfile* profile) {
  for (Column& column : columns_) {
    v1::FeatureProfile& feature = *profile->add_features();
    feature = column.kind == FeatureKind::kNumber
                  ? ProfileNumber(std::move(column.numbers[1]), std::move(column.numbers[0]))
                  : ProfileCategory(column.categories[1], column.categories[0]);
    feature.set_name(column.name);
    feature.set_description(column.description);
    if (!column.label.english.empty()) feature.mutable_label()->set_en(column.label.english);
    if (!column.label.russian.empty()) feature.mutable_label()->set_ru(column.label.russian);
  }
  SortByDifference(profile->mutable_features());
}

}  // namespace ebb::scorer
