// ebb-bench-search: our side of search.py, the trainer's searches on a table and folds that scikit-learn gets too.
//
//   ebb-bench-search TABLE GRID THREADS grid
//   ebb-bench-search TABLE GRID THREADS random|successive-halving TRIALS SEED
//
// TABLE is as fold_table.h says. Prints one JSON object a line: {"family", "seconds", "cpu_seconds", "auc"} for each
// family (of a search for it alone: wall, and processor time of all threads), then {"family", "setting", "scaling",
// "auc"} for each of its settings (of successive halving those of the last rung).

#include <chrono>
#include <ctime>
#include <iostream>
#include <string>

#include "tests/benchmarks/fold_table.h"
#include "trainer/search/draw_settings.h"
#include "trainer/search/grid_search.h"
#include "trainer/search/successive_halving.h"

namespace ebb::trainer {
namespace {

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

using SearchFn = absl::StatusOr<SearchResult> (*)(const Dataset&, const FoldAssignment&, const Grid&,
                                                  const SearchOptions&);

absl::Status Bench(const FoldTable& table, const Grid& grid, int threads, SearchFn search) {
  for (size_t family = 0; family < kFamilies; ++family) {
    Grid part;
    for (const Setting& setting : grid) {
      if (setting.family.index() == family) part.push_back(setting);
    }
    if (part.empty()) continue;
    const auto start = std::chrono::steady_clock::now();
    const double cpu_start = CpuSeconds();
    const absl::StatusOr<SearchResult> result =
        search(table.dataset, table.folds, part, {.threads = threads, .progress = {}, .cancelled = {}});
    if (!result.ok()) return result.status();
    std::cout << "{\"family\": \"" << EstimatorNames()[family] << "\", \"seconds\": " << SecondsSince(start)
              << ", \"cpu_seconds\": " << CpuSeconds() - cpu_start
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
  const std::string kind = argc > 4 ? argv[4] : "";
  if (!(kind == "grid" && argc == 5) && !((kind == "random" || kind == "successive-halving") && argc == 7)) {
    std::cerr << "usage: ebb-bench-search TABLE GRID THREADS grid\n"
                 "       ebb-bench-search TABLE GRID THREADS random|successive-halving TRIALS SEED\n";
    return 2;
  }
  const absl::StatusOr<FoldTable> table = ReadFoldTable(argv[1]);
  const absl::StatusOr<SearchSpace> space = ReadSearchSpace(argv[2]);
  absl::Status status = table.ok() ? space.status() : table.status();
  std::cout.precision(10);
  if (status.ok()) {
    const absl::StatusOr<Grid> settings =
        kind == "grid" ? GridOf(*space) : DrawSettings(*space, std::stoi(argv[5]), std::stoull(argv[6]));
    SearchFn search = GridSearch;
    if (kind == "successive-halving") search = SuccessiveHalving;
    status = settings.ok() ? Bench(*table, *settings, std::stoi(argv[3]), search) : settings.status();
  }
  if (status.ok()) return 0;
  std::cerr << status << "\n";
  return 1;
}

}  // namespace
}  // namespace ebb::trainer

int main(int argc, char** argv) { return ebb::trainer::Main(argc, argv); }
