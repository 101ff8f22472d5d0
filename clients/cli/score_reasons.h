// What moved a score, as `ebb subscribe --reasons` shows it.
#pragma once

#include <string>

#include "clients/cli/table.h"
#include "ebb/v1/score.pb.h"

namespace ebb {

// For people: a line a reason, indented so that it stands under its score; empty where there are none.
std::string ReasonLines(const v1::Reasons& reasons);

// For programs: a JSON array of objects with feature, group, value, contribution, lever and sentence.
std::string ReasonsJson(const v1::Reasons& reasons);
// The object of `JsonLine` with the fields `reasons_method`, `reasons_scale` and `reasons` behind its others.
std::string WithReasonsJson(std::string object, const v1::Reasons& reasons);

// For tables of other programs: the sentences in one cell, parted by semicolons.
Cell ReasonsCell(const v1::Reasons& reasons);
// "exact_tree"; nothing where there are none.
Cell ReasonsMethodCell(const v1::Reasons& reasons);

}  // namespace ebb
