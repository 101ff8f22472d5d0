// ebb-bench-train: our side of train.py, single fits to a large table.
//
//   ebb-bench-train make FOLDER ROWS COLUMNS        writes training.* and fresh.* (a tenth as many rows) for both sides
//   ebb-bench-train fit FOLDER COLUMNS FAMILY THREADS
//
// A table is two files: .rows, its doubles row after row, and .labels, one byte a row. `fit` prints one JSON object:
// seconds of the fit, the peak of the process before and after it (MiB), and the ROC-AUC of the fresh rows.

#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>

#include "trainer/evaluation/metrics.h"
#include "trainer/fit/decision_tree.h"
#include "trainer/fit/gradient_boosting.h"
#include "trainer/fit/logistic_regression.h"
#include "trainer/fit/random_forest.h"
#include "trainer/fit/random_stream.h"

namespace ebb::trainer {
namespace {

namespace fs = std::filesystem;

struct Table {
  RowMatrix rows;
  std::vector<uint8_t> labels;
};

// Columns of mean 0 and deviation 1, a quarter of them of few whole steps as counts are; declining depends on some
// alone and on some only together.
Table Draw(size_t rows, size_t columns, uint64_t seed) {
  Table table{RowMatrix(rows, columns), std::vector<uint8_t>(rows)};
  for (size_t r = 0; r < rows; ++r) {
    RandomStream random(seed, r);
    const std::span<double> row = table.rows.Row(r);
    for (size_t c = 0; c < columns; ++c) {
      double sum = 0;
      for (int i = 0; i < 3; ++i) sum += random.Share();
      row[c] = (sum - 1.5) * 2;
      if (c % 4 == 3) row[c] = std::round(row[c] * 3) / 3;
    }
    const double log_odds = row[0] - 0.7 * row[1] + 0.8 * row[2] * row[3] + (row[4] > 0.5 ? 1 : 0) * row[5] - 0.5;
    table.labels[r] = random.Share() < 1 / (1 + std::exp(-1.5 * log_odds));
  }
  return table;
}

void Write(const Table& table, const fs::path& path) {
  std::ofstream rows(path.string() + ".rows", std::ios::binary), labels(path.string() + ".labels", std::ios::binary);
  for (size_t r = 0; r < table.rows.rows(); ++r) {
    const std::span<const double> row = table.rows.Row(r);
    rows.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size_bytes()));
  }
  labels.write(reinterpret_cast<const char*>(table.labels.data()), static_cast<std::streamsize>(table.labels.size()));
}

Table Read(const fs::path& path, size_t columns) {
  const std::string labels_path = path.string() + ".labels";
  const size_t count = fs::file_size(labels_path);
  Table table{RowMatrix(count, columns), std::vector<uint8_t>(count)};
  std::ifstream rows(path.string() + ".rows", std::ios::binary), labels(labels_path, std::ios::binary);
  for (size_t r = 0; r < count; ++r) {
    const std::span<double> row = table.rows.Row(r);
    rows.read(reinterpret_cast<char*>(row.data()), static_cast<std::streamsize>(row.size_bytes()));
  }
  labels.read(reinterpret_cast<char*>(table.labels.data()), static_cast<std::streamsize>(count));
  if (!rows || !labels) throw std::runtime_error("cannot read " + path.string());
  return table;
}

double PeakMib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

using Score = std::function<void(const RowMatrix& rows, std::span<double> scores)>;

template <typename Fitted>
Score ScoreOf(Fitted fitted) {
  return [fitted = std::move(fitted)](const RowMatrix& rows, std::span<double> scores) { fitted.Score(rows, scores); };
}

// By name, what scikit-learn's and XGBoost's own are asked for in train_reference.py.
Score Fit(const std::string& family, const Table& table, int threads) {
  const std::vector<double> weights(table.labels.size(), 1);
  if (family == "logistic_regression") {
    return ScoreOf(FitLogisticRegression(table.rows, table.labels, weights, Penalty::kL2, 1, nullptr));
  }
  if (family == "decision_tree") {
    return ScoreOf(FitDecisionTree(table.rows, table.labels, weights, {.max_depth = 12}));
  }
  if (family == "random_forest") {
    const RandomForestSetting setting{.forest = {.trees = 100, .max_depth = 12}};
    return ScoreOf(FitRandomForest(table.rows, table.labels, weights, setting, 0, threads));
  }
  if (family == "gradient_boosting") {
    const GradientBoostingSetting setting{.trees = 200, .learning_rate = 0.1, .max_depth = 6};
    return ScoreOf(FitGradientBoosting(table.rows, table.labels, weights, setting, 0, threads));
  }
  throw std::runtime_error("no family " + family);
}

void FitAndMeasure(const fs::path& folder, size_t columns, const std::string& family, int threads) {
  const Table table = Read(folder / "training", columns);
  const double before = PeakMib();
  const auto start = std::chrono::steady_clock::now();
  const Score score = Fit(family, table, threads);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double peak = PeakMib();
  const Table fresh = Read(folder / "fresh", columns);
  std::vector<double> scores(fresh.labels.size());
  score(fresh.rows, scores);
  std::cout << "{\"seconds\": " << seconds.count() << ", \"before_mib\": " << before << ", \"peak_mib\": " << peak
            << ", \"roc_auc\": " << RocAuc(scores, fresh.labels) << "}" << std::endl;
}

int Main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 4 && words[0] == "make") {
    const size_t rows = std::stoul(words[2]), columns = std::stoul(words[3]);
    Write(Draw(rows, columns, 1), fs::path(words[1]) / "training");
    Write(Draw(rows / 10, columns, 2), fs::path(words[1]) / "fresh");
    return 0;
  }
  if (words.size() == 5 && words[0] == "fit") {
    FitAndMeasure(words[1], std::stoul(words[2]), words[3], std::stoi(words[4]));
    return 0;
  }
  std::cerr << "usage: ebb-bench-train make FOLDER ROWS COLUMNS | fit FOLDER COLUMNS FAMILY THREADS\n";
  return 2;
}

}  // namespace
}  // namespace ebb::trainer

int main(int argc, char** argv) {
  try {
    return ebb::trainer::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "ebb-bench-train: " << error.what() << "\n";
    return 1;
  }
}
