// What was measured of a model, for people and programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/cli/table.h"
#include "ebb/v1/model.pb.h"

namespace ebb {

// `champion`, `challenger`, `retired`; `running`, `succeeded`, …
std::string StateName(v1::Model::State state);
std::string StateName(v1::Training::State state);

// How it was decided whether to promote the model; nothing of a model that an older Ebb made.
std::optional<Record> ChampionComparisonRecord(const v1::TrainingReport& report);

// Candidates, the model, its metrics side by side, confusion matrices, what was read and left out.
std::vector<Section> ModelReport(const v1::Model& model);

}  // namespace ebb
