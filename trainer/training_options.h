#pragma once

#include <optional>
#include <string>

#include "ebb/v1/model.pb.h"

namespace ebb::trainer {

// What a request asks wrongly.
struct OptionViolation {
  std::string field;  // a path from TrainingOptions, such as `profit_tiers.quantiles.lower`
  std::string rule;   // value found and rule broken
};

// The first violation, or nothing. Unset fields are fine.
std::optional<OptionViolation> FindViolation(const v1::TrainingOptions& options);

// What the trainer does when it is not told otherwise: imported labels, promote if not worse.
v1::TrainingOptions DefaultTrainingOptions();

// Every unset field set to its default, so that a stored training says what was done.
v1::TrainingOptions WithDefaults(v1::TrainingOptions options);

}  // namespace ebb::trainer
