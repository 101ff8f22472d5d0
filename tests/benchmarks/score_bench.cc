// ebb-bench-score: our side of score.py, probabilities of vectors in memory by models that Python fitted.
//
//   ebb-bench-score FILE
//
// FILE is JSON: "rows" (a list of rows), "members" and, where the probability is a sigmoid of the score, "sigmoid"
// ("slope", "intercept"). A member has "standard" ("means", "scales") or none, and one of "logistic" ("weights",
// "intercept"), "rbf" ("gamma", "rho", "vectors", "coefficients"), "forest" ("roots", "nodes" as lists of left, right,
// column, threshold, value), "boosting" (the same and "base") and "neighbours" ("k", "rows", "labels"). Where there is
// "revenue", a list of regressors ("base", "averages" and trees as above), next month's revenue is told, too, as the
// exponential of the mean of their answers.
//
// Prints one JSON object: "vector_us" (one vector after the other, one thread), "rows_singles" and "rows" a second (two
// threads, each scoring vectors one by one, or its half of all rows at once), and the "probabilities"; with revenue
// also "vector_with_revenue_us", one vector's probability and revenue.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "model/trained_model.h"

namespace ebb {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr double kSeconds = 1;  // of each figure
constexpr int kThreads = 2;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

RowMatrix MatrixOf(const Json& rows) {
  RowMatrix matrix(rows.size(), rows.at(0).size());
  for (size_t r = 0; r < matrix.rows(); ++r) {
    for (size_t c = 0; c < matrix.columns(); ++c) matrix.Row(r)[c] = rows[r][c];
  }
  return matrix;
}

TreeEnsemble TreesOf(const Json& trees) {
  TreeEnsemble ensemble;
  for (const Json& node : trees.at("nodes")) {
    ensemble.nodes.push_back(
        {.left = node[0], .right = node[1], .column = node[2], .threshold = node[3], .value = node[4]});
  }
  ensemble.roots = trees.at("roots").get<std::vector<uint32_t>>();
  return ensemble;
}

Estimator EstimatorOf(const Json& member) {
  if (member.contains("logistic")) {
    return LogisticRegression{.weights = member["logistic"].at("weights"),
                              .intercept = member["logistic"].at("intercept")};
  }
  if (member.contains("rbf")) {
    const Json& rbf = member["rbf"];
    return SupportVectorClassifier{.kernel = {.kind = KernelKind::kRbf, .gamma = rbf.at("gamma")},
                                   .vectors = ColumnMatrix(MatrixOf(rbf.at("vectors"))),
                                   .coefficients = rbf.at("coefficients"),
                                   .rho = rbf.at("rho")};
  }
  if (member.contains("neighbours")) {
    const Json& neighbours = member["neighbours"];
    return KNearestNeighbours{.k = neighbours.at("k"),
                              .weighting = Weighting::kDistance,
                              .rows = ColumnMatrix(MatrixOf(neighbours.at("rows"))),
                              .labels = neighbours.at("labels").get<std::vector<uint8_t>>()};
  }
  if (member.contains("boosting")) {
    return GradientBoosting{.trees = TreesOf(member["boosting"]), .base_score = member["boosting"].at("base")};
  }
  return RandomForest{TreesOf(member.at("forest"))};
}

Preprocessing PlainColumns(size_t columns) {
  Preprocessing preprocessing;
  preprocessing.scaling = Scaling::kNone;
  for (size_t c = 0; c < columns; ++c) preprocessing.numbers.emplace_back().feature = c;
  return preprocessing;
}

Pipeline PipelineOf(const Json& member, size_t columns) {
  Pipeline pipeline{.preprocessing = PlainColumns(columns), .estimator = EstimatorOf(member)};
  if (!member.contains("standard")) return pipeline;
  pipeline.preprocessing.scaling = Scaling::kStandard;
  for (size_t c = 0; c < columns; ++c) {
    pipeline.preprocessing.numbers[c].center = member["standard"].at("means")[c];
    pipeline.preprocessing.numbers[c].scale = member["standard"].at("scales")[c];
  }
  return pipeline;
}

RevenueForecast RevenueOf(const Json& regressors, size_t columns) {
  RevenueForecast forecast{.preprocessing = PlainColumns(columns), .logarithm = true, .regressors = {}};
  for (const Json& one : regressors) {
    forecast.regressors.push_back({.base = one.at("base"), .averages = one.at("averages"), .trees = TreesOf(one)});
  }
  return forecast;
}

TrainedModel ModelOf(const Json& file, size_t columns) {
  TrainedModel model;
  std::vector<FeatureSpec> specs(columns);
  for (size_t c = 0; c < columns; ++c) specs[c].name = "f" + std::to_string(c);
  model.schema = FeatureSchema(std::move(specs));
  const Json& members = file.at("members");
  for (const Json& member : members) {
    model.members.push_back(
        {.weight = 1 / static_cast<double>(members.size()), .pipeline = PipelineOf(member, columns)});
  }
  if (file.contains("sigmoid")) {
    model.calibration.sigmoid = {.slope = file["sigmoid"].at("slope"), .intercept = file["sigmoid"].at("intercept")};
  } else {  // a share is a probability
    model.calibration.knots = {{.score = 1e-12, .probability = 1e-12}, {.score = 1 - 1e-12, .probability = 1 - 1e-12}};
    model.calibration.tail_scale = 1e-12;
  }
  if (file.contains("revenue")) model.revenue = RevenueOf(file["revenue"], columns);
  return model;
}

std::vector<FeatureVector> VectorsOf(const Json& rows) {
  std::vector<FeatureVector> vectors;
  for (const Json& row : rows) {
    FeatureVector& vector = vectors.emplace_back();
    for (const Json& value : row) vector.push_back(FeatureValue::Number(value));
  }
  return vectors;
}

// `tell` answers a number above 0 of each vector.
template <typename Function>
double MicrosecondsAVector(const std::vector<FeatureVector>& vectors, Function tell) {
  size_t scored = 0;
  double sum = 0;
  const Clock::time_point begin = Clock::now();
  while (SecondsSince(begin) < kSeconds) {
    for (size_t i = 0; i < 100; ++i) sum += tell(vectors[scored++ % vectors.size()]);
  }
  return sum > 0 ? SecondsSince(begin) * 1e6 / static_cast<double>(scored) : 0;
}

// `score` is called again and again by two threads with the thread's number, and returns how many rows it has scored.
template <typename Function>
double RowsASecond(Function score) {
  std::atomic<size_t> rows{0};
  const Clock::time_point begin = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        size_t scored = 0;
        while (SecondsSince(begin) < kSeconds) scored += score(static_cast<size_t>(t));
        rows += scored;
      });
    }
  }
  return static_cast<double>(rows) / SecondsSince(begin);
}

