#include "scorer/model_slot.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {

std::shared_ptr<const ServedModel> MakeServedModel(TrainedModel model, int64_t version, std::string digest,
                                                   const ServingRules& rules) {
  auto served = std::make_shared<ServedModel>();
  served->risk = RiskRuleOf(rules.segments->declarations().risk(), rules.risk_threshold, model.risk_threshold);
  // The threshold's bits, not its text: two thresholds that print alike are still two.
  uint64_t threshold_bits = 0;
  std::memcpy(&threshold_bits, &served->risk.threshold, sizeof(threshold_bits));
  const Sha256Digest id =
      Sha256(absl::StrCat(digest, "/", version, "/", threshold_bits, "/", rules.segments->digest()));
  std::memcpy(&served->scoring_id, id.data(), sizeof(served->scoring_id));
  served->model = std::move(model);
  served->version = version;
  served->digest = std::move(digest);
  served->segments = rules.segments;
  return served;
}

absl::Status NoModelYet() {
  return WithErrorInfo(absl::FailedPreconditionError("there is no model yet: train one and this scorer will fetch it"),
                       "NO_MODEL");
}

}  // namespace ebb::scorer
