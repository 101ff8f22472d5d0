#include "scorer/what_if_queries.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "model/segments.h"
#include "runtime/rpc/error_details.h"
#include "scorer/named_features.h"
#include "scorer/score_messages.h"
#include "scorer/told_score.h"

namespace ebb::scorer {
namespace {

// Takes the `missing` features of a request away.
absl::Status ClearFeatures(const v1::ScoreVectorRequest& request, const FeatureSchema& schema, FeatureVector* vector) {
  for (int i = 0; i < request.missing_size(); ++i) {
    const std::string& name = request.missing(i);
    const std::string field = absl::StrCat("missing[", i, "]");
    const std::optional<size_t> place = schema.IndexOf(name);
    if (!place.has_value()) return InvalidField(field, absl::StrCat("names ", name, ", no feature of the model"));
    const auto same = [&](const v1::InputFeature& feature) { return feature.name() == name; };
    if (std::ranges::any_of(request.features(), same)) {
      return InvalidField(field, absl::StrCat("names ", name, ", to which features gives a value"));
    }
    if (std::find(request.missing().begin(), request.missing().begin() + i, name) != request.missing().begin() + i) {
      return InvalidField(field, absl::StrCat("names ", name, " a second time"));
    }
    (*vector)[*place] = {};
  }
  return absl::OkStatus();
}

// The profit that segments and value at risk go by: the customer's, unless the request sets it or takes it away.
std::optional<double> ProfitOf(const v1::ScoreVectorRequest& request, const TrainedModel& model,
                               std::optional<double> known) {
  const std::string& name = model.segments.feature;
  if (name.empty()) return known;
  for (const v1::InputFeature& feature : request.features()) {
    if (feature.name() == name) return feature.number();
  }
  return std::ranges::find(request.missing(), name) != request.missing().end() ? std::nullopt : known;
}

absl::Status FillVectorScore(const ServedModel& served, const FeatureVector& vector, std::optional<double> profit,
                             v1::VectorScore* message) {
  if (absl::Status status = served.model.CheckVector(vector); !status.ok()) return status;
  const ToldScore told = TellScores(served.model, {vector}).front();
  const Score& score = told.score;
  message->set_probability(score.probability);
  message->set_ranking_score(score.ranking_score);
  const Segment segment = {.tier = TierOf(profit, served.model.segments),
                           .band = BandOf(score.probability, served.risk.threshold)};
  message->set_segment(std::string(SegmentName(segment)));
  FillAtRisk(score.probability, profit, told.expected_revenue, message);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ScoreVectorResponse> WhatIfQueries::ScoreVector(const v1::ScoreVectorRequest& request) const {
  const std::shared_ptr<const ServedModel> served = slot_->Get();
  if (served == nullptr) return NoModelYet();
  const TrainedModel& model = served->model;
  v1::ScoreVectorResponse response;
  response.set_model_version(served->version);

  KnownInputs inputs;
  inputs.vector.resize(model.schema.size());
  if (!request.customer_id().empty()) {
    absl::StatusOr<std::optional<KnownInputs>> known = lookup_(request.customer_id(), model);
    if (!known.ok()) return known.status();
    if (!known->has_value()) {
      return absl::NotFoundError(absl::StrCat("no features of customer ", request.customer_id(), " are known"));
    }
    inputs = **std::move(known);
    absl::Status filled = FillVectorScore(*served, inputs.vector, inputs.monthly_profit, response.mutable_before());
    if (!filled.ok()) return filled;
    FillTimestamp(inputs.as_of_micros, response.mutable_as_of());
  }
  if (absl::Status set = SetFeatures(request.features(), model.schema, &inputs.vector); !set.ok()) return set;
  if (absl::Status cleared = ClearFeatures(request, model.schema, &inputs.vector); !cleared.ok()) return cleared;
  const std::optional<double> profit = ProfitOf(request, model, inputs.monthly_profit);
  absl::Status filled = FillVectorScore(*served, inputs.vector, profit, response.mutable_after());
  if (!filled.ok()) return filled;
  return response;
}

}  // namespace ebb::scorer
