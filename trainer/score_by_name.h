#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "model/trained_model.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// What a model says of rows of a table whose features may stand in another order or be others: they are found by name
// and kind; where one for segments is not there it is missing. FAILED_PRECONDITION names an input that the table lacks.
absl::StatusOr<std::vector<Score>> ScoreByName(const TrainedModel& model, const Dataset& dataset,
                                               std::span<const uint32_t> rows);

}  // namespace ebb::trainer
