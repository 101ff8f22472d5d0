#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::trainer::testing {

// Column buffers as the store makes them, from plain values. NaN and the empty category become nulls.
v1::ColumnBuffers NumberColumn(const std::string& name, const std::vector<double>& values);
v1::ColumnBuffers TextColumn(const std::string& name, const std::vector<std::string>& values);
v1::ColumnBuffers TimeColumn(const std::string& name, const std::vector<int64_t>& micros);
v1::ColumnBuffers BitColumn(const std::string& name, const std::vector<bool>& values);

// A shop in miniature: inputs `minutes` (falls with the risk), `noise` (tells nothing) and `tier` (a category), and
// `profit` for the segments. A third of the customers declined. The answer to ReadTrainingSet, in chunks of
// `chunk_rows`. `shift` moves every value, for another set of customers.
// All rows are as of `as_of_micros`.
inline constexpr int64_t kSyntheticAsOf = 1'700'000'000'000'000;
std::vector<v1::ReadTrainingSetResponse> SyntheticTrainingSet(int rows, int chunk_rows, double shift = 0,
                                                              int64_t as_of_micros = kSyntheticAsOf);

// Adds the column `next_month_revenue` to these chunks: 100 times the row's minutes, missing where `known` says so of
// the row's place among all.
void AddNextMonthRevenue(const std::function<bool(int row)>& known, std::vector<v1::ReadTrainingSetResponse>* chunks);

}  // namespace ebb::trainer::testing
