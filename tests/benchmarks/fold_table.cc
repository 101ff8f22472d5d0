#include "tests/benchmarks/fold_table.h"

#include <fstream>
#include <sstream>

namespace ebb::trainer {
namespace {

constexpr size_t kFold = 0, kLabel = 1;  // columns

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

FeatureSpec SpecOf(const std::string& name, FeatureRole role) {
  return {.name = name,
          .kind = name.starts_with("category:") ? FeatureKind::kCategory : FeatureKind::kNumber,
          .role = role,
          .group = "",
          .lever = false,
          .description = ""};
}

}  // namespace

absl::StatusOr<FoldTable> ReadFoldTable(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<FeatureSpec> specs;
  for (const std::string& name : Cells(line)) {
    specs.push_back(SpecOf(name, specs.size() <= kLabel ? FeatureRole::kSegment : FeatureRole::kInput));
  }
  const size_t row_feature = specs.size();
  specs.push_back(SpecOf("row", FeatureRole::kSegment));
  DatasetBuilder builder{FeatureSchema(specs)};
  for (int row = 0; std::getline(file, line); ++row) {
    FeatureVector vector;
    for (const std::string& cell : Cells(line)) {
      vector.push_back(specs[vector.size()].kind == FeatureKind::kNumber ? FeatureValue::Number(std::stod(cell))
                                                                         : FeatureValue::Category(cell));
    }
    vector.push_back(FeatureValue::Number(row));
    const bool declined = vector[kLabel].number == 1;
    if (absl::Status status = builder.AddRow(std::to_string(row), 0, std::move(vector), declined); !status.ok()) {
      return status;
    }
  }
  absl::StatusOr<Dataset> dataset = std::move(builder).Build(0);
  if (!dataset.ok()) return dataset.status();
  FoldTable table{.dataset = *std::move(dataset), .folds = {}, .row_in_file = {}};
  for (const double fold : table.dataset.Numbers(kFold)) {
    table.folds.fold_of_row.push_back(static_cast<int>(fold));
    table.folds.count = std::max(table.folds.count, static_cast<int>(fold) + 1);
  }
  for (const double row : table.dataset.Numbers(row_feature)) table.row_in_file.push_back(static_cast<int>(row));
  return table;
}

absl::StatusOr<Grid> ReadGrid(const std::string& path) {
  const absl::StatusOr<SearchSpace> space = ReadSearchSpace(path);
  return space.ok() ? GridOf(*space) : space.status();
}

absl::StatusOr<SearchSpace> ReadSearchSpace(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return ParseSearchSpace(text.str());
}

}  // namespace ebb::trainer
