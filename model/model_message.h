#pragma once

#include "absl/status/statusor.h"
#include "ebb/v1/model_file.pb.h"
#include "model/trained_model.h"

namespace ebb {

ebb::v1::ModelFile ToMessage(const TrainedModel& model);

// DATA_LOSS names the field, its value and the rule of model_file.proto that it breaks.
absl::StatusOr<TrainedModel> FromMessage(const ebb::v1::ModelFile& message);

}  // namespace ebb
