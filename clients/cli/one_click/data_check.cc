#include "clients/cli/one_click/data_check.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "clients/cli/one_click/decimal_text.h"

namespace ebb::one_click {
namespace {

// Makes the median absolute deviation of normal values their standard deviation.
constexpr double kNormalConsistency = 1.4826;

bool IsRevenue(size_t feature) { return kFeatureNames[feature].starts_with("revenue_month_"); }

struct Measured {
  CustomerRow* customer;
  double value;
};

std::vector<Measured> ValuesOf(JoinedShop& shop, size_t feature) {
  std::vector<Measured> values;
  for (CustomerRow& customer : shop.customers) {
    if (!customer.values[feature].has_value()) continue;
    const double value = DecimalToDouble(customer.values[feature]->text);
    if (IsRevenue(feature) && value <= 0) continue;
    values.push_back({&customer, value});
  }
  return values;
}

// The upper of the two middle values where their number is even. `values` must not be empty.
double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void FindOutliers(JoinedShop& shop, size_t feature, std::vector<Outlier>& outliers) {
  const std::vector<Measured> measured = ValuesOf(shop, feature);
  if (measured.empty()) return;
  std::vector<double> values(measured.size());
  std::transform(measured.begin(), measured.end(), values.begin(), [](const Measured& m) { return m.value; });
  const double median = Median(values);
  for (double& value : values) value = std::abs(value - median);
  const double deviation = kNormalConsistency * Median(values);
  if (deviation == 0) return;  // More than half of the values are equal: nothing to measure by.
  const Measured* largest = nullptr;
  const size_t found_before = outliers.size();
  for (const Measured& m : measured) {
    if (std::abs(m.value - median) <= kOutlierDistance * deviation) {
      if (largest == nullptr || m.value > largest->value) largest = &m;
      continue;
    }
    const SourcedValue& source = *m.customer->values[feature];
    outliers.push_back({m.customer->customer_id, std::string(kFeatureNames[feature]), source.text, source.table->file,
                        source.line, median, deviation, ""});
    std::vector<std::string>& exclusions = m.customer->training_exclusions;
    if (IsRevenue(feature) && (exclusions.empty() || exclusions.back() != kRevenueOutlier)) {
      exclusions.push_back(kRevenueOutlier);
    }
  }
  for (size_t i = found_before; i < outliers.size(); ++i)
    outliers[i].largest_ordinary = largest->customer->values[feature]->text;
}

bool HasMonthWithoutRevenue(const CustomerRow& customer) {
  for (size_t feature = 0; feature < kFeatureNames.size(); ++feature) {
    const auto& value = customer.values[feature];
    if (IsRevenue(feature) && value.has_value() && DecimalToDouble(value->text) <= 0) return true;
  }
  return false;
}

void CountGaps(const CustomerRow& customer, DataCheck& check) {
  bool any = false;
  for (size_t feature = 0; feature < kFeatureNames.size(); ++feature) {
    if (customer.values[feature].has_value()) continue;
    ++check.gaps[feature];
    any = true;
  }
  check.customers_with_gaps += any;
}

void CountLabel(const CustomerRow& customer, DataCheck& check) {
  check.declined += customer.activity == Activity::kDeclined;
  check.steady += customer.activity == Activity::kSteady;
  check.unlabelled += customer.activity == Activity::kUnlabelled;
  check.trainable += customer.activity != Activity::kUnlabelled && customer.training_exclusions.empty();
}

}  // namespace

DataCheck CheckData(JoinedShop& shop) {
  DataCheck check;
  for (CustomerRow& customer : shop.customers) {
    customer.training_exclusions.clear();
    if (HasMonthWithoutRevenue(customer)) customer.training_exclusions.push_back(kNoRevenueInAMonth);
  }
  for (size_t feature = 0; feature < kFeatureNames.size(); ++feature) {
    if (!IsWordFeature(feature)) FindOutliers(shop, feature, check.outliers);
  }
  for (const CustomerRow& customer : shop.customers) {
    CountGaps(customer, check);
    CountLabel(customer, check);
    for (const std::string& reason : customer.training_exclusions) ++check.exclusions[reason];
  }
  return check;
}

}  // namespace ebb::one_click
