#include "scorer/explanation_messages.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace ebb::scorer {

v1::ExplanationScale ScaleMessage(ShapleyScale scale) {
  switch (scale) {
    case ShapleyScale::kLogOdds:
      return v1::LOG_ODDS;
    case ShapleyScale::kDecisionValue:
      return v1::DECISION_VALUE;
    case ShapleyScale::kShare:
      return v1::SHARE;
    case ShapleyScale::kProbability:
      return v1::PROBABILITY;
  }
  return v1::EXPLANATION_SCALE_UNSPECIFIED;
}

v1::ExplanationMethod MethodMessage(ShapleyMethod method) {
  switch (method) {
    case ShapleyMethod::kExactLinear:
      return v1::EXACT_LINEAR;
    case ShapleyMethod::kExactTree:
      return v1::EXACT_TREE;
    case ShapleyMethod::kExactProduct:
      return v1::EXACT_PRODUCT;
    case ShapleyMethod::kExactMixed:
      return v1::EXACT_MIXED;
    case ShapleyMethod::kSampled:
      return v1::SAMPLED;
    case ShapleyMethod::kReplacement:
      return v1::REPLACEMENT;
  }
  return v1::EXPLANATION_METHOD_UNSPECIFIED;
}

std::vector<size_t> ByContribution(const FeatureSchema& schema, const std::vector<double>& contributions) {
  std::vector<size_t> order;
  for (size_t f = 0; f < schema.size(); ++f) {
    if (IsInput(schema[f].role)) order.push_back(f);
  }
  std::ranges::stable_sort(order, std::greater<>(), [&](size_t f) { return std::abs(contributions[f]); });
  return order;
}

void FillContribution(const FeatureSpec& spec, const FeatureValue& value, double contribution,
                      v1::Contribution* message) {
  message->set_feature(spec.name);
  message->set_group(spec.group);
  message->set_lever(spec.lever);
  if (spec.kind == FeatureKind::kNumber && !std::isnan(value.number)) message->set_number(value.number);
  if (spec.kind == FeatureKind::kCategory && !value.category.empty()) message->set_category(value.category);
  message->set_contribution(contribution);
}

}  // namespace ebb::scorer
