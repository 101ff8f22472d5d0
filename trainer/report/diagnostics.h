#pragma once

#include <cstdint>
#include <span>

#include "ebb/v1/model_report.pb.h"

namespace ebb::trainer {

// Metrics with their intervals, and the curves, of predictions of rows. Labels are 1 for declined, and of both classes;
// the spans are equally long. The same for the same input on any number of threads.
v1::Diagnostics Diagnose(std::span<const double> scores, std::span<const double> probabilities,
                         std::span<const uint8_t> labels, int threads);

}  // namespace ebb::trainer
