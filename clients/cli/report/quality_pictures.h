// Pictures of how good the model is. Each is empty where its figures are absent.
#pragma once

#include <string>

#include "clients/cli/report/report_words.h"

namespace ebb {

// Families compared: mean and deviation over the folds, and the hold-out.
std::string CandidatesPicture(const ReportWords& words);

// ROC and precision-recall curves of both sets of rows.
std::string CurvePictures(const ReportWords& words);

// Announced probability against what came true, a figure a set.
std::string ReliabilityPictures(const ReportWords& words);

// The confusion matrix at the report's risk threshold, a figure a set.
std::string ConfusionPictures(const ReportWords& words);

// ROC-AUC over rising shares of the training part.
std::string LearningCurvePicture(const ReportWords& words);

}  // namespace ebb
