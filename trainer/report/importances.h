#pragma once

#include "ebb/v1/model_report.pb.h"
#include "trainer/report/repeated_splits.h"
#include "trainer/report/shapley_report.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// What the ranking rests on, by two measures that disagree where inputs say the same: shuffling one of two twins costs
// nothing, and both get half of the contributions. `explained`: may be empty.
v1::Importances DescribeImportances(const Dataset& dataset, const RepeatedSplits& splits,
                                    const ExplainedRows& explained);

// The single contributions, columns in the order of the importances.
v1::ShapleySample DescribeShapley(const Dataset& dataset, const v1::Importances& importances,
                                  const ExplainedRows& explained);

}  // namespace ebb::trainer
