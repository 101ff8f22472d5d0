// ebb-bench-search: our side of search.py, the trainer's grid search on a table and folds that scikit-learn gets too.
//
//   ebb-bench-search TABLE GRID THREADS
//
// TABLE is as fold_table.h says. Prints one JSON object a line: {"family", "seconds", "auc"} for each family (wall
// seconds of a search for it alone), then {"family", "setting", "scaling", "auc"} for each of its settings.

#include <chrono>
#include <iostream>

#include "tests/benchmarks/fold_table.h"
#include "trainer/search/grid_search.h"

namespace ebb::trainer {
namespace {

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

absl::Status Bench(const FoldTable& table, const Grid& grid, int threads) {
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
  const absl::StatusOr<FoldTable> table = ReadFoldTable(argv[1]);
  const absl::StatusOr<Grid> grid = ReadGrid(argv[2]);
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
