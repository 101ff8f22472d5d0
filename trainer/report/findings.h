#pragma once

#include <vector>

#include "ebb/v1/model_report.pb.h"
#include "trainer/data_check.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// What a person should know of the data before believing a model of it. Reads what has been described of it already.
std::vector<v1::DataFinding> FindInData(const Dataset& dataset, const std::vector<LeftOutInput>& left_out,
                                        const std::vector<v1::FeatureDescription>& features,
                                        const v1::AssociationMatrix& associations);

}  // namespace ebb::trainer
