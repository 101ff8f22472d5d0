#include "scorer/score_queries.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/resume_token.h"
#include "runtime/rpc/error_details.h"
#include "scorer/score_messages.h"
#include "scorer/score_sums.h"

namespace ebb::scorer {
namespace {

constexpr int kMostAsked = 1'000;
constexpr int kLargestPage = 10'000;
constexpr int kDefaultPage = 1'000;
constexpr int kDefaultTop = 10;

absl::StatusOr<int> CheckCount(absl::string_view field, int value, int when_zero) {
  if (value == 0) return when_zero;
  if (value < 0 || value > kLargestPage)
    return InvalidField(field, absl::StrCat("is ", value, ", must be from 1 to ", kLargestPage));
  return value;
}

void FillCell(Segment segment, const ScoreSums& cell, const ScoreSums& all, v1::SegmentCell* message) {
  message->set_segment(std::string(SegmentName(segment)));
  message->set_customers(cell.customers);
  if (cell.customers == 0) return;
  message->set_customer_share(static_cast<double>(cell.customers) / static_cast<double>(all.customers));
  message->set_mean_probability(cell.probability / static_cast<double>(cell.customers));
  if (cell.with_profit == 0) return;
  message->set_profit_sum(cell.profit);
  message->set_value_at_risk(cell.value_at_risk);
  if (all.profit != 0) message->set_profit_share(cell.profit / all.profit);
}

}  // namespace

absl::StatusOr<v1::GetScoresResponse> ScoreQueries::GetScores(const v1::GetScoresRequest& request) const {
  if (slot_->Get() == nullptr) return NoModelYet();
  if (request.customer_ids().empty() || request.customer_ids_size() > kMostAsked) {
    return InvalidField("customer_ids", absl::StrCat("has ", request.customer_ids_size(), " customers, 1 to ",
                                                     kMostAsked, " are allowed"));
  }
  const std::vector<std::string> ids(request.customer_ids().begin(), request.customer_ids().end());
  const auto found = board_->Look(ids);
  v1::GetScoresResponse response;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (found[i].has_value()) {
      FillScore(found[i]->customer_id, found[i]->score, *catalogue_, response.add_scores());
    } else {
      response.add_not_found(ids[i]);
    }
  }
  return response;
}

absl::StatusOr<v1::ListScoresResponse> ScoreQueries::ListScores(const v1::ListScoresRequest& request) const {
  if (slot_->Get() == nullptr) return NoModelYet();
  const auto size = CheckCount("page_size", request.page_size(), kDefaultPage);
  if (!size.ok()) return size.status();
  uint32_t first = 0;
  if (!request.page_token().empty()) {
    const auto token = ResumeToken::DecodeText(request.page_token());
    if (!token.ok() || token->source_id != source_id_ || token->sequence > board_->size()) {
      return InvalidField("page_token", "is not one that this scorer gave: begin without it");
    }
    first = static_cast<uint32_t>(token->sequence);
  }
  uint32_t next = 0;
  v1::ListScoresResponse response;
  for (const ScoreBoard::Named& customer : board_->List(first, static_cast<size_t>(*size), &next)) {
    FillScore(customer.customer_id, customer.score, *catalogue_, response.add_scores());
  }
  if (next < board_->size())
    response.set_next_page_token(ResumeToken{.source_id = source_id_, .sequence = next}.EncodeText());
  return response;
}

absl::StatusOr<v1::ListAtRiskResponse> ScoreQueries::ListAtRisk(const v1::ListAtRiskRequest& request) const {
  if (slot_->Get() == nullptr) return NoModelYet();
  const auto top = CheckCount("top_k", request.top_k(), kDefaultTop);
  if (!top.ok()) return top.status();

  struct Ranked {
    double value = 0;
    std::string customer_id;
    CustomerScore score;
  };
  // Customers of equal value stand in the order of their identifiers, so that the same scores always give the same
  // list.
  const auto before = [](const Ranked& a, const Ranked& b) {
    return a.value != b.value ? a.value > b.value : a.customer_id < b.customer_id;
  };
  std::vector<Ranked> best;  // a heap, the least of them first
  v1::ListAtRiskResponse response;
  board_->ForEachScored([&](const std::string& customer_id, const CustomerScore& score) {
    if (request.at_risk_only() && score.segment.band != RiskBand::kAtRisk) return;
    const std::optional<double> value = ValueAtRisk(score.probability, score.monthly_profit);
    if (!value.has_value()) return response.set_unknown_value(response.unknown_value() + 1);
    const bool is_full = best.size() == static_cast<size_t>(*top);
    if (is_full && *value < best.front().value) return;
    best.push_back({.value = *value, .customer_id = customer_id, .score = score});
    std::push_heap(best.begin(), best.end(), before);
    if (!is_full) return;
    std::pop_heap(best.begin(), best.end(), before);
    best.pop_back();
  });
  std::sort_heap(best.begin(), best.end(), before);
  for (const Ranked& ranked : best) FillScore(ranked.customer_id, ranked.score, *catalogue_, response.add_scores());
  return response;
}

absl::StatusOr<v1::SegmentSummary> ScoreQueries::SummarizeSegments() const {
  const std::shared_ptr<const ServedModel> model = slot_->Get();
  if (model == nullptr) return NoModelYet();
  std::array<ScoreSums, kSegments> cells;
  ScoreSums all;
  board_->ForEachScored([&](const std::string&, const CustomerScore& score) {
    cells[SegmentIndex(score.segment)].Add(score);
    all.Add(score);
  });
  v1::SegmentSummary summary;
  const bool has_unknown = cells[kSegments - 2].customers + cells[kSegments - 1].customers > 0;
  for (size_t i = 0; i < kSegments - (has_unknown ? 0 : 2); ++i)
    FillCell(SegmentAt(i), cells[i], all, summary.add_cells());
  summary.set_customers(all.customers);
  if (all.with_profit > 0) summary.set_profit_sum(all.profit);
  summary.set_risk_threshold(model->risk.threshold);
  if (const SegmentBounds& bounds = model->model.segments; !bounds.feature.empty()) {
    summary.set_lower_profit_bound(bounds.lower);
    summary.set_upper_profit_bound(bounds.upper);
  }
  summary.set_model_version(model->version);
  return summary;
}

}  // namespace ebb::scorer
