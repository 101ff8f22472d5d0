#include "clients/cli/score_cells.h"

#include "clients/cli/time_text.h"

namespace ebb {

std::vector<std::string> ScoreColumns() {
  return {"customer_id",    "probability", "segment",  "model_version", "value_at_risk",    "monthly_profit",
          "horizon_months", "as_of",       "sequence", "ranking_score", "expected_revenue", "revenue_at_risk"};
}

std::vector<Cell> ScoreCells(const v1::Score& score) {
  return {TextCell(score.customer_id()),
          RealCell(score.probability()),
          TextCell(score.segment()),
          CountCell(score.model_version()),
          score.has_value_at_risk() ? RealCell(score.value_at_risk(), 2) : NoCell(),
          score.has_monthly_profit() ? RealCell(score.monthly_profit(), 2) : NoCell(),
          CountCell(score.horizon_months()),
          TimeCell(FromTimestamp(score.as_of())),
          CountCell(score.sequence()),
          RealCell(score.ranking_score()),
          score.has_expected_revenue() ? RealCell(score.expected_revenue(), 2) : NoCell(),
          score.has_revenue_at_risk() ? RealCell(score.revenue_at_risk(), 2) : NoCell()};
}

}  // namespace ebb
