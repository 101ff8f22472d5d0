// Vectors of many customers as columns, the form in which GetFeatures answers.
#pragma once

#include <cstdint>
#include <vector>

#include "ebb/v1/feature.pb.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_values.h"

namespace ebb::feature_store {

// Fills an answer, customer by customer in any order. Not thread-safe. `schema` and `response` are borrowed; nobody
// else may change the answer meanwhile.
class FeatureColumns {
 public:
  // Lays the columns out for so many customers, all unknown to the store until they are set.
  FeatureColumns(const v1::FeatureSchema& schema, int customers, v1::GetFeaturesResponse* response);

  // The customer asked for at place `row`.
  void Set(int row, const FeatureValues& values);

 private:
  struct Column {
    double* numbers;  // null: a category
    v1::FeatureColumn* column;
    int* statuses;
  };
  std::vector<Column> columns_;
  bool* found_;
  int64_t* as_of_micros_;
  int64_t* last_event_micros_;
};

}  // namespace ebb::feature_store
