#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "ebb/v1/scorer_service.pb.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "scorer/news_watch.h"
#include "scorer/recent_changes.h"

namespace ebb::scorer {

// What scoring and streams count while they work, since the process started. Thread-safe but for NotePublished, which
// is the engine's. Borrows the clock.
class ScorerFigures {
 public:
  explicit ScorerFigures(const Clock* clock) : clock_(clock) {}

  // A message of the store's was scored and put on disk.
  void AddBatch(absl::Time received);
  void AddScored(size_t vectors) { scored_.fetch_add(vectors, std::memory_order_relaxed); }
  void AddPublished() { published_.fetch_add(1, std::memory_order_relaxed); }
  // Before anybody can read the change: it is measured when a stream tells it.
  void NotePublished(int64_t sequence, const ChangeMoment& moment) { recent_.Note(sequence, moment); }
  // A message is handed to a subscriber's stream. `live`: the stream has told all that was there when it began.
  void AddSent(const v1::SubscribeResponse& message, bool live);

  const NewsWatch& news() const { return news_; }
  uint64_t scored() const { return scored_.load(std::memory_order_relaxed); }
  uint64_t published() const { return published_.load(std::memory_order_relaxed); }
  uint64_t scores_sent() const { return scores_sent_.load(std::memory_order_relaxed); }
  uint64_t leavings_sent() const { return leavings_sent_.load(std::memory_order_relaxed); }
  uint64_t progress_sent() const { return progress_sent_.load(std::memory_order_relaxed); }
  const Histogram& batch_seconds() const { return batch_seconds_; }
  const Histogram& freshness_seconds() const { return freshness_seconds_; }
  const Histogram& delivery_seconds() const { return delivery_seconds_; }

 private:
  const Clock* const clock_;
  RecentChanges recent_;
  NewsWatch news_;
  std::atomic<uint64_t> scored_{0};
  std::atomic<uint64_t> published_{0};
  std::atomic<uint64_t> scores_sent_{0};
  std::atomic<uint64_t> leavings_sent_{0};
  std::atomic<uint64_t> progress_sent_{0};
  Histogram batch_seconds_{{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5}};
  Histogram freshness_seconds_{{0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300}};
  Histogram delivery_seconds_{{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30}};
};

}  // namespace ebb::scorer
