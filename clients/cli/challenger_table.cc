#include "clients/cli/challenger_table.h"

#include "absl/strings/str_cat.h"
#include "clients/cli/time_text.h"

namespace ebb {
namespace {

Cell MicrosCell(double seconds) { return seconds > 0 ? RealCell(seconds * 1e6, 1) : NoCell(); }

std::vector<Cell> ChallengerRow(const v1::ShadowComparison& c) {
  const bool compared = c.customers() > 0;
  const auto real = [&](double value) { return compared ? RealCell(value) : NoCell(); };
  const auto count = [&](int64_t value) { return compared ? CountCell(value) : NoCell(); };
  const auto moved = static_cast<double>(c.champion_only_at_risk() + c.challenger_only_at_risk());
  return {CountCell(c.version()),
          c.champion_version() > 0 ? CountCell(c.champion_version()) : NoCell(),
          CountCell(c.customers()),
          real(c.mean_difference()),
          real(c.standard_deviation()),
          real(c.mean_absolute_difference()),
          real(c.greatest_difference()),
          compared ? ShareCell(moved / static_cast<double>(c.customers())) : NoCell(),
          count(c.both_at_risk()),
          count(c.champion_only_at_risk()),
          count(c.challenger_only_at_risk()),
          count(c.neither_at_risk()),
          c.has_correlation() ? RealCell(c.correlation()) : NoCell(),
          c.has_rank_correlation() ? RealCell(c.rank_correlation()) : NoCell(),
          MicrosCell(c.champion_seconds_per_vector()),
          MicrosCell(c.challenger_seconds_per_vector()),
          c.has_start_time() ? TimeCell(FromTimestamp(c.start_time())) : NoCell(),
          c.problem().empty() ? NoCell() : TextCell(c.problem())};
}

}  // namespace

Table ChallengerTable(const v1::GetShadowComparisonResponse& shadow) {
  Table table({"challenger", "champion", "customers", "mean_difference", "standard_deviation",
               "mean_absolute_difference", "greatest_difference", "other_band_share", "both_at_risk",
               "champion_only_at_risk", "challenger_only_at_risk", "neither_at_risk", "correlation", "rank_correlation",
               "champion_us_per_vector", "challenger_us_per_vector", "since", "problem"},
              "challengers");
  for (const v1::ShadowComparison& comparison : shadow.comparisons()) table.AddRow(ChallengerRow(comparison));
  return table;
}

std::string ChallengerRemark(const v1::GetShadowComparisonResponse& shadow) {
  if (shadow.most_challengers() == 0) return "the scorer compares no challengers: --shadow-challengers is 0";
  if (shadow.comparisons().empty()) return "there is no challenger that is newer than the champion";
  if (shadow.dropped() > 0) {
    return absl::StrCat("challengers left out ", shadow.dropped(), " vectors because too many waited, and scored ",
                        shadow.scored());
  }
  return "";
}

}  // namespace ebb
