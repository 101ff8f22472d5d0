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

// An input that models do not get to see.
struct LeftOutInput {
  enum class Cause { kEmpty, kConstant, kNotCovered };

  std::string name;
  Cause cause = Cause::kEmpty;

  const char* Reason() const;  // such as `has no values`
};

// Those that can teach a model nothing, being empty or constant, and those that would teach it what will not stay true:
// the store's events do not cover them yet.
std::vector<LeftOutInput> InputsToLeaveOut(const Dataset& dataset, const v1::TrainingSetSummary& summary);

// FAILED_PRECONDITION when no input is left.
absl::Status CheckInputs(const Dataset& dataset, const std::vector<LeftOutInput>& left_out);

// An honest feature of a shop hardly reaches a ROC-AUC of 0.95 alone; from here on it may have been written after the
// label.
inline constexpr double kLeakingRocAuc = 0.99;

// What a person should know of the inputs, one sentence each: which are left out, and which are so close to the label
// that they may have been written after it.
std::vector<std::string> DescribeInputs(const Dataset& dataset, const std::vector<LeftOutInput>& left_out);

}  // namespace ebb::trainer
