#pragma once

#include <cstdint>

#include "scorer/customer_score.h"

namespace ebb::scorer {

// What the scores of some customers add up to.
struct ScoreSums {
  int64_t customers = 0;
  int64_t with_profit = 0;  // of them
  double probability = 0;   // of all customers
  double profit = 0;        // of those with a known profit; so is the next
  double value_at_risk = 0;

  void Add(const CustomerScore& score) {
    ++customers;
    probability += score.probability;
    if (!score.monthly_profit.has_value()) return;
    ++with_profit;
    profit += *score.monthly_profit;
    value_at_risk += *ValueAtRisk(score.probability, score.monthly_profit);
  }
};

}  // namespace ebb::scorer
