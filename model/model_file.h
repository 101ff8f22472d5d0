#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/trained_model.h"

namespace ebb {

// The bytes of a model file. The grammar stands in model_file.cc; equal models give equal bytes.
std::string SerializeModelFile(const TrainedModel& model);

// Takes nothing on trust: every length, index and number is checked, so a model that comes out can be scored with.
// DATA_LOSS: cut off, damaged, or not what a trainer writes; FAILED_PRECONDITION: written by a newer Ebb.
absl::StatusOr<TrainedModel> ParseModelFile(std::string_view bytes);

}  // namespace ebb
