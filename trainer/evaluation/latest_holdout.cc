#include "trainer/evaluation/latest_holdout.h"

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "trainer/evaluation/months_later.h"

namespace ebb::trainer {
namespace {

// The first as-of time of the hold-out: the latest from which on there are at least so many rows.
int64_t FirstHeldOut(const Dataset& dataset, double share) {
  std::map<int64_t, size_t> rows_as_of;
  for (const int64_t as_of : dataset.as_of_micros()) ++rows_as_of[as_of];
  const double wanted = share * static_cast<double>(dataset.rows());
  size_t held_out = 0;
  int64_t first = 0;
  for (auto time = rows_as_of.rbegin(); time != rows_as_of.rend() && static_cast<double>(held_out) < wanted; ++time) {
    held_out += time->second;
    first = time->first;
  }
  return first;
}

bool HorizonHasPassed(int64_t as_of_micros, int horizon_months, int64_t by_micros) {
  return MonthsLater(absl::FromUnixMicros(as_of_micros), horizon_months) <= absl::FromUnixMicros(by_micros);
}

std::string DateText(int64_t micros) {
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixMicros(micros), absl::UTCTimeZone());
}

absl::Status CheckParts(const Dataset& dataset, const HoldoutSplit& split, int folds) {
  const auto cannot = [&](const std::string& why) {
    return absl::FailedPreconditionError(absl::StrCat("the rows as of ", DateText(split.from_micros),
                                                      " and later cannot be held out: ", why,
                                                      "; ask for more as-of times, or hold out customers"));
  };
  if (2 * split.training.size() < dataset.rows()) {
    return cannot(absl::StrCat(split.training.size(), " of ", dataset.rows(),
                               " rows have labels that were known by then, fewer than half"));
  }
  for (const auto& [rows, name] :
       {std::pair(&split.training, "to learn from"), std::pair(&split.holdout, "held out")}) {
    const size_t rarer = CustomersOfRarerClass(dataset, *rows);
    if (rarer < static_cast<size_t>(folds)) {
      return cannot(
          absl::StrCat("of the rows ", name, " a class has ", rarer, " customers, fewer than the ", folds, " folds"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HoldoutSplit> LatestHoldout(const Dataset& dataset, const HoldoutRules& rules) {
  if (!(rules.share > 0 && rules.share < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the hold-out's share is ", rules.share, "; it must lie between 0 and 1"));
  }
  HoldoutSplit split;
  split.by = HoldoutBy::kLatest;
  split.from_micros = FirstHeldOut(dataset, rules.share);
  std::map<int64_t, bool> known_by_then;  // by as-of time
  for (uint32_t row = 0; row < dataset.rows(); ++row) {
    const int64_t as_of = dataset.as_of_micros()[row];
    if (as_of >= split.from_micros) {
      split.holdout.push_back(row);
      continue;
    }
    const auto [known, is_new] = known_by_then.try_emplace(as_of);
    if (is_new) known->second = HorizonHasPassed(as_of, rules.horizon_months, split.from_micros);
    if (known->second) {
      split.training.push_back(row);
    } else {
      ++split.purged;
    }
  }
  if (absl::Status status = CheckParts(dataset, split, rules.folds); !status.ok()) return status;
  return split;
}

absl::StatusOr<HoldoutSplit> SplitOffHoldout(const Dataset& dataset, const HoldoutRules& rules) {
  if (rules.by == HoldoutBy::kCustomers) return StratifiedHoldout(dataset, rules.share);
  absl::StatusOr<HoldoutSplit> latest = LatestHoldout(dataset, rules);
  if (rules.by == HoldoutBy::kLatest || !absl::IsFailedPrecondition(latest.status())) return latest;
  return StratifiedHoldout(dataset, rules.share);
}

}  // namespace ebb::trainer
