#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ebb/v1/segment.pb.h"
#include "model/feature_schema.h"
#include "scorer/customer_score.h"
#include "scorer/score_record.h"

namespace ebb::scorer {

// Of these customers every n-th, so that at most `most` remain.
std::vector<uint32_t> EvenSample(const std::vector<uint32_t>& customers, size_t most);

// The values of some customers of a segment and some others, feature by feature. Not thread-safe.
class ProfileSample {
 public:
  // `features` are those that the profile tells of; vectors of other schemas are read by name.
  explicit ProfileSample(const FeatureSchema& features);

  void Add(const ScoreRecord& record, const FeatureSchema& schema, bool in_segment);

  // The profile's `features`, the most different first. Empties the sample.
  void FillFeatures(v1::SegmentProfile* profile);

 private:
  struct Column {
    std::string name;
    std::string description;
    FeatureLabelTexts label;
    FeatureKind kind = FeatureKind::kNumber;
    std::vector<double> numbers[2];  // [in the segment]
    std::map<std::string, int64_t> categories[2];
  };

  void AddScore(const CustomerScore& score, bool in_segment);

  std::vector<Column> columns_;  // those of the schema, then probability, monthly profit, value at risk
  size_t features_ = 0;          // of the schema
};

}  // namespace ebb::scorer
