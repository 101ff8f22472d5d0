// Pictures of the features: each by outcome, and how they hang together.
#pragma once

#include <string>

#include "clients/cli/report/report_words.h"

namespace ebb {

// A figure a feature, those that tell most of the label first: a number's histogram with both medians, a category's
// share of declines at each value.
std::string FeaturePictures(const ReportWords& words);

// The matrix of associations as a heat map.
std::string AssociationPicture(const ReportWords& words);

}  // namespace ebb
