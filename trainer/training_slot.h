#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include "absl/status/statusor.h"
#include "ebb/v1/model.pb.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "trainer/registry.h"
#include "trainer/training_run.h"

namespace ebb::trainer {

// Runs one training at a time on a thread of its own and keeps its record in the registry, from RUNNING to whatever it
// ends as. Thread-safe.
class TrainingSlot {
 public:
  using Work = std::function<absl::StatusOr<TrainedResult>(const v1::TrainingOptions&, const TrainingControls&)>;

  // `registry` and `clock` outlive the slot. `on_change` is called after each change of a training or of the champion,
  // on the thread that made it, with no lock held.
  TrainingSlot(Registry* registry, const Clock* clock, Work work, std::function<void()> on_change);
  ~TrainingSlot();  // stops
  TrainingSlot(const TrainingSlot&) = delete;
  TrainingSlot& operator=(const TrainingSlot&) = delete;

  // `trigger`: as Training.trigger. `options` has no field unset. FAILED_PRECONDITION names the training that runs;
  // UNAVAILABLE after Stop.
  absl::StatusOr<v1::Training> Start(const v1::TrainingOptions& options, const std::string& trigger);
  // Asks it to stop; returns it as it is then, and it will end as CANCELLED. NOT_FOUND; FAILED_PRECONDITION when it has
  // ended, or has done its work and is about to.
  absl::StatusOr<v1::Training> Cancel(int64_t id);

  // With live progress where it runs. NOT_FOUND.
  absl::StatusOr<v1::Training> Get(int64_t id) const;
  absl::StatusOr<Page<v1::Training>> List(int64_t before, int page_size) const;
  bool busy() const;

  // Ends a running training as INTERRUPTED and takes no more. Returns when its thread has ended.
  void Stop();

 private:
  void RunAndRecord(v1::Training training);
  void Publish(TrainedResult result, v1::Training training);
  void End(v1::Training training, const absl::Status& why);
  void SetProgress(const v1::TrainingProgress& progress);
  v1::Training Ended(v1::Training training) const;
  absl::Status DecideEnd(const absl::Status& done, v1::Training* training);
  void Leave();

  Registry* const registry_;
  const Clock* const clock_;
  const Work work_;
  const std::function<void()> on_change_;

  std::atomic<bool> cancelled_ = false;  // the running training should stop
  mutable Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<v1::Training> running_ ABSL_GUARDED_BY(mutex_);
  bool decided_ ABSL_GUARDED_BY(mutex_) = false;  // how the running training ends
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::trainer
