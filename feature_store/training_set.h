// A training set, row by row from the raw history, handed out in chunks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/column_buffers.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/event_coverage.h"
#include "feature_store/history.h"
#include "feature_store/training_row.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Rows come in order of the customers' pseudonyms, then of their as-of times: an order that says nothing about them and
// is the same each time. Reads from the moment it was opened at, whatever comes in meanwhile. Not thread-safe.
class TrainingSetReader {
 public:
  struct Source {
    const CompiledDeclarations* declarations;  // borrowed
    HistoryReader history;
    std::vector<std::pair<Pseudonym, std::string>> customers;  // in any order
    absl::Time now;                                            // the store's clock: labels must be over by then
    std::vector<int64_t> import_times_us;                      // as-of times where the request names none
  };

  // INVALID_ARGUMENT names the field of the request that cannot be.
  static absl::StatusOr<std::unique_ptr<TrainingSetReader>> Open(const v1::ReadTrainingSetRequest& request,
                                                                 Source source);

  // Fills the next message: the first has the schema, the last the summary. False: there are no more.
  absl::StatusOr<bool> Next(v1::ReadTrainingSetResponse* response);

 private:
  TrainingSetReader(Source source, std::vector<absl::Time> as_of, LabelRule rule, int64_t chunk_rows);

  absl::Status AddCustomer(const std::pair<Pseudonym, std::string>& customer);
  void AddRow(const std::string& customer_id, absl::Time as_of, const TrainingRow& row);
  void FinishChunk(v1::ReadTrainingSetResponse* response);
  v1::TrainingSetSummary Summary();

  Source source_;
  const std::vector<absl::Time> as_of_;
  const LabelRule rule_;
  const int64_t chunk_rows_;
  EventCoverage coverage_;              // of all events, eligible customers' or not
  std::vector<ColumnBuilder> columns_;  // customer_id, as_of, declined, features
  size_t chunk_bytes_ = 0;
  size_t next_customer_ = 0;
  bool started_ = false;
  bool finished_ = false;
  int64_t rows_ = 0;
  int64_t declined_ = 0;
  std::map<std::string, int64_t> exclusions_;
  Sha256Stream digest_;
};

}  // namespace ebb::feature_store
