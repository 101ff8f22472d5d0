#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/feature_schema.h"
#include "model/trained_model.h"
#include "scorer/offers/offer_catalogue.h"
#include "scorer/segments/predicate.h"
#include "scorer/segments/segment_catalogue.h"
#include "scorer/segments/segment_reading.h"

namespace ebb::scorer {

// The catalogue ready for vectors of one schema and the model that scores them. Immutable, so threads may share one.
// Keeps both catalogues alive.
class OfferReading {
 public:
  // An offer that the store or the model cannot answer for is told by `problem`, and nobody is made it.
  OfferReading(std::shared_ptr<const OfferCatalogue> offers, std::shared_ptr<const SegmentCatalogue> segments,
               FeatureSchema store, const TrainedModel& model);

  const OfferCatalogue& offers() const { return *offers_; }
  const SegmentCatalogue& segments() const { return *segments_; }

  // Bit i: the customer is in the i-th declared segment.
  uint64_t SegmentsOf(const CustomerFacts& facts) const { return segment_reading_.SegmentsOf(facts); }

  // Why an offer cannot be decided; empty: it can.
  const std::string& problem(size_t offer) const { return problems_[offer]; }
  // `facts.segments` is filled by SegmentsOf. False where there is a problem.
  bool IsFor(size_t offer, const CustomerFacts& facts) const;
  // The conditions of the offer's predicate; none where there is a problem.
  std::vector<v1::ConditionCheck> Explain(size_t offer, const CustomerFacts& facts) const;

  // A feature as a text shows it; nothing: the store does not have it, or it is not known of the customer.
  std::optional<std::string> TextOf(std::string_view feature, const CustomerFacts& facts) const;
  // A number feature; nothing as above.
  std::optional<double> NumberOf(std::string_view feature, const CustomerFacts& facts) const;

 private:
  // What the offer needs beside its predicate; empty: all is there.
  std::string ProblemOf(size_t offer) const;
  bool HasFeature(std::string_view name, FeatureKind kind) const;

  const std::shared_ptr<const OfferCatalogue> offers_;
  const std::shared_ptr<const SegmentCatalogue> segments_;
  const FeatureSchema store_;
  const SegmentReading segment_reading_;
  std::vector<absl::StatusOr<Predicate>> predicates_;
  std::vector<std::string> problems_;
};

// Placeholders that are no features.
bool IsOwnPlaceholder(std::string_view name);

}  // namespace ebb::scorer
