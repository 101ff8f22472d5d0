#pragma once

#include <cstdint>
#include <span>

#include "model/preprocessing.h"
#include "model/row_matrix.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// Learns medians, most frequent values, vocabularies and scales of the input features from these rows alone. Features
// for segments only are left out.
Preprocessing FitPreprocessing(const Dataset& dataset, std::span<const uint32_t> rows, Scaling scaling);

// The same bits as Preprocessing::Transform of each row's vector, without making the vectors.
RowMatrix TransformRows(const Preprocessing& preprocessing, const Dataset& dataset, std::span<const uint32_t> rows);

// Linear between order statistics, as NumPy's default. `values` must be sorted and not empty.
double Quantile(std::span<const double> values, double share);

// The median and most frequent value of each feature over these rows: what an explanation puts in a feature's place.
double MedianOf(const Dataset& dataset, size_t feature, std::span<const uint32_t> rows);
std::string MostFrequentOf(const Dataset& dataset, size_t feature, std::span<const uint32_t> rows);

}  // namespace ebb::trainer
