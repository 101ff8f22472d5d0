// Follows one training until it has ended.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "ebb/v1/model.pb.h"

namespace ebb {

struct TrainingWatchOptions {
  std::string address;
  TlsFiles tls = {};
  // `trainings/{id}`.
  std::string name;
  // Asked this often whether to go on; false ends with CANCELLED (the training itself goes on).
  absl::Duration poll = absl::Milliseconds(200);
  // A trainer that cannot be reached for so long is given up.
  absl::Duration outage_limit = absl::Seconds(30);
  std::function<bool()> go_on = [] { return true; };
  std::function<void(const v1::Training&)> on_progress = [](const v1::Training&) {};
};

// Returns the training as it ended (SUCCEEDED, FAILED, CANCELLED or INTERRUPTED). Connects again after a broken stream:
// a trainer that was restarted tells that the training was interrupted. NOT_FOUND; UNAVAILABLE.
absl::StatusOr<v1::Training> WatchTraining(const TrainingWatchOptions& options);

}  // namespace ebb
