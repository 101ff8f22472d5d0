#include "scorer/vector_reading.h"

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ebb::scorer {
namespace {

absl::string_view KindName(FeatureKind kind) { return kind == FeatureKind::kNumber ? "a number" : "a category"; }

absl::StatusOr<KeptValue> ReadValue(const FeatureSpec& spec, const v1::FeatureValue& value) {
  KeptValue kept;
  kept.never_seen = value.status() == v1::NEVER_SEEN || value.status() == v1::NOT_FOUND;
  switch (value.kind_case()) {
    case v1::FeatureValue::kNumber:
      if (spec.kind != FeatureKind::kNumber || std::isinf(value.number())) break;
      kept.kind = std::isnan(value.number()) ? KeptValue::Kind::kMissing : KeptValue::Kind::kNumber;
      if (kept.kind == KeptValue::Kind::kNumber) kept.number = value.number();
      return kept;
    case v1::FeatureValue::kCategory:
      if (spec.kind != FeatureKind::kCategory) break;
      kept.kind = value.category().empty() ? KeptValue::Kind::kMissing : KeptValue::Kind::kCategory;
      kept.category = value.category();
      return kept;
    case v1::FeatureValue::KIND_NOT_SET:
      return kept;
  }
  return absl::InvalidArgumentError(absl::StrCat("feature ", spec.name, ": the value is not ", KindName(spec.kind),
                                                 " as the schema says (numbers finite)"));
}

}  // namespace

absl::StatusOr<std::vector<KeptValue>> ReadVector(const FeatureSchema& schema, const v1::FeatureVector& vector) {
  if (static_cast<size_t>(vector.values_size()) != schema.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a vector has ", vector.values_size(), " values, its schema has ", schema.size(), " features"));
  }
  std::vector<KeptValue> kept;
  kept.reserve(schema.size());
  for (size_t i = 0; i < schema.size(); ++i) {
    auto value = ReadValue(schema[i], vector.values(static_cast<int>(i)));
    if (!value.ok()) return value.status();
    kept.push_back(*std::move(value));
  }
  return kept;
}

absl::StatusOr<VectorReading> VectorReading::Make(const FeatureSchema& store, const TrainedModel& model) {
  VectorReading reading;
  for (const FeatureSpec& wanted : model.schema.specs()) {
    const std::optional<size_t> place = store.IndexOf(wanted.name);
    const bool fits = place.has_value() && store[*place].kind == wanted.kind;
    if (!fits && IsInput(wanted.role)) {
      return absl::FailedPreconditionError(
          absl::StrCat("the model's input ", wanted.name, " is ", KindName(wanted.kind),
                       "; the store has no such feature: declare it there or train anew"));
    }
    reading.places_.push_back(fits ? place : std::nullopt);
    if (fits && wanted.name == model.segments.feature && wanted.kind == FeatureKind::kNumber) reading.profit_ = place;
  }
  return reading;
}

FeatureVector VectorReading::Inputs(const std::vector<KeptValue>& vector) const {
  FeatureVector inputs(places_.size());
  for (size_t i = 0; i < places_.size(); ++i) {
    if (!places_[i].has_value()) continue;
    const KeptValue& value = vector[*places_[i]];
    if (value.kind == KeptValue::Kind::kNumber) inputs[i].number = value.number;
    if (value.kind == KeptValue::Kind::kCategory) inputs[i].category = value.category;
  }
  return inputs;
}

std::optional<double> VectorReading::Profit(const std::vector<KeptValue>& vector) const {
  if (!profit_.has_value()) return std::nullopt;
  const KeptValue& value = vector[*profit_];
  if (value.kind != KeptValue::Kind::kNumber || value.never_seen) return std::nullopt;
  return value.number;
}

}  // namespace ebb::scorer
