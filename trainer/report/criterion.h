#pragma once

#include <span>
#include <string>

#include "ebb/v1/model_report.pb.h"

namespace ebb::trainer {

struct Acceptance {
  std::string metric;  // as Criterion.metric
  bool above = true;   // the figure should be above the bound; else below
  double bound = 0;
};

// Whether the hold-out's figure meets the bound, and how often that of repeated splits does; these may be none.
v1::Criterion JudgeCriterion(const Acceptance& acceptance, const v1::Estimate& holdout,
                             std::span<const double> repeated);

}  // namespace ebb::trainer
