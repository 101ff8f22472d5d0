// A training set, row by row from the raw history, handed out in chunks.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_walk.h"
#include "feature_store/event_coverage.h"
#include "feature_store/training_pipeline.h"
#include "feature_store/training_set_request.h"

namespace ebb::feature_store {

// Rows come in order of the customers' pseudonyms, then of their as-of times: an order that says nothing about them and
// is the same each time. Reads from the moment it was opened at, whatever comes in meanwhile. Memory: some MiB, and
// what waits unsorted in the log. Not thread-safe; computes on threads of its own, which its destruction ends within
// some milliseconds.
class TrainingSetReader {
 public:
  // `declarations` is borrowed. `place` is kept as long as the reader lives. DATA_LOSS when the log cannot be read.
  static absl::StatusOr<std::unique_ptr<TrainingSetReader>> Open(TrainingSetPlan plan, CustomerWalk::Source source,
                                                                 const Pseudonymizer& pseudonyms,
                                                                 const CompiledDeclarations* declarations,
                                                                 std::shared_ptr<const void> place);

  // Fills the next message: the first has the schema, the last the summary, each before it a resume_token. False: there
  // are no more.
  absl::StatusOr<bool> Next(v1::ReadTrainingSetResponse* response);

 private:
  TrainingSetReader(TrainingSetPlan plan, const CompiledDeclarations* declarations);
  void Start(std::unique_ptr<CustomerWalk> walk);
  void Add(TrainingChunk chunk, v1::ReadTrainingSetResponse* response);
  v1::TrainingSetSummary Summary() const;

  const TrainingSetPlan plan_;
  const CompiledDeclarations* const declarations_;
  const std::vector<LabelDate> dates_;
  storage::v1::TrainingSetPosition position_;
  TrainingCounts counts_;
  EventCoverage coverage_;  // of all events, eligible customers' or not
  Sha256Digest digest_{};
  bool started_ = false;
  bool finished_ = false;
  std::shared_ptr<const void> place_;
  std::unique_ptr<TrainingPipeline> pipeline_;  // last: its threads use the rest
};

}  // namespace ebb::feature_store
