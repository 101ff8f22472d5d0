// The report of a model as tables, for people and programs.
#pragma once

#include <vector>

#include "clients/cli/table.h"
#include "ebb/v1/model_report.pb.h"

namespace ebb {

// The model, criteria, importance, group_importance, features (the strongest relation to the label first), metrics,
// segments, revenue (how well it is told from the other features). What the report lacks is left out.
std::vector<Section> ReportSections(const v1::ModelReport& report);

}  // namespace ebb
