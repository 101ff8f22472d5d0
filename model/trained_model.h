#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "model/calibration.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"
#include "model/pipeline.h"
#include "model/revenue_forecast.h"

namespace ebb {

struct Score {
  double ranking_score = 0;  // intercept + sum of the members' own scores by weight: of a stack log-odds
  double probability = 0;    // calibrated, strictly between 0 and 1, of the positive class ("declined")
};

// Where the tiers of mean monthly profit begin, learnt in training. Below `lower` is low, above `upper` is high.
struct SegmentBounds {
  std::string feature;  // a number of the schema with the role kSegment; empty: the model knows no tiers
  double lower = 0;
  double upper = 0;
};

struct Lineage {
  uint64_t seed = 0;
  std::string data_sha256;            // 64 lower-case hex digits, of the canonical training table
  std::vector<int64_t> as_of_micros;  // since the Unix epoch, UTC
  std::string positive_class = "declined";
  uint64_t training_rows = 0;
};

// What stands in for a feature that an explanation takes away.
struct FeatureBackground {
  double median = 0;          // of a number
  std::string most_frequent;  // of a category
};

// A published model: weighted pipelines over one schema, and what the scorer must know beside them. Immutable once
// filled, so threads may share one. The same vector and the same model file give the same bits on every x86-64 CPU
// (docs: "Bits").
struct TrainedModel {
  struct Member {
    double weight = 1;  // > 0, in units of the member's own score; 1 where it is alone
    Pipeline pipeline;
  };

  FeatureSchema schema;         // of the vectors to score; features for segments only are ignored by the members
  std::vector<Member> members;  // at least one
  double intercept = 0;         // 0 where there is one member
  Calibration calibration;      // of the ranking score
  std::vector<FeatureBackground> background;  // one a feature of the schema
  // Rows of training that explanations compare with, in the order of the schema; at most 100. None: the file is older.
  std::vector<FeatureVector> background_rows;
  SegmentBounds segments;
  std::optional<RevenueForecast>
      revenue;                  // of the calendar month after as-of, in the currency's unit; absent: not told
  int horizon_months = 3;       // the probability is that of declining within these months after as-of
  double risk_threshold = 0.7;  // a probability above it is at risk
  Lineage lineage;

  // `vector` must be in the order of `schema` and as long (checked by an assertion; CheckVector answers with a status).
  Score ScoreOne(const FeatureVector& vector) const;
  void ScoreBatch(std::span<const FeatureVector> vectors, std::span<Score> scores) const;

  // `background_rows`, or where there are none the one row of medians and most frequent values.
  std::vector<FeatureVector> ExplanationBackground() const;

  // INVALID_ARGUMENT when the vector has not the schema's length or holds an infinite number.
  absl::Status CheckVector(const FeatureVector& vector) const;
};

}  // namespace ebb
