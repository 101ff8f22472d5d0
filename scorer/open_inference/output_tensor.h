#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "inference/open_inference_grpc.pb.h"
#include "model/trained_model.h"

namespace ebb::scorer {

// What the model gives of each row.
enum class OutputTensor : uint8_t { kProbability, kRankingScore, kAtRisk };

// In the order of OutputTensor.
struct OutputSpec {
  std::string_view name;
  std::string_view datatype;
};
std::span<const OutputSpec> OutputSpecs();

// What a request wants, in its order: all outputs where it names none. INVALID_ARGUMENT with the field: an unknown one,
// one that stands twice, or one that is wanted in a form that is not served.
absl::StatusOr<std::vector<OutputTensor>> RequestedOutputs(const inference::ModelInferRequest& request);

// Adds the outputs with their values, raw: tritonclient reads nothing else. At risk is a probability strictly above
// `risk_threshold`.
void AddOutputs(std::span<const OutputTensor> outputs, std::span<const Score> scores, double risk_threshold,
                inference::ModelInferResponse* response);

}  // namespace ebb::scorer
