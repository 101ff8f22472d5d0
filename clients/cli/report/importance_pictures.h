// Pictures of what the model's ranking rests on. Each is empty where its figures are absent.
#pragma once

#include <string>

#include "clients/cli/report/report_words.h"

namespace ebb {

// Bars by permutation, with intervals, and by mean |φ| beside them: of the features, then of their groups.
std::string ImportancePictures(const ReportWords& words);

// One dot a customer and feature: its place is the contribution, its colour the rank of the value.
std::string BeeswarmPicture(const ReportWords& words);

}  // namespace ebb
