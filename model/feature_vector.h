#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace ebb {

// One feature of one customer. Which member counts is the schema's kind; the other is ignored.
struct FeatureValue {
  double number = std::numeric_limits<double>::quiet_NaN();  // NaN: missing
  std::string category;                                      // empty: missing

  static FeatureValue Number(double value) { return {.number = value, .category = {}}; }
  static FeatureValue Category(std::string value) {
    return {.number = std::numeric_limits<double>::quiet_NaN(), .category = std::move(value)};
  }
};

// The values of one customer in the order of a FeatureSchema.
using FeatureVector = std::vector<FeatureValue>;

}  // namespace ebb