Json Run(const Json& file) {
  const std::vector<FeatureVector> vectors = VectorsOf(file.at("rows"));
  const TrainedModel model = ModelOf(file, vectors.front().size());
  std::vector<Score> scores(vectors.size());
  model.ScoreBatch(vectors, scores);
  Json probabilities;
  for (const Score& score : scores) probabilities.push_back(score.probability);

  const size_t half = vectors.size() / kThreads;
  const double rows = RowsASecond([&](size_t thread) {
    const std::span<const FeatureVector> part(vectors.data() + thread * half, half);
    model.ScoreBatch(part, {scores.data() + thread * half, half});
    return half;
  });
  std::vector<size_t> next = {0, half};
  const double singles = RowsASecond([&](size_t thread) {
    for (size_t i = 0; i < 16; ++i) (void)model.ScoreOne(vectors[next[thread]++ % vectors.size()]);
    return size_t{16};
  });
  const auto probability = [&](const FeatureVector& vector) { return model.ScoreOne(vector).probability; };
  Json figures = {{"vector_us", MicrosecondsAVector(vectors, probability)},
                  {"rows_singles", singles},
                  {"rows", rows},
                  {"probabilities", probabilities}};
  if (model.revenue.has_value()) {
    figures["vector_with_revenue_us"] = MicrosecondsAVector(vectors, [&](const FeatureVector& vector) {
      double amount;
      model.revenue->Tell({&vector, 1}, {&amount, 1});
      return probability(vector) + amount;
    });
  }
  return figures;
}

}  // namespace
}  // namespace ebb

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: ebb-bench-score FILE\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  std::cout << ebb::Run(nlohmann::json::parse(file)) << '\n';
  return 0;
}
