#include "scorer/segments/segment_reading.h"

#include <span>

namespace ebb::scorer {

SegmentReading::SegmentReading(const SegmentCatalogue& catalogue, const FeatureSchema& store,
                               const TrainedModel& model) {
  const std::span<const std::string> names = catalogue.names();
  for (size_t i = 0; i < names.size(); ++i) {
    const v1::SegmentDefinition& segment = catalogue.declarations().segments(static_cast<int>(i));
    predicates_.push_back(
        Predicate::Compile(segment.who(), {.schema = &store, .model = &model, .segments = names.first(i)}));
  }
}

uint64_t SegmentReading::SegmentsOf(CustomerFacts facts) const {
  facts.segments = 0;
  for (size_t i = 0; i < predicates_.size(); ++i) {
    if (predicates_[i].ok() && predicates_[i]->Holds(facts)) facts.segments |= uint64_t{1} << i;
  }
  return facts.segments;
}

std::vector<v1::ConditionCheck> SegmentReading::Explain(size_t segment, const CustomerFacts& facts) const {
  return predicates_[segment].ok() ? predicates_[segment]->Explain(facts) : std::vector<v1::ConditionCheck>();
}

}  // namespace ebb::scorer
