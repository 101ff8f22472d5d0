#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ebb/v1/shadow_comparison.pb.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "runtime/worker.h"
#include "scorer/model_folder.h"
#include "scorer/model_slot.h"
#include "scorer/score_table.h"
#include "scorer/shadow/challenger.h"
#include "scorer/shadow/chunk_scoring.h"

namespace ebb::scorer {

// Scores some customers with the trainer's newest challengers, too, and compares what they say with the champion's
// scores. Nothing that a challenger says leaves this class but as a comparison.
//
// A challenger is compared first on the vectors on disk, in one pass, then on those that come. All work is done on one
// thread of low priority that steps aside for new features; what it cannot do in time is dropped and counted.
// Thread-safe; Start and Stop belong to the owner. Memory: about 30 bytes a compared customer and challenger, and
// `most_waiting` vectors.
class ShadowChallengers {
 public:
  struct Options {
    size_t most_challengers = 1;  // 0: nothing is done at all
    double share = 0.1;           // of customers, above 0 and at most 1
    // The share is halved when a challenger would have more.
    size_t most_customers = 100'000;
    // Vectors that wait to be scored.
    size_t most_waiting = 4'096;
  };
  // All borrowed but the functions, which may be called from this class's thread, without its locks.
  struct Parts {
    const ModelSlot* slot = nullptr;
    const ScoreTable* table = nullptr;
    const Clock* clock = nullptr;
    std::function<FeatureSchema(uint32_t number)> schema_at;
    // Whether a model can read the vectors that come now; ScoringEngine::CheckModel.
    std::function<absl::Status(const TrainedModel& model)> check_model;
    std::function<absl::StatusOr<ModelFile>(const v1::Model& model)> fetch;
    std::function<bool()> features_waiting;
    // Customers that the champion has not scored yet. The pass through the disk waits for them.
    std::function<int64_t()> rescore_backlog;
  };

  ShadowChallengers(const Options& options, Parts parts);

  void Start();
  // A fetch that runs is to be cancelled before.
  void Stop() { worker_.Stop(); }

  // The trainer's challengers, newest first: others are forgotten, new ones will be loaded.
  void Follow(const std::vector<v1::Model>& challengers);

  // Vectors that the champion scored, and that are on disk with their scores. Cheap: takes what it needs and returns.
  void Offer(std::vector<ScoreTable::Write> scored);

  // Forgets the customers: when it returns nothing of them is here, and nothing will be.
  void Erase(const std::vector<std::string>& customer_ids);

  // Some 50 ms for each challenger with 100,000 customers.
  v1::GetShadowComparisonResponse Compare() const;

  // One step of the thread's work on the caller's: for tests, without Start. How long until there may be more to do.
  absl::Duration RunOnce();

 private:
  // Who scores: a challenger by its version.
  using Scorers = std::vector<std::pair<int64_t, std::shared_ptr<LoadedChallenger>>>;

  // The comparisons are with the champion that is served now, or begin anew.
  void FollowChampion(std::shared_ptr<const ServedModel> champion);
  // True: something was done, as of the two below.
  bool LoadOne();
  bool ScoreWaiting();
  // A chunk of the records on disk, for one challenger.
  bool ScoreStored();
  absl::StatusOr<std::shared_ptr<LoadedChallenger>> Load(const v1::Model& told) const;
  void Score(const Scorers& scorers, std::span<const ScoreRecord> records, uint64_t erasures);
  void Keep(int64_t version, const ChunkScores& scores) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refuse(const v1::Model& told, const absl::Status& problem);
  void CountLoaded() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Until a challenger may be loaded or the pass through the disk may go on.
  absl::Duration UntilMoreToDo() const;

  const Options options_;
  const Parts parts_;
  std::atomic<uint64_t> bound_;  // hashes up to it are compared
  std::atomic<bool> any_loaded_{false};
  std::atomic<int64_t> scored_{0};
  std::atomic<int64_t> dropped_{0};

  Mutex waiting_mutex_;  // short: who scores for subscribers takes it
  std::deque<ScoreRecord> waiting_ ABSL_GUARDED_BY(waiting_mutex_);

  mutable Mutex mutex_;  // never together with waiting_mutex_
  std::vector<Challenger> challengers_ ABSL_GUARDED_BY(mutex_);
  uint64_t erasures_ ABSL_GUARDED_BY(mutex_) = 0;

  // Of the thread that steps alone:
  std::shared_ptr<const ServedModel> champion_;
  std::unique_ptr<ReadingsOfModel> champion_readings_;
  uint64_t chunks_ = 0;

  Worker worker_;  // last: its thread uses all of the above
};

}  // namespace ebb::scorer
