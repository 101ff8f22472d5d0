#include "scorer/scorer_figures.h"

#include <algorithm>
#include <optional>

namespace ebb::scorer {
namespace {

// Two machines' clocks may differ by more than a message takes.
double SecondsBetween(int64_t from_us, int64_t to_us) {
  return static_cast<double>(std::max<int64_t>(to_us - from_us, 0)) * 1e-6;
}

}  // namespace

void ScorerFigures::AddBatch(absl::Time received) {
  batch_seconds_.Observe(std::max(absl::ToDoubleSeconds(clock_->Now() - received), 0.0));
}

void ScorerFigures::AddSent(const v1::SubscribeResponse& message, bool live) {
  if (message.has_left()) leavings_sent_.fetch_add(1, std::memory_order_relaxed);
  if (!message.has_score()) {
    if (!message.has_left()) progress_sent_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  scores_sent_.fetch_add(1, std::memory_order_relaxed);
  if (!live) return;
  const std::optional<ChangeMoment> moment = recent_.Find(message.score().sequence());
  if (!moment.has_value()) return;
  const int64_t now_us = absl::ToUnixMicros(clock_->Now());
  news_.Note(moment->changed_us, now_us);
  freshness_seconds_.Observe(SecondsBetween(moment->changed_us, now_us));
  delivery_seconds_.Observe(SecondsBetween(moment->received_us, now_us));
}

}  // namespace ebb::scorer
