#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ebb/v1/model.pb.h"
#include "model/feature_schema.h"
#include "model/trained_model.h"
#include "scorer/shadow/challenger_comparison.h"
#include "scorer/vector_reading.h"

namespace ebb::scorer {

// How one model reads vectors of each of the store's schemas; made when first needed. Borrows the model. Not
// thread-safe.
class ReadingsOfModel {
 public:
  explicit ReadingsOfModel(const TrainedModel* model) : model_(model) {}

  // Null where the model cannot read vectors of this schema. `schema_at` gives the schema of a number.
  template <typename SchemaAt>
  const VectorReading* Find(uint32_t schema, const SchemaAt& schema_at) {
    const auto known = readings_.find(schema);
    if (known != readings_.end()) return known->second ? &*known->second : nullptr;
    absl::StatusOr<VectorReading> made = VectorReading::Make(schema_at(schema), *model_);
    std::optional<VectorReading>& reading = readings_[schema];
    if (made.ok()) reading = *std::move(made);
    return reading ? &*reading : nullptr;
  }

 private:
  const TrainedModel* const model_;
  std::map<uint32_t, std::optional<VectorReading>> readings_;
};

// A challenger that is loaded. The readings are touched by the thread that scores alone.
struct LoadedChallenger {
  explicit LoadedChallenger(TrainedModel loaded) : model(std::move(loaded)) {}

  const TrainedModel model;
  ReadingsOfModel readings{&model};
};

// What is known of one challenger that the trainer told of.
struct Challenger {
  v1::Model told;
  std::shared_ptr<LoadedChallenger> loaded;  // null: it waits to be loaded, or has a problem
  absl::Status problem;
  absl::Time retry_time = absl::InfinitePast();  // not to be loaded before
  ChallengerComparison comparison;
  // The next record on disk to look at, of the one pass through all of them at the beginning. Absent: it is over.
  std::optional<uint32_t> next_record = 0;
};

// The challengers to have after the trainer's list came: what is known of those that stay, stays; at most `most`. Gives
// those that went in `ended`.
std::vector<Challenger> FollowList(std::vector<Challenger> present, std::span<const v1::Model> list, size_t most,
                                   std::vector<Challenger>* ended);

// How long to wait before a challenger that could not be loaded is tried again: a minute where the trainer may just be
// away, ten where the file or its features are to blame.
absl::Duration WaitAfter(const absl::Status& problem);

}  // namespace ebb::scorer
