#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace ebb::trainer {

std::string ModelName(int64_t version);  // `models/7`
std::string TrainingName(int64_t id);    // `trainings/3`

// The number in such a name. INVALID_ARGUMENT says what a name looks like.
absl::StatusOr<int64_t> ParseModelName(const std::string& name);
absl::StatusOr<int64_t> ParseTrainingName(const std::string& name);

inline constexpr char kChampionName[] = "models/champion";

}  // namespace ebb::trainer
