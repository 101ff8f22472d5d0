// What is wrong with the joined rows although every cell obeys its rule: gaps, outliers, and customers that must not be
// trained on.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "clients/cli/one_click/customer_join.h"

namespace ebb::one_click {

// Reasons in ImportedSnapshot.training_exclusions. A customer that is excluded is still scored.
inline constexpr char kNoRevenueInAMonth[] = "no_revenue_in_a_month";
inline constexpr char kRevenueOutlier[] = "revenue_outlier";

// A number farther than this many robust standard deviations from its feature's median is an outlier. The farthest
// honest value of the shops that it was set on lies at 7, a typing error with a digit too many at 100.
inline constexpr double kOutlierDistance = 10;

struct Outlier {
  std::string customer_id;
  std::string feature;
  std::string value;
  std::string file;
  int64_t line = 0;
  double median = 0;
  double deviation = 0;  // 1.4826 × the median absolute deviation: the standard deviation where values are normal
  std::string largest_ordinary;  // the largest value of the feature that is no outlier
};

struct DataCheck {
  std::array<int64_t, kFeatureNames.size()> gaps = {};  // customers without a value, by feature
  int64_t customers_with_gaps = 0;
  std::vector<Outlier> outliers;
  std::map<std::string, int64_t> exclusions;  // customers by reason; one customer may have several
  int64_t declined = 0;
  int64_t steady = 0;
  int64_t unlabelled = 0;
  int64_t trainable = 0;  // labelled and not excluded
};

// Fills `training_exclusions` of the customers and counts. Revenue of zero is no value for the outlier rule: it means
// that nothing was bought, and has a reason of its own.
DataCheck CheckData(JoinedShop& shop);

}  // namespace ebb::one_click
