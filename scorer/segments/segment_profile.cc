#include "scorer/segments/segment_profile.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

namespace ebb::scorer {
namespace {

// Takes the missing values out and sorts the rest; returns the share of the missing.
double KeepKnown(std::vector<double>* values) {
  const size_t all = values->size();
  std::erase_if(*values, [](double value) { return std::isnan(value); });
  std::ranges::sort(*values);
  return all == 0 ? 0 : static_cast<double>(all - values->size()) / static_cast<double>(all);
}

double Quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void FillNumbers(const std::vector<double>& sorted, double missing, v1::NumberProfile* message) {
  message->set_lower_quartile(Quantile(sorted, 0.25));
  message->set_median(Quantile(sorted, 0.5));
  message->set_upper_quartile(Quantile(sorted, 0.75));
  message->set_mean(std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size()));
  message->set_missing_share(missing);
}

// Pairs in which the segment's value is greater, ties counted half, over all pairs.
double Auc(const std::vector<double>& segment, const std::vector<double>& others) {
  double wins = 0;
  size_t less = 0, not_greater = 0;
  for (const double value : segment) {
    while (less < others.size() && others[less] < value) ++less;
    while (not_greater < others.size() && others[not_greater] <= value) ++not_greater;
    wins += 0.5 * static_cast<double>(less + not_greater);
  }
  return wins / (static_cast<double>(segment.size()) * static_cast<double>(others.size()));
}

double ShareOf(const std::map<std::string, int64_t>& counts, const std::string& category, int64_t all) {
  const auto found = counts.find(category);
  return found == counts.end() || all == 0 ? 0 : static_cast<double>(found->second) / static_cast<double>(all);
}

int64_t Total(const std::map<std::string, int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0},
                         [](int64_t sum, const auto& entry) { return sum + entry.second; });
}

}  // namespace

v1::FeatureProfile ProfileNumber(std::vector<double> segment, std::vector<double> others) {
  v1::FeatureProfile profile;
  const double missing = KeepKnown(&segment);
  const double others_missing = KeepKnown(&others);
  if (!segment.empty()) FillNumbers(segment, missing, profile.mutable_segment_numbers());
  if (!others.empty()) FillNumbers(others, others_missing, profile.mutable_other_numbers());
  if (!segment.empty() && !others.empty()) profile.set_difference(std::abs(2 * Auc(segment, others) - 1));
  return profile;
}

v1::FeatureProfile ProfileCategory(const std::map<std::string, int64_t>& segment,
                                   const std::map<std::string, int64_t>& others) {
  v1::FeatureProfile profile;
  const int64_t in_segment = Total(segment), in_others = Total(others);
  std::map<std::string, int64_t> all = segment;
  all.insert(others.begin(), others.end());
  double distance = 0;
  for (const auto& [category, unused] : all) {
    v1::CategoryProfile* one = profile.add_categories();
    one->set_category(category);
    one->set_segment_share(ShareOf(segment, category, in_segment));
    one->set_other_share(ShareOf(others, category, in_others));
    distance += std::abs(one->segment_share() - one->other_share()) / 2;
  }
  if (in_segment > 0 && in_others > 0) profile.set_difference(distance);
  std::ranges::stable_sort(*profile.mutable_categories(), std::greater<>(), &v1::CategoryProfile::segment_share);
  return profile;
}

void SortByDifference(google::protobuf::RepeatedPtrField<v1::FeatureProfile>* features) {
  std::ranges::stable_sort(*features, std::greater<>(), &v1::FeatureProfile::difference);
}

}  // namespace ebb::scorer
