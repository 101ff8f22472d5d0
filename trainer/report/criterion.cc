#include "trainer/report/criterion.h"

#include <algorithm>

#include "trainer/fit/moments.h"

namespace ebb::trainer {

v1::Criterion JudgeCriterion(const Acceptance& acceptance, const v1::Estimate& holdout,
                             std::span<const double> repeated) {
  const auto met = [&](double value) { return acceptance.above ? value > acceptance.bound : value < acceptance.bound; };
  v1::Criterion criterion;
  criterion.set_metric(acceptance.metric);
  criterion.set_above(acceptance.above);
  criterion.set_bound(acceptance.bound);
  *criterion.mutable_measured() = holdout;
  criterion.set_met(met(holdout.value()));
  if (repeated.empty()) return criterion;
  v1::Estimate* splits = criterion.mutable_repeated_splits();
  splits->set_value(MomentsOf(repeated).mean);
  splits->set_lower(*std::min_element(repeated.begin(), repeated.end()));
  splits->set_upper(*std::max_element(repeated.begin(), repeated.end()));
  criterion.set_splits(static_cast<int>(repeated.size()));
  criterion.set_splits_met(static_cast<int>(std::count_if(repeated.begin(), repeated.end(), met)));
  return criterion;
}

}  // namespace ebb::trainer
