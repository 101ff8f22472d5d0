#include "scorer/explanation_queries.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"
#include "scorer/explanation_messages.h"
#include "scorer/named_features.h"
#include "scorer/score_messages.h"

namespace ebb::scorer {
namespace {

constexpr int kMostExplained = 10;

absl::Status CheckRequest(const v1::ExplainRequest& request) {
  const int customers = request.customer_ids_size();
  if (customers > 0 && !request.features().empty()) {
    return InvalidField("features", "stands beside customer_ids: ask about customers or about one vector");
  }
  if (request.features().empty() && (customers == 0 || customers > kMostExplained)) {
    return InvalidField("customer_ids", absl::StrCat("has ", customers, " customers, 1 to ", kMostExplained,
                                                     " are allowed, or none and the features of one vector"));
  }
  return absl::OkStatus();
}

absl::Status FillExplanation(const ServedModel& served, const FeatureVector& vector, bool of_probability,
                             v1::Explanation* message) {
  if (absl::Status status = served.model.CheckVector(vector); !status.ok()) return status;
  const Explainer& explainer = served.explainers.exact();
  const Explanation explanation = of_probability ? explainer.ExplainProbability(vector) : explainer.Explain(vector);
  message->set_scale(ScaleMessage(explanation.scale));
  message->set_method(MethodMessage(explanation.method));
  message->set_background_rows(static_cast<int32_t>(explainer.background_rows()));
  message->set_base(explanation.base);
  message->set_score(explanation.score);
  message->set_probability(served.model.ScoreOne(vector).probability);
  message->set_model_version(served.version);

  const FeatureSchema& schema = served.model.schema;
  for (const size_t f : ByContribution(schema, explanation.contributions)) {
    v1::Contribution* contribution = message->add_contributions();
    FillContribution(schema[f], vector[f], explanation.contributions[f], contribution);
    if (!explanation.standard_errors.empty()) contribution->set_standard_error(explanation.standard_errors[f]);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ExplainResponse> ExplanationQueries::Explain(const v1::ExplainRequest& request) const {
  const std::shared_ptr<const ServedModel> served = slot_->Get();
  if (served == nullptr) return NoModelYet();
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  v1::ExplainResponse response;
  if (!request.features().empty()) {
    FeatureVector vector(served->model.schema.size());
    absl::Status set = SetFeatures(request.features(), served->model.schema, &vector);
    if (!set.ok()) return set;
    absl::Status filled = FillExplanation(*served, vector, request.probability_scale(), response.add_explanations());
    if (!filled.ok()) return filled;
    return response;
  }
  for (const std::string& customer_id : request.customer_ids()) {
    const absl::StatusOr<std::optional<KnownInputs>> inputs = lookup_(customer_id, served->model);
    if (!inputs.ok()) return inputs.status();
    if (!inputs->has_value()) {
      response.add_not_found(customer_id);
      continue;
    }
    v1::Explanation* message = response.add_explanations();
    absl::Status filled = FillExplanation(*served, (*inputs)->vector, request.probability_scale(), message);
    if (!filled.ok()) return filled;
    message->set_customer_id(customer_id);
    FillTimestamp((*inputs)->as_of_micros, message->mutable_as_of());
  }
  return response;
}

}  // namespace ebb::scorer
