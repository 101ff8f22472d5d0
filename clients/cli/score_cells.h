// A score as a row.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/table.h"
#include "ebb/v1/score.pb.h"

namespace ebb {

// customer_id, probability, segment, model_version first: their order is part of the interface.
std::vector<std::string> ScoreColumns();
std::vector<Cell> ScoreCells(const v1::Score& score);

}  // namespace ebb
