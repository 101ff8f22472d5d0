#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "inference/open_inference_grpc.pb.h"
#include "scorer/model_slot.h"

namespace ebb::scorer {

// Answers the Open Inference Protocol from the champion in force: the one model, `decline`, in the one version that the
// registry gave it. A call takes the model once and uses it to the end. Thread-safe; borrows the slot.
//
// Errors: NOT_FOUND: another model or version than the one in force; FAILED_PRECONDITION: there is no model yet;
// INVALID_ARGUMENT with the field.
class InferenceQueries {
 public:
  explicit InferenceQueries(const ModelSlot* slot) : slot_(slot) {}

  // As soon as there is a model.
  bool IsServerReady() const;
  // A question to be answered, not an error: false where another model or version is meant, or there is none yet.
  bool IsModelReady(const inference::ModelReadyRequest& request) const;
  inference::ServerMetadataResponse ServerMetadata() const;
  absl::StatusOr<inference::ModelMetadataResponse> ModelMetadata(const inference::ModelMetadataRequest& request) const;

  // Takes up to seconds for many rows of a slow model. `is_cancelled` is asked now and then; true ends the work with
  // CANCELLED.
  absl::StatusOr<inference::ModelInferResponse> Infer(const inference::ModelInferRequest& request,
                                                      const std::function<bool()>& is_cancelled) const;

 private:
  const ModelSlot* const slot_;
};

}  // namespace ebb::scorer
