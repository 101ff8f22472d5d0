// ebb-bench-search: our side of search.py, the trainer's grid search on a table and folds that scikit-learn gets too.
//
//   ebb-bench-search TABLE GRID THREADS
//
// TABLE is comma-separated with a header: fold, label, then the features; a column whose name begins with "category:"
// is one. Prints one JSON object a line: {"family", "seconds", "auc"} for each family (wall seconds of a search for it
// alone), then {"family", "setting", "scaling", "auc"} for each of its settings.

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include "trainer/search/grid_search.h"

namespace ebb::trainer {
namespace {

struct Table {
  Dataset dataset;
  FoldAssignment folds;
};

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

// The data set puts its rows into an order of its own, so the fold travels as a feature for segments, which no fit
// looks at.
absl::StatusOr<Table> ReadTable(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<FeatureSpec> specs;
  for (const std::string& name : Cells(line)) {
    const bool category = name.starts_with("category:");
    specs.push_back({.name = name,
                     .kind = category ? FeatureKind::kCategory : FeatureKind::kNumber,
                     .role = name == "fold" || name == "label" ? FeatureRole::kSegment : FeatureRole::kInput,
                     .group = "",
                     .lever = false,
                     .description = ""});
  }
  DatasetBuilder builder{FeatureSchema(specs)};
  int row = 0;
  while (std::getline(file, line)) {
    FeatureVector vector;
    const std::vector<std::string> cells = Cells(line);
    for (size_t c = 0; c < cells.size(); ++c) {
      vector.push_back(specs[c].kind == FeatureKind::kNumber ? FeatureValue::Number(std::stod(cells[c]))
                                                             : FeatureValue::Category(cells[c]));
    }
    const bool declined = vector[1].number == 1;
    if (absl::Status status = builder.AddRow(std::to_string(row++), 0, std::move(vector), declined); !status.ok()) {
      return status;
    }
  }
  absl::StatusOr<Dataset> dataset = std::move(builder).Build(0);
  if (!dataset.ok()) return dataset.status();
  FoldAssignment folds;
  for (const double fold : dataset->Numbers(0)) {
    folds.fold_of_row.push_back(static_cast<int>(fold));
    folds.count = std::max(folds.count, static_cast<int>(fold) + 1);
  }
  return Table{*std::move(dataset), std::move(folds)};
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

absl::Status Bench(const Table& table, const Grid& grid, int threads) {
  for (size_t family = 0; family < kFamilies; ++family) {
    Grid part;
    for (const Setting& setting : grid) {
      if (setting.family.index() == family) part.push_back(setting);
    }
    if (part.empty()) continue;
    const auto start = std::chrono::steady_clock::now();
    const absl::StatusOr<SearchResult> result =
        GridSearch(table.dataset, table.folds, part, {.threads = threads, .progress = {}, .cancelled = {}});
    if (!result.ok()) return result.status();
    std::cout << "{\"family\": \"" << EstimatorNames()[family] << "\", \"seconds\": " << SecondsSince(start)
              << ", \"auc\": " << result->settings[result->Best()].mean_roc_auc << "}\n";
    for (const SettingResult& setting : result->settings) {
      std::cout << "{\"setting\": \"" << ParametersText(setting.setting.family) << "\", \"scaling\": \""
                << ScalingName(setting.setting.scaling) << "\", \"family\": \"" << EstimatorNames()[family]
                << "\", \"auc\": " << setting.mean_roc_auc << "}\n";
    }
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: ebb-bench-search TABLE GRID THREADS\n";
    return 2;
  }
  const absl::StatusOr<Table> table = ReadTable(argv[1]);
  std::ostringstream text;
  text << std::ifstream(argv[2]).rdbuf();
  const absl::StatusOr<Grid> grid = ParseGrid(text.str());
  absl::Status status = table.ok() ? grid.status() : table.status();
  std::cout.precision(10);
  if (status.ok()) status = Bench(*table, *grid, std::stoi(argv[3]));
  if (status.ok()) return 0;
  std::cerr << status << "\n";
  return 1;
}

}  // namespace
}  // namespace ebb::trainer

int main(int argc, char** argv) { return ebb::trainer::Main(argc, argv); }
