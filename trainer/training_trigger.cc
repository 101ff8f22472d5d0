#include "trainer/training_trigger.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace ebb::trainer {

std::optional<std::string> TriggerOf(const TrainingSetChange& change, const TrainingTriggers& triggers) {
  if (triggers.new_labels > 0 && change.new_labels >= triggers.new_labels) {
    return absl::StrCat("labels: ", change.new_labels, " more");
  }
  if (triggers.drift > 0 && !change.drifts.empty() && change.drifts.front().stability_index >= triggers.drift) {
    const Drift& most = change.drifts.front();
    return absl::StrCat("drift: ", most.of, " ", std::round(most.stability_index * 100) / 100);
  }
  return std::nullopt;
}

}  // namespace ebb::trainer
