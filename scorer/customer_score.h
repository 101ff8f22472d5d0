#pragma once

#include <cstdint>
#include <optional>

#include "model/segments.h"

namespace ebb::scorer {

// Everything a reader may ask about one customer's latest score: 136 bytes. Times are microseconds since the Unix
// epoch, UTC.
struct CustomerScore {
  double probability = 0;
  double ranking_score = 0;
  std::optional<double> monthly_profit;    // absent: not known
  std::optional<double> expected_revenue;  // of the month after as_of; absent: the model does not tell it
  int64_t model_version = 0;
  // Which model and threshold made it (ServedModel::scoring_id).
  uint64_t scoring_id = 0;
  int64_t as_of_micros = 0;
  int64_t score_time_micros = 0;
  // Of the last published change; the fields above may be newer by a move too small to be published. 0: there is no
  // score yet.
  int64_t sequence = 0;
  // What subscribers were last told, and before that. A slow drift is measured against it, so it cannot hide in small
  // steps.
  double published_probability = 0;
  std::optional<double> previous_probability;  // absent: the published one is the first
  // Bit i: the customer is in the i-th segment of the catalogue that `scoring_id` stands for, by the plain band. Then
  // the same by the held band, which is what streams go by.
  uint64_t named_segments = 0;
  uint64_t held_named_segments = 0;
  Segment segment;  // with the plain band
  RiskBand held_band = RiskBand::kStable;
  uint8_t horizon_months = 0;
  uint32_t held_since_seconds = 0;  // since the Unix epoch

  bool scored() const { return sequence > 0; }
  Segment held_segment() const { return {.tier = segment.tier, .band = held_band}; }

  friend bool operator==(const CustomerScore&, const CustomerScore&) = default;
};

}  // namespace ebb::scorer
