// ebb-bench-revenue: our side of revenue.py, each family's plain settings fitted to every fold's other rows.
//
//   ebb-bench-revenue TABLE TARGET
//
// TABLE is as fold_table.h says, TARGET the name of the column that is told from the others. Prints one JSON object a
// line and setting, {"family", "parameters", "smape", "seconds"}: the mean of the folds, and the time of all of them.

#include <chrono>
#include <iostream>

#include "tests/benchmarks/fold_table.h"
#include "trainer/evaluation/regression_metrics.h"
#include "trainer/search/regression.h"

namespace ebb::trainer {
namespace {

int Main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: ebb-bench-revenue TABLE TARGET\n";
    return 2;
  }
  const absl::StatusOr<FoldTable> table = ReadFoldTable(argv[1]);
  if (!table.ok()) {
    std::cerr << table.status() << "\n";
    return 1;
  }
  const std::optional<RegressionTask> task = MakeRegressionTask(table->dataset, argv[2]);
  if (!task) {
    std::cerr << argv[2] << " is no number with values\n";
    return 1;
  }
  std::cout.precision(17);
  for (const RegressorSetting& setting : PlainRegressorSettings()) {
    const auto start = std::chrono::steady_clock::now();
    double smape = 0;
    for (int fold = 0; fold < table->folds.count; ++fold) {
      const RegressionForecast forecast =
          FitAndForecast(*task, setting, table->folds.TrainingRows(fold), table->folds.TestRows(fold));
      smape += Smape(forecast.actual, forecast.forecast) / table->folds.count;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << "{\"family\": \"" << RegressorFamilyName(setting) << "\", \"parameters\": \""
              << RegressorParametersText(setting) << "\", \"smape\": " << smape << ", \"seconds\": " << seconds.count()
              << "}" << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace ebb::trainer

int main(int argc, char** argv) { return ebb::trainer::Main(argc, argv); }
