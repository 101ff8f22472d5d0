#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/row_matrix.h"
#include "trainer/search/grid.h"

namespace ebb::trainer {

// One fold under one scaling: preprocessing is learnt on its training rows and applied to both.
struct FoldData {
  RowMatrix training;
  RowMatrix test;
  std::vector<uint8_t> training_labels;
  std::vector<uint8_t> test_labels;
};

// Settings that share work on one fold. Indices are places in the grid, all of one family and scaling.
struct SearchUnit {
  const Grid* grid = nullptr;
  std::vector<size_t> settings;
  std::function<void(size_t setting, std::span<const double> scores)> report;  // of the test rows, once a setting
  std::function<bool()> cancelled;                                             // never empty

  template <typename FamilySettingType>
  const FamilySettingType& Get(size_t setting) const {
    return std::get<FamilySettingType>((*grid)[setting].family);
  }
};

// What the settings must agree in to stand in one unit; equal keys share.
struct ShareKey {
  size_t family = 0;
  Scaling scaling = Scaling::kNone;
  int first = 0, second = 0, third = 0;
  std::array<double, 5> numbers = {};

  friend auto operator<=>(const ShareKey&, const ShareKey&) = default;
};
ShareKey ShareKeyOf(const Setting& setting);

// Along C from strong to weak penalty, each fit starting at the one before.
void SearchLogisticRegression(const FoldData& fold, const SearchUnit& unit);
// Neighbours of the greatest k are found once and serve all.
void SearchKNearestNeighbours(const FoldData& fold, const SearchUnit& unit);
// The deepest tree is grown; the others are its tops.
void SearchDecisionTree(const FoldData& fold, const SearchUnit& unit);
// Dot products or distances are computed once, each kernel from them once for all C.
void SearchSupportVector(const FoldData& fold, const SearchUnit& unit);
// The largest forest is grown; the others are its first trees.
void SearchRandomForest(const FoldData& fold, const SearchUnit& unit);
void SearchExtraTrees(const FoldData& fold, const SearchUnit& unit);
// The longest run of trees is grown; the others are its first trees.
void SearchGradientBoosting(const FoldData& fold, const SearchUnit& unit);

}  // namespace ebb::trainer
