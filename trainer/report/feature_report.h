#pragma once

#include <vector>

#include "ebb/v1/model_report.pb.h"
#include "trainer/data_check.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Every feature's distribution by class and what it tells of the label alone, in the order of the schema.
// `left_out`: those that no model sees, with the reason.
std::vector<v1::FeatureDescription> DescribeFeatures(const Dataset& dataset, const std::vector<LeftOutInput>& left_out);

// Of every two features of the schema.
v1::AssociationMatrix DescribeAssociations(const Dataset& dataset);

}  // namespace ebb::trainer
