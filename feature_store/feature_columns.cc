#include "feature_store/feature_columns.h"

#include <limits>
#include <string>

#include "feature_store/event_time.h"

namespace ebb::feature_store {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

FeatureColumns::FeatureColumns(const v1::FeatureSchema& schema, int customers, v1::GetFeaturesResponse* response)
    : response_(response) {
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
  response->mutable_found()->Resize(customers, false);
  response->mutable_as_of()->Reserve(customers);
  response->mutable_last_event_time()->Reserve(customers);
  for (int row = 0; row < customers; ++row) {
    response->add_as_of();
    response->add_last_event_time();
  }
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
  response_->set_found(row, true);
  *response_->mutable_as_of(row) = ToTimestamp(absl::FromUnixMicros(values.as_of_us));
  if (values.last_event_us == kNoEvent) return;
  *response_->mutable_last_event_time(row) = ToTimestamp(absl::FromUnixMicros(values.last_event_us));
}

}  // namespace ebb::feature_store
