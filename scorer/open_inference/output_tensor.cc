#include "scorer/open_inference/output_tensor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model/segments.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

static_assert(std::endian::native == std::endian::little, "raw contents are copied as they are");

constexpr std::array<OutputSpec, 3> kOutputSpecs = {{{.name = "probability", .datatype = "FP64"},
                                                     {.name = "ranking_score", .datatype = "FP64"},
                                                     {.name = "at_risk", .datatype = "BOOL"}}};

std::optional<OutputTensor> FindOutput(std::string_view name) {
  const auto found = std::ranges::find(kOutputSpecs, name, &OutputSpec::name);
  if (found == kOutputSpecs.end()) return std::nullopt;
  return static_cast<OutputTensor>(found - kOutputSpecs.begin());
}

template <typename Element>
void AppendRaw(Element value, std::string* raw) {
  raw->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string RawValues(OutputTensor output, std::span<const Score> scores, double risk_threshold) {
  std::string raw;
  raw.reserve(scores.size() * sizeof(double));
  for (const Score& score : scores) {
    switch (output) {
      case OutputTensor::kProbability:
        AppendRaw(score.probability, &raw);
        break;
      case OutputTensor::kRankingScore:
        AppendRaw(score.ranking_score, &raw);
        break;
      case OutputTensor::kAtRisk:
        AppendRaw(static_cast<uint8_t>(BandOf(score.probability, risk_threshold) == RiskBand::kAtRisk), &raw);
        break;
    }
  }
  return raw;
}

}  // namespace

std::span<const OutputSpec> OutputSpecs() { return kOutputSpecs; }

absl::StatusOr<std::vector<OutputTensor>> RequestedOutputs(const inference::ModelInferRequest& request) {
  if (request.outputs().empty()) {
    return std::vector<OutputTensor>{OutputTensor::kProbability, OutputTensor::kRankingScore, OutputTensor::kAtRisk};
  }
  std::vector<OutputTensor> wanted;
  for (int i = 0; i < request.outputs_size(); ++i) {
    const auto& output = request.outputs(i);
    const std::string field = absl::StrCat("outputs[", i, "]");
    const std::optional<OutputTensor> found = FindOutput(output.name());
    if (!found.has_value()) {
      const auto names = [](std::string* text, const OutputSpec& spec) { text->append(spec.name); };
      return InvalidField(absl::StrCat(field, ".name"), absl::StrCat("is \"", output.name(), "\", the model gives ",
                                                                     absl::StrJoin(kOutputSpecs, ", ", names)));
    }
    if (std::ranges::count(wanted, *found) > 0) {
      return InvalidField(absl::StrCat(field, ".name"), absl::StrCat("is \"", output.name(), "\" a second time"));
    }
    // Whoever asks for these looks for the values elsewhere, or expects others: an answer without them would be
    // misread.
    for (const char* parameter : {"shared_memory_region", "classification"}) {
      if (!output.parameters().contains(parameter)) continue;
      return InvalidField(absl::StrCat(field, ".parameters"),
                          absl::StrCat("has ", parameter, ", which is not served: leave it out"));
    }
    wanted.push_back(*found);
  }
  return wanted;
}

void AddOutputs(std::span<const OutputTensor> outputs, std::span<const Score> scores, double risk_threshold,
                inference::ModelInferResponse* response) {
  for (const OutputTensor output : outputs) {
    const OutputSpec& spec = kOutputSpecs[static_cast<size_t>(output)];
    auto* tensor = response->add_outputs();
    tensor->set_name(std::string(spec.name));
    tensor->set_datatype(std::string(spec.datatype));
    tensor->add_shape(static_cast<int64_t>(scores.size()));
    response->add_raw_output_contents(RawValues(output, scores, risk_threshold));
  }
}

}  // namespace ebb::scorer
