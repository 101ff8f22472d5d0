#include "model/background_message.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "absl/strings/str_cat.h"
#include "model/explain/shapley.h"

namespace ebb {
namespace {

void WriteNumbers(const std::vector<FeatureVector>& rows, size_t feature, v1::ModelBackgroundColumn* column) {
  for (size_t r = 0; r < rows.size(); ++r) {
    const double number = rows[r][feature].number;
    if (std::isnan(number)) {
      column->add_missing(static_cast<uint32_t>(r));
    } else {
      column->add_numbers(number);
    }
  }
}

void WriteCategories(const std::vector<FeatureVector>& rows, size_t feature, v1::ModelBackgroundColumn* column) {
  std::set<std::string> values;
  for (const FeatureVector& row : rows) values.insert(row[feature].category);
  values.erase("");
  column->mutable_values()->Add(values.begin(), values.end());
  for (size_t r = 0; r < rows.size(); ++r) {
    const auto value = values.find(rows[r][feature].category);
    if (value == values.end()) {
      column->add_missing(static_cast<uint32_t>(r));
    } else {
      column->add_places(static_cast<uint32_t>(std::distance(values.begin(), value)));
    }
  }
}

// The first rule that a column breaks; empty: none.
std::string BrokenRule(const FeatureSpec& spec, const v1::ModelBackgroundColumn& column, uint32_t rows) {
  const std::string name = absl::StrCat("background of ", spec.name);
  const bool number = spec.kind == FeatureKind::kNumber;
  const auto& missing = column.missing();
  if (std::adjacent_find(missing.begin(), missing.end(), std::greater_equal<>()) != missing.end() ||
      (!missing.empty() && *missing.rbegin() >= rows)) {
    return absl::StrCat(name, " has missing rows that do not rise below ", rows);
  }
  if (number ? column.values_size() + column.places_size() > 0 : column.numbers_size() > 0) {
    return absl::StrCat(name, " has values of another kind");
  }
  const int known = number ? column.numbers_size() : column.places_size();
  if (static_cast<uint64_t>(known) + static_cast<uint64_t>(missing.size()) != rows) {
    return absl::StrCat(name, " has ", known, " known and ", missing.size(), " missing values for ", rows, " rows");
  }
  for (const double value : column.numbers()) {
    if (!std::isfinite(value)) return absl::StrCat(name, " has the number ", value, "; it must be finite");
  }
  const auto& values = column.values();
  if (std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) != values.end() ||
      (!values.empty() && values[0].empty())) {
    return absl::StrCat(name, " has values that are not sorted and unique, or an empty one");
  }
  for (const uint32_t place : column.places()) {
    if (place >= static_cast<uint32_t>(values.size())) {
      return absl::StrCat(name, " refers to value ", place, " of ", values.size());
    }
  }
  return {};
}

// Of a column that breaks no rule.
void ReadColumn(const v1::ModelBackgroundColumn& column, FeatureKind kind, size_t feature,
                std::vector<FeatureVector>& rows) {
  auto missing = column.missing().begin();
  int known = 0;
  for (uint32_t r = 0; r < rows.size(); ++r) {
    if (missing != column.missing().end() && *missing == r) {
      ++missing;
    } else if (kind == FeatureKind::kNumber) {
      rows[r][feature].number = column.numbers(known++);
    } else {
      rows[r][feature].category = column.values(static_cast<int>(column.places(known++)));
    }
  }
}

}  // namespace

v1::ModelBackgroundRows BackgroundToMessage(const FeatureSchema& schema, const std::vector<FeatureVector>& rows) {
  v1::ModelBackgroundRows message;
  message.set_rows(static_cast<uint32_t>(rows.size()));
  for (size_t f = 0; f < schema.size(); ++f) {
    v1::ModelBackgroundColumn* column = message.add_columns();
    if (schema[f].kind == FeatureKind::kNumber) {
      WriteNumbers(rows, f, column);
    } else {
      WriteCategories(rows, f, column);
    }
  }
  return message;
}

std::vector<FeatureVector> BackgroundFromMessage(const FeatureSchema& schema, const v1::ModelBackgroundRows& message,
                                                 std::string* broken) {
  if (message.rows() < 1 || message.rows() > kMostBackgroundRows) {
    *broken = absl::StrCat("background has ", message.rows(), " rows; it must be 1 to ", kMostBackgroundRows);
    return {};
  }
  if (static_cast<size_t>(message.columns_size()) != schema.size()) {
    *broken = absl::StrCat("background has ", message.columns_size(), " columns for ", schema.size(), " features");
    return {};
  }
  std::vector<FeatureVector> rows(message.rows(), FeatureVector(schema.size()));
  for (size_t f = 0; f < schema.size(); ++f) {
    const v1::ModelBackgroundColumn& column = message.columns(static_cast<int>(f));
    *broken = BrokenRule(schema[f], column, message.rows());
    if (!broken->empty()) return {};
    ReadColumn(column, schema[f].kind, f, rows);
  }
  return rows;
}

}  // namespace ebb
