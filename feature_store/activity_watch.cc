#include "feature_store/activity_watch.h"

#include <utility>

#include "runtime/log.h"

namespace ebb::feature_store {

absl::Duration ActivityWatch::RunOnce() {
  v1::GetActivityIndexRequest request;
  request.set_weeks(1);
  absl::StatusOr<v1::ActivityIndex> index = engine_->GetActivityIndex(request);
  if (!index.ok()) {
    Log(Level::kWarning, "activity", "the activity index cannot be told", {{"reason", index.status().ToString()}});
    return kRetry;
  }
  MutexLock lock(&mutex_);
  last_ = *std::move(index);
  return kInterval;
}

v1::ActivityIndex ActivityWatch::Last() const {
  MutexLock lock(&mutex_);
  return last_;
}

}  // namespace ebb::feature_store
