#include "scorer/reason_writer.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"
#include "scorer/explanation_messages.h"
#include "scorer/reason_sentence.h"
#include "scorer/score_messages.h"

namespace ebb::scorer {
namespace {

constexpr int kMostReasons = 32;

int64_t AsOfMicros(const v1::Score& score) {
  return score.as_of().seconds() * 1'000'000 + score.as_of().nanos() / 1'000;
}

}  // namespace

absl::StatusOr<ReasonsWanted> ReasonsOf(const v1::SubscribeRequest& request) {
  if (request.reasons() < 0 || request.reasons() > kMostReasons) {
    return InvalidField("reasons", absl::StrCat("is ", request.reasons(), ", must be from 0 to ", kMostReasons));
  }
  if (!v1::Language_IsValid(request.language())) {
    return InvalidField("language", absl::StrCat("is the unknown ", static_cast<int>(request.language())));
  }
  return ReasonsWanted{.count = request.reasons(), .language = request.language()};
}

void ReasonWriter::Fill(const ReasonsWanted& wanted, v1::Score* score) const {
  if (wanted.count == 0) return;
  const std::shared_ptr<const ServedModel> served = slot_->Get();
  if (served == nullptr || served->version != score->model_version()) return;
  const std::shared_ptr<const Reasons> reasons = Find(*served, *score);
  if (reasons == nullptr) return;
  const FeatureSchema& schema = served->model.schema;
  const std::vector<double>& contributions = reasons->explanation.contributions;
  v1::Reasons* message = score->mutable_reasons();
  message->set_method(MethodMessage(reasons->explanation.method));
  message->set_scale(ScaleMessage(reasons->explanation.scale));
  FillTimestamp(reasons->as_of_micros, message->mutable_as_of());
  for (const size_t f : ByContribution(schema, contributions)) {
    if (message->contributions_size() == wanted.count || contributions[f] == 0) break;
    v1::Contribution* contribution = message->add_contributions();
    FillContribution(schema[f], reasons->vector[f], contributions[f], contribution);
    contribution->set_sentence(
        ReasonSentence(schema[f], reasons->vector[f], served->model.background[f], contributions[f], wanted.language));
  }
}

std::shared_ptr<const ReasonWriter::Reasons> ReasonWriter::Find(const ServedModel& served,
                                                                const v1::Score& score) const {
  if (auto kept = Kept(served, score); kept != nullptr) return kept;
  absl::StatusOr<std::optional<KnownInputs>> inputs = lookup_(score.customer_id(), served.model);
  if (!inputs.ok() || !inputs->has_value()) return nullptr;
  if (!served.model.CheckVector((*inputs)->vector).ok()) return nullptr;
  auto reasons = std::make_shared<Reasons>(Reasons{.scoring_id = served.scoring_id,
                                                   .as_of_micros = (*inputs)->as_of_micros,
                                                   .vector = std::move((*inputs)->vector),
                                                   .explanation = {}});
  reasons->explanation = served.explainers.quick().Explain(reasons->vector);
  Keep(score.sequence(), reasons);
  return reasons;
}

std::shared_ptr<const ReasonWriter::Reasons> ReasonWriter::Kept(const ServedModel& served,
                                                                const v1::Score& score) const {
  MutexLock lock(&mutex_);
  const auto found = kept_.find(score.sequence());
  if (found == kept_.end()) return nullptr;
  // The score may have moved on by too little to be published: its features are newer then.
  const bool usable =
      found->second->scoring_id == served.scoring_id && found->second->as_of_micros >= AsOfMicros(score);
  return usable ? found->second : nullptr;
}

void ReasonWriter::Keep(int64_t sequence, std::shared_ptr<const Reasons> reasons) const {
  MutexLock lock(&mutex_);
  const auto [place, is_new] = kept_.try_emplace(sequence);
  place->second.swap(reasons);
  if (!is_new) return;
  order_.push_back(sequence);
  if (order_.size() <= most_kept_) return;
  kept_.erase(order_.front());
  order_.pop_front();
}

}  // namespace ebb::scorer
