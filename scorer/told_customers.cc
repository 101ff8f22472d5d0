#include "scorer/told_customers.h"

#include <cmath>

namespace ebb::scorer {

bool ToldCustomers::IsNews(uint32_t customer, const CustomerScore& score, double min_change) const {
  const auto found = told_.find(customer);
  if (found == told_.end() || found->second.left) return true;
  const Told& told = found->second;
  return std::abs(score.probability - told.probability) >= min_change || score.scoring_id != told.scoring_id ||
         score.held_segment() != told.held_segment || score.held_named_segments != told.held_named_segments;
}

bool ToldCustomers::IsLeaving(uint32_t customer) const {
  const auto found = told_.find(customer);
  return found == told_.end() ? resumed_ : !found->second.left;
}

void ToldCustomers::Tell(uint32_t customer, const CustomerScore& score) {
  told_[customer] = {.probability = score.probability,
                     .scoring_id = score.scoring_id,
                     .held_named_segments = score.held_named_segments,
                     .held_segment = score.held_segment(),
                     .left = false};
}

void ToldCustomers::TellLeft(uint32_t customer) {
  // Where nothing came before, a customer of whom nothing was told is the same as one who left.
  if (resumed_) {
    told_[customer] = {.probability = 0, .scoring_id = 0, .held_named_segments = 0, .held_segment = {}, .left = true};
  } else {
    told_.erase(customer);
  }
}

}  // namespace ebb::scorer
