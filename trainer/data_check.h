#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "ebb/v1/model.pb.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Rows of each class below which figures would mean nothing, or a fold would lack a class.
int64_t LeastRowsOfAClass(const v1::TrainingOptions& options);

// FAILED_PRECONDITION says how many rows of which class are missing, what was left out and why, and what to do.
absl::Status CheckEnoughRows(const v1::TrainingSetSummary& summary, const v1::TrainingOptions& options);

// FAILED_PRECONDITION when no input tells customers apart: all are constant or empty.
absl::Status CheckInputs(const Dataset& dataset);

// What a person should know of the inputs, one sentence each: those that are empty, constant, or so close to the label
// that they may have been written after it.
std::vector<std::string> DescribeInputs(const Dataset& dataset);

}  // namespace ebb::trainer
