#include "trainer/fit/preprocessing.h"

#include <algorithm>
#include <cmath>

namespace ebb::trainer {
namespace {

// Sorted, without the missing ones.
std::vector<double> KnownNumbers(const Dataset& dataset, size_t feature, std::span<const uint32_t> rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const uint32_t row : rows) {
    const double value = dataset.Numbers(feature)[row];
    if (!std::isnan(value)) values.push_back(value);
  }
  std::sort(values.begin(), values.end());
  return values;
}

std::vector<size_t> CountValues(const Dataset::CategoryColumn& column, std::span<const uint32_t> rows) {
  std::vector<size_t> counts(column.values.size());
  for (const uint32_t row : rows) {
    if (column.codes[row] >= 0) ++counts[column.codes[row]];
  }
  return counts;
}

// Center and scale are those of the imputed column, so the missing rows count as medians. The sums run in the order of
// the rows.
void FitScale(Scaling scaling, std::vector<double>& imputed, NumberColumn& column) {
  const double count = static_cast<double>(imputed.size());
  switch (scaling) {
    case Scaling::kNone:
      break;
    case Scaling::kStandard: {
      double sum = 0, squares = 0;
      for (const double value : imputed) sum += value;
      column.center = sum / count;
      for (const double value : imputed) squares += (value - column.center) * (value - column.center);
      column.scale = std::sqrt(squares / count);
      break;
    }
    case Scaling::kMinMax: {
      const auto [least, greatest] = std::minmax_element(imputed.begin(), imputed.end());
      column.center = *least;
      column.scale = *greatest - *least;
      break;
    }
    case Scaling::kRobust:
      std::sort(imputed.begin(), imputed.end());
      column.center = Quantile(imputed, 0.5);
      column.scale = Quantile(imputed, 0.75) - Quantile(imputed, 0.25);
      break;
  }
  // A constant column, or differences that are only rounding: leave it where it is.
  if (!(column.scale > 1e-12 * std::abs(column.center)) || !(column.scale > 0)) column.scale = 1;
}

NumberColumn FitNumber(const Dataset& dataset, size_t feature, std::span<const uint32_t> rows, Scaling scaling) {
  NumberColumn column{.feature = feature, .median = MedianOf(dataset, feature, rows)};
  std::vector<double> imputed;
  imputed.reserve(rows.size());
  for (const uint32_t row : rows) {
    const double value = dataset.Numbers(feature)[row];
    imputed.push_back(std::isnan(value) ? column.median : value);
  }
  FitScale(scaling, imputed, column);
  return column;
}

CategoryColumns FitCategory(const Dataset& dataset, size_t feature, std::span<const uint32_t> rows) {
  CategoryColumns columns{.feature = feature, .most_frequent = MostFrequentOf(dataset, feature, rows), .values = {}};
  const std::vector<size_t> counts = CountValues(dataset.Categories(feature), rows);
  for (size_t code = 0; code < counts.size(); ++code) {
    if (counts[code] > 0) columns.values.push_back(dataset.Categories(feature).values[code]);
  }
  return columns;
}

}  // namespace

double Quantile(std::span<const double> values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  if (below + 1 >= values.size()) return values.back();
  const double fraction = place - static_cast<double>(below);
  return values[below] + (values[below + 1] - values[below]) * fraction;
}

double MedianOf(const Dataset& dataset, size_t feature, std::span<const uint32_t> rows) {
  std::vector<double> known = KnownNumbers(dataset, feature, rows);
  return known.empty() ? 0 : Quantile(known, 0.5);
}

std::string MostFrequentOf(const Dataset& dataset, size_t feature, std::span<const uint32_t> rows) {
  const std::vector<size_t> counts = CountValues(dataset.Categories(feature), rows);
  const auto most = std::max_element(counts.begin(), counts.end());  // of equals the first by bytes
  if (most == counts.end() || *most == 0) return "";
  return dataset.Categories(feature).values[most - counts.begin()];
}

Preprocessing FitPreprocessing(const Dataset& dataset, std::span<const uint32_t> rows, Scaling scaling) {
  Preprocessing result;
  result.scaling = scaling;
  for (size_t f = 0; f < dataset.schema().size(); ++f) {
    const FeatureSpec& spec = dataset.schema()[f];
    if (!IsInput(spec.role)) continue;
    if (spec.kind == FeatureKind::kNumber) {
      result.numbers.push_back(FitNumber(dataset, f, rows, scaling));
    } else {
      result.categories.push_back(FitCategory(dataset, f, rows));
    }
  }
  return result;
}

RowMatrix TransformRows(const Preprocessing& preprocessing, const Dataset& dataset, std::span<const uint32_t> rows) {
  RowMatrix result(rows.size(), preprocessing.width());
  size_t column = 0;
  for (const NumberColumn& number : preprocessing.numbers) {
    const std::vector<double>& values = dataset.Numbers(number.feature);
    for (size_t r = 0; r < rows.size(); ++r) result.Row(r)[column] = number.Apply(values[rows[r]]);
    ++column;
  }
  for (const CategoryColumns& category : preprocessing.categories) {
    const Dataset::CategoryColumn& stored = dataset.Categories(category.feature);
    // From the table's code to the column; -1 where training did not see the value.
    std::vector<int> column_of(stored.values.size(), -1);
    int missing = -1;
    for (size_t v = 0; v < category.values.size(); ++v) {
      const auto at = std::lower_bound(stored.values.begin(), stored.values.end(), category.values[v]);
      if (at != stored.values.end() && *at == category.values[v]) column_of[at - stored.values.begin()] = column + v;
      if (category.values[v] == category.most_frequent) missing = column + v;
    }
    for (size_t r = 0; r < rows.size(); ++r) {
      const int32_t code = stored.codes[rows[r]];
      const int at = code < 0 ? missing : column_of[code];
      if (at >= 0) result.Row(r)[at] = 1;
    }
    column += category.values.size();
  }
  return result;
}

}  // namespace ebb::trainer
