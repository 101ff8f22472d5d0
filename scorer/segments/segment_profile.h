#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ebb/v1/segment.pb.h"

// How a segment differs from everybody else, feature by feature. Pure functions.
namespace ebb::scorer {

// Of a number; NaN: missing. The difference is |2 AUC - 1|, the rank-biserial correlation (Cureton 1956; by the
// Mann-Whitney U of the values that are there, ties counted half); quartiles are Hyndman and Fan's type 7, as numpy's.
v1::FeatureProfile ProfileNumber(std::vector<double> segment, std::vector<double> others);

// Of a category, by how many customers have it; the empty one is missing. The difference is the total variation
// distance, half the sum of the absolute differences of the shares.
v1::FeatureProfile ProfileCategory(const std::map<std::string, int64_t>& segment,
                                   const std::map<std::string, int64_t>& others);

// The most different first; of equal ones the order stays.
void SortByDifference(google::protobuf::RepeatedPtrField<v1::FeatureProfile>* features);

}  // namespace ebb::scorer
