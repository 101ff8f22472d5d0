#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/pipeline.h"
#include "trainer/fit/setting.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Preprocessing and estimator of one setting on these rows, not yet calibrated. Of more rows than the family takes
// (MostTrainingRows), on a sample of them. The same on any number of threads.
Pipeline FitPipeline(const Dataset& dataset, std::span<const uint32_t> rows, const Setting& setting,
                     const std::function<bool()>& cancelled = {}, int threads = 1);

// The estimator's scores of these rows: the same bits as Pipeline::Score of their vectors.
std::vector<double> ScoreRows(const Pipeline& pipeline, const Dataset& dataset, std::span<const uint32_t> rows);

std::vector<uint8_t> LabelsOf(const Dataset& dataset, std::span<const uint32_t> rows);

}  // namespace ebb::trainer
