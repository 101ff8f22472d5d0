#pragma once

#include <span>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/event_check.h"
#include "feature_store/feature_values.h"

// Rows of training sets from the raw history of one customer. Pure functions; a history is sorted by (event_time,
// event_id), each event once, and may reach beyond T.
namespace ebb::feature_store {

struct TrainingRow {
  v1::FeatureVector vector;
  bool declined = false;
};

// Why there is no row: `unlabelled`, `label_not_mature`, `not_active`, or what an import named.
struct Exclusion {
  std::string reason;
};

using LabelRule = std::variant<v1::ImportedLabels, v1::PurchaseDecline>;

// Everything wrong with a rule, paths from the request of ReadTrainingSet; empty: it may be used.
std::vector<Violation> CheckLabelRule(const LabelRule& rule);

// The vector as of T from what was known before `known_before` (imports are known since their event time). With
// `known_before` = T it is a training row's, with InfiniteFuture what ComputeVector gives online now.
FeatureValues ValuesAsOf(const CompiledDeclarations& declarations, std::span<const v1::Event> history, absl::Time as_of,
                         absl::Time known_before);
// The same in the wire's form.
v1::FeatureVector VectorAsOf(const CompiledDeclarations& declarations, std::span<const v1::Event> history,
                             absl::Time as_of, absl::Time known_before);

// The row as of T. Its vector uses only what was known before T, its label only what came after, and only once that is
// over: `now` is the store's clock. `rule` must have passed CheckLabelRule.
std::variant<TrainingRow, Exclusion> BuildTrainingRow(const CompiledDeclarations& declarations,
                                                      std::span<const v1::Event> history, absl::Time as_of,
                                                      const LabelRule& rule, absl::Time now);

}  // namespace ebb::feature_store
