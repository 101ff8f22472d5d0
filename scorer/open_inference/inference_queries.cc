#include "scorer/open_inference/inference_queries.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"
#include "scorer/open_inference/input_batch.h"
#include "scorer/open_inference/output_tensor.h"

namespace ebb::scorer {
namespace {

constexpr const char* kServedModelName = "decline";
// `<project>_<format>`, as the protocol wants it.
constexpr const char* kServedModelPlatform = "ebb_model";
constexpr int64_t kAnyLength = -1;
// Rows between two looks at whether the caller has gone.
constexpr size_t kInferChunk = 512;

// Where a request says which model it means.
struct ModelReference {
  const char* name_field;
  const std::string& name;
  const char* version_field;
  const std::string& version;
};

// `served` is null where there is no model yet.
absl::Status CheckReference(const ModelReference& asked, const ServedModel* served) {
  if (asked.name != kServedModelName) {
    return WithErrorInfo(
        absl::NotFoundError(absl::StrCat("`", asked.name_field, "` is \"", asked.name,
                                         "\", the one model served here is \"", kServedModelName, "\"")),
        "MODEL_UNKNOWN");
  }
  if (served == nullptr) return NoModelYet();
  if (!asked.version.empty() && asked.version != absl::StrCat(served->version)) {
    return WithErrorInfo(
        absl::NotFoundError(absl::StrCat("`", asked.version_field, "` is \"", asked.version,
                                         "\", the champion in force is version ", served->version,
                                         " and no other is served: leave it empty to ask whichever is in force")),
        "MODEL_VERSION_NOT_IN_FORCE");
  }
  return absl::OkStatus();
}

void AddTensor(std::string_view name, std::string_view datatype,
               inference::ModelMetadataResponse::TensorMetadata* tensor) {
  tensor->set_name(std::string(name));
  tensor->set_datatype(std::string(datatype));
  tensor->add_shape(kAnyLength);
}

absl::StatusOr<std::vector<Score>> ScoreBatchOf(const TrainedModel& model, const InputBatch& batch,
                                                const std::function<bool()>& is_cancelled) {
  std::vector<Score> scores(batch.rows());
  std::vector<FeatureVector> vectors(std::min(batch.rows(), kInferChunk), FeatureVector(model.schema.size()));
  for (size_t first = 0; first < scores.size(); first += kInferChunk) {
    if (is_cancelled()) return absl::CancelledError("the caller has gone");
    const size_t rows = std::min(scores.size() - first, kInferChunk);
    const std::span<FeatureVector> chunk = std::span(vectors).first(rows);
    batch.Fill(first, chunk);
    model.ScoreBatch(chunk, std::span(scores).subspan(first, rows));
  }
  return scores;
}

}  // namespace

bool InferenceQueries::IsServerReady() const { return slot_->Get() != nullptr; }

bool InferenceQueries::IsModelReady(const inference::ModelReadyRequest& request) const {
  return CheckReference({"name", request.name(), "version", request.version()}, slot_->Get().get()).ok();
}

inference::ServerMetadataResponse InferenceQueries::ServerMetadata() const {
  inference::ServerMetadataResponse response;
  response.set_name("ebb-scorer");
  response.set_version(EBB_VERSION);
  return response;
}

absl::StatusOr<inference::ModelMetadataResponse> InferenceQueries::ModelMetadata(
    const inference::ModelMetadataRequest& request) const {
  const std::shared_ptr<const ServedModel> served = slot_->Get();
  const absl::Status found = CheckReference({"name", request.name(), "version", request.version()}, served.get());
  if (!found.ok()) return found;
  inference::ModelMetadataResponse response;
  response.set_name(kServedModelName);
  response.add_versions(absl::StrCat(served->version));
  response.set_platform(kServedModelPlatform);
  for (const FeatureSpec& spec : served->model.schema.specs()) {
    if (!IsInput(spec.role)) continue;
    AddTensor(spec.name, spec.kind == FeatureKind::kNumber ? "FP64" : "BYTES", response.add_inputs());
  }
  for (const OutputSpec& spec : OutputSpecs()) AddTensor(spec.name, spec.datatype, response.add_outputs());
  return response;
}

absl::StatusOr<inference::ModelInferResponse> InferenceQueries::Infer(const inference::ModelInferRequest& request,
                                                                      const std::function<bool()>& is_cancelled) const {
  const std::shared_ptr<const ServedModel> served = slot_->Get();
  const absl::Status found =
      CheckReference({"model_name", request.model_name(), "model_version", request.model_version()}, served.get());
  if (!found.ok()) return found;
  const auto outputs = RequestedOutputs(request);
  if (!outputs.ok()) return outputs.status();
  const auto batch = InputBatch::Read(request, served->model.schema);
  if (!batch.ok()) return batch.status();
  const auto scores = ScoreBatchOf(served->model, *batch, is_cancelled);
  if (!scores.ok()) return scores.status();

  inference::ModelInferResponse response;
  response.set_model_name(kServedModelName);
  response.set_model_version(absl::StrCat(served->version));
  response.set_id(request.id());
  AddOutputs(*outputs, *scores, served->risk.threshold, &response);
  return response;
}

}  // namespace ebb::scorer
