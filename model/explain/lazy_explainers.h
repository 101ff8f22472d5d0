#pragma once

#include <atomic>
#include <optional>

#include "absl/base/call_once.h"
#include "model/explain/explainer.h"
#include "model/explain/quick_explainer.h"
#include "model/trained_model.h"

namespace ebb {

// The explainers of a model, made when somebody first asks for one: their tables take up to 64 MiB a member, and who
// only wants scores shall not pay for them. Borrows the model. Thread-safe; callers that come while they are being made
// wait for it, about 0.1 s.
class LazyExplainers {
 public:
  explicit LazyExplainers(const TrainedModel* model) : model_(model) {}

  const Explainer& exact() const {
    Make();
    return *exact_;
  }
  const QuickExplainer& quick() const {
    Make();
    return *quick_;
  }

  // Ahead of whoever asks first.
  void Make() const {
    absl::call_once(once_, [this] {
      exact_.emplace(*model_);
      quick_.emplace(*model_, *exact_);
      made_.store(true, std::memory_order_release);
    });
  }
  // Whether somebody asked.
  bool made() const { return made_.load(std::memory_order_acquire); }

 private:
  const TrainedModel* const model_;
  mutable absl::once_flag once_;
  mutable std::optional<Explainer> exact_;
  mutable std::optional<QuickExplainer> quick_;  // borrows exact_
  mutable std::atomic<bool> made_{false};
};

}  // namespace ebb
