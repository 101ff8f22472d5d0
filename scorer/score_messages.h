#pragma once

#include <optional>
#include <string>

#include "ebb/v1/score.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "model/segments.h"
#include "scorer/customer_score.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// The score as it goes over the wire; `catalogue` names its segments.
void FillScore(const std::string& customer_id, const CustomerScore& score, const SegmentCatalogue& catalogue,
               v1::Score* message);

// What is at stake with the customer: fields of Score and of VectorScore, left absent where nothing is known.
template <typename Message>
void FillAtRisk(double probability, std::optional<double> monthly_profit, std::optional<double> expected_revenue,
                Message* message) {
  if (monthly_profit.has_value()) {
    message->set_monthly_profit(*monthly_profit);
    message->set_value_at_risk(*ValueAtRisk(probability, monthly_profit));
  }
  if (expected_revenue.has_value()) {
    message->set_expected_revenue(*expected_revenue);
    message->set_revenue_at_risk(probability * *expected_revenue);
  }
}

void FillTimestamp(int64_t micros, google::protobuf::Timestamp* message);

}  // namespace ebb::scorer
