#include "feature_store/feature_columns.h"

#include <limits>

namespace ebb::feature_store {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

void AppendValue(v1::FeatureKind kind, const v1::FeatureValue& value, v1::FeatureColumn* column) {
  column->add_statuses(value.status());
  if (kind == v1::CATEGORY) {
    column->add_categories(value.category());
  } else {
    column->add_numbers(value.has_number() ? value.number() : kMissing);
  }
}

}  // namespace

void AppendCustomer(const v1::FeatureSchema& schema, const v1::FeatureVector* vector,
                    v1::GetFeaturesResponse* response) {
  if (response->columns_size() == 0) {
    for (const v1::FeatureSpec& feature : schema.features()) {
      response->add_feature_names(feature.name());
      response->add_columns();
    }
  }
  v1::FeatureValue unknown;
  unknown.set_status(v1::NOT_FOUND);
  for (int i = 0; i < schema.features_size(); ++i) {
    AppendValue(schema.features(i).kind(), vector == nullptr ? unknown : vector->values(i),
                response->mutable_columns(i));
  }
  response->add_found(vector != nullptr);
  auto* as_of = response->add_as_of();
  if (vector != nullptr) *as_of = vector->as_of();
}

}  // namespace ebb::feature_store
