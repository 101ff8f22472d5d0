#include "scorer/score_messages.h"

namespace ebb::scorer {

void FillTimestamp(int64_t micros, google::protobuf::Timestamp* message) {
  // nanos are never negative, also before 1970.
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  message->set_seconds(seconds);
  message->set_nanos(static_cast<int32_t>(rest * 1'000));
}

void FillScore(const std::string& customer_id, const CustomerScore& score, const SegmentCatalogue& catalogue,
               v1::Score* message) {
  message->set_customer_id(customer_id);
  message->set_probability(score.probability);
  message->set_ranking_score(score.ranking_score);
  message->set_horizon_months(score.horizon_months);
  message->set_segment(std::string(SegmentName(score.segment)));
  message->set_held_segment(std::string(SegmentName(score.held_segment())));
  for (size_t i = 0; i < catalogue.size(); ++i) {
    if (((score.named_segments >> i) & 1) != 0) message->add_named_segments(catalogue.names()[i]);
    if (((score.held_named_segments >> i) & 1) != 0) message->add_held_named_segments(catalogue.names()[i]);
  }
  FillAtRisk(score.probability, score.monthly_profit, score.expected_revenue, message);
  message->set_model_version(score.model_version);
  FillTimestamp(score.as_of_micros, message->mutable_as_of());
  message->set_sequence(score.sequence);
  FillTimestamp(score.score_time_micros, message->mutable_score_time());
  if (score.previous_probability.has_value()) message->set_previous_probability(*score.previous_probability);
}

}  // namespace ebb::scorer
