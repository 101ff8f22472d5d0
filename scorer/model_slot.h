#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "model/explain/lazy_explainers.h"
#include "model/trained_model.h"
#include "runtime/mutex.h"
#include "scorer/segments/risk_bands.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// What decides over a score beside the model's file.
struct ServingRules {
  double risk_threshold = 0;  // 0: the declared one, or else the model's own
  std::shared_ptr<const SegmentCatalogue> segments = std::make_shared<const SegmentCatalogue>();  // never null
};

// A model as this scorer serves it. Immutable.
struct ServedModel {
  TrainedModel model;
  LazyExplainers explainers{&model};
  int64_t version = 0;
  std::string digest;                                // SHA-256 of its file, lower-case hexadecimal
  RiskRule risk;                                     // in force
  std::shared_ptr<const SegmentCatalogue> segments;  // never null
  // Equal exactly when digest, version, threshold and declared segments are: scores with equal ids are comparable.
  uint64_t scoring_id = 0;
};

std::shared_ptr<const ServedModel> MakeServedModel(TrainedModel model, int64_t version, std::string digest,
                                                   const ServingRules& rules);

// What callers who need a model hear while there is none: FAILED_PRECONDITION, NO_MODEL.
absl::Status NoModelYet();

// The model in service. Whoever scores or answers takes it once and uses that one to the end, so nothing is ever made
// of two models. Thread-safe. Empty until the first Set.
class ModelSlot {
 public:
  std::shared_ptr<const ServedModel> Get() const {
    MutexLock lock(&mutex_);
    return model_;
  }
  void Set(std::shared_ptr<const ServedModel> model) {
    {
      MutexLock lock(&mutex_);
      model_.swap(model);
    }
    // The old model is freed here, after the lock, or by its last user.
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const ServedModel> model_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::scorer
