#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/feature_schema.h"
#include "model/trained_model.h"
#include "scorer/segments/predicate.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// The declared segments ready for vectors of one schema and the model that scores them. Immutable, so threads may share
// one.
class SegmentReading {
 public:
  // A segment whose predicate the store or the model cannot answer is told by `problem`, and nobody is in it.
  SegmentReading(const SegmentCatalogue& catalogue, const FeatureSchema& store, const TrainedModel& model);

  // Bit i: the customer is in the i-th segment. `facts.segments` is not looked at.
  uint64_t SegmentsOf(CustomerFacts facts) const;

  size_t size() const { return predicates_.size(); }
  // Why the segment cannot be told; empty: it can.
  std::string problem(size_t segment) const { return std::string(predicates_[segment].status().message()); }
  // The conditions of one segment; none where it has a problem. `facts.segments` is filled by SegmentsOf.
  std::vector<v1::ConditionCheck> Explain(size_t segment, const CustomerFacts& facts) const;

 private:
  std::vector<absl::StatusOr<Predicate>> predicates_;
};

}  // namespace ebb::scorer
