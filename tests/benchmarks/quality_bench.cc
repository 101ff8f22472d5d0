// ebb-bench-quality: our side of quality.py, the whole core of a training on each fold's other rows, and what the model
// that it would publish says of the fold's.
//
//   ebb-bench-quality TABLE GRID THREADS
//
// TABLE is as fold_table.h says. Prints one JSON object a line: {"row", "score", "probability"} for each row of a fold,
// then {"part", "seconds", "calibration", "parameters"} of the training that they came from.

#include <chrono>
#include <iostream>

#include "tests/benchmarks/fold_table.h"
#include "trainer/search/training.h"

namespace ebb::trainer {
namespace {

absl::Status Bench(const FoldTable& table, const Grid& grid, int threads) {
  for (int fold = 0; fold < table.folds.count; ++fold) {
    const auto start = std::chrono::steady_clock::now();
    TrainingOptions options;
    options.grid = grid;
    options.threads = threads;
    const absl::StatusOr<TrainingOutcome> outcome =
        RunSearchAndFit(table.dataset.Select(table.folds.TrainingRows(fold)), options);
    if (!outcome.ok()) return outcome.status();
    const std::vector<uint32_t> test = table.folds.TestRows(fold);
    const std::vector<double> scores = RankRows(outcome->published, table.dataset, test);
    for (size_t i = 0; i < test.size(); ++i) {
      std::cout << "{\"row\": " << table.row_in_file[test[i]] << ", \"score\": " << scores[i]
                << ", \"probability\": " << outcome->published.calibration.Probability(scores[i]) << "}\n";
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << "{\"part\": " << fold << ", \"seconds\": " << seconds.count() << ", \"calibration\": \""
              << CalibrationMethodName(outcome->calibrations().front().method) << "\", \"parameters\": \""
              << outcome->candidates[outcome->winner].parameters << "\"}" << std::endl;
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: ebb-bench-quality TABLE GRID THREADS\n";
    return 2;
  }
  const absl::StatusOr<FoldTable> table = ReadFoldTable(argv[1]);
  const absl::StatusOr<Grid> grid = ReadGrid(argv[2]);
  absl::Status status = table.ok() ? grid.status() : table.status();
  std::cout.precision(17);
  if (status.ok()) status = Bench(*table, *grid, std::stoi(argv[3]));
  if (status.ok()) return 0;
  std::cerr << status << "\n";
  return 1;
}

}  // namespace
}  // namespace ebb::trainer

int main(int argc, char** argv) { return ebb::trainer::Main(argc, argv); }
