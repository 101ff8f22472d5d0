#include "feature_store/feature_columns.h"

#include <limits>
#include <string_view>

namespace ebb::feature_store {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

FeatureColumns::FeatureColumns(const v1::FeatureSchema& schema, int customers, v1::GetFeaturesResponse* response) {
  columns_.reserve(static_cast<size_t>(schema.features_size()));
  response->mutable_feature_names()->Reserve(schema.features_size());
  response->mutable_columns()->Reserve(schema.features_size());
  for (const v1::FeatureSpec& feature : schema.features()) {
    response->add_feature_names(feature.name());
    v1::FeatureColumn* column = response->add_columns();
    column->mutable_statuses()->Resize(customers, v1::NOT_FOUND);
    double* numbers = nullptr;
    if (feature.kind() == v1::CATEGORY) {
      column->mutable_categories()->Reserve(customers);
      for (int row = 0; row < customers; ++row) column->add_categories();
    } else {
      column->mutable_numbers()->Resize(customers, kMissing);
      numbers = column->mutable_numbers()->mutable_data();
    }
    columns_.push_back({numbers, column, column->mutable_statuses()->mutable_data()});
  }
  const auto lay_out = [customers](auto* field) {
    field->Resize(customers, 0);
    return field->mutable_data();
  };
  found_ = lay_out(response->mutable_found());
  as_of_micros_ = lay_out(response->mutable_as_of_micros());
  last_event_micros_ = lay_out(response->mutable_last_event_micros());
}

void FeatureColumns::Set(int row, const FeatureValues& values) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    column.statuses[row] = values.status(i);
    if (column.numbers != nullptr) {
      column.numbers[row] = values.number(i);
    } else {
      const std::string_view category = values.category(i);
      column.column->mutable_categories(row)->assign(category.data(), category.size());
    }
  }
  found_[row] = true;
  as_of_micros_[row] = values.as_of_us;
  if (values.last_event_us != kNoEvent) last_event_micros_[row] = values.last_event_us;
}

}  // namespace ebb::feature_store
