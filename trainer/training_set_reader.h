#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// A training set as it came from the store.
struct TrainingSet {
  Dataset dataset;
  v1::TrainingSetSummary summary;
  bool tells_next_month_revenue = false;  // of whom it is known; an older store has no such column
  std::vector<int64_t> as_of_micros;      // the distinct as-of times, ascending
};

// Decodes the messages of ReadTrainingSet. Takes nothing on trust. Not for several threads at once.
//
// Errors: DATA_LOSS names chunk, column and rule broken; RESOURCE_EXHAUSTED when there are more rows than allowed.
// After an error the reader is of no further use.
class TrainingSetReader {
 public:
  // `max_rows` bounds the memory: a row of twenty features costs about 1 KiB while it is read.
  explicit TrainingSetReader(int64_t max_rows) : max_rows_(max_rows) {}

  absl::Status AddChunk(const v1::ReadTrainingSetResponse& chunk);

  // After the last chunk. `seed` keys the canonical order of the rows.
  absl::StatusOr<TrainingSet> Finish(uint64_t seed) &&;

  int64_t rows() const { return rows_; }

 private:
  absl::Status ReadSchema(const v1::ReadTrainingSetResponse& chunk);
  absl::Status ReadRows(const v1::ReadTrainingSetResponse& chunk);
  absl::Status Describe(const absl::Status& status) const;

  int64_t max_rows_;
  int64_t chunks_ = 0;
  int64_t rows_ = 0;
  int64_t declined_ = 0;
  bool tells_revenue_ = false;
  std::string fingerprint_;
  FeatureSchema schema_;
  std::optional<DatasetBuilder> builder_;  // from the first chunk on
  std::optional<v1::TrainingSetSummary> summary_;
  std::set<int64_t> as_of_micros_;
};

}  // namespace ebb::trainer
