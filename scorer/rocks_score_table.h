#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "scorer/score_table.h"

namespace ebb::scorer {

// Opens the score table in `folder`, or creates it there (`create`). Errors as ScoreTable says; FAILED_PRECONDITION:
// the records are of a newer Ebb.
absl::StatusOr<std::unique_ptr<ScoreTable>> OpenRocksScoreTable(const std::string& folder, bool create);

}  // namespace ebb::scorer
