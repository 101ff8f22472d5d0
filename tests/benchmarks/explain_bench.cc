// ebb-bench-explain: our side of explain.py, exact Shapley values of a model that Python fitted.
//
//   ebb-bench-explain FILE
//
// FILE is JSON: "background" and "rows" (lists of rows), and either "trees" ("scale", "roots", and "nodes" as lists of
// left, right, column, threshold, value) or "rbf" ("gamma", "rho", "vectors", "coefficients"). Prints one JSON object:
// {"prepare_ms", "ms_a_row", "contributions"}.

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "model/explain/product_shapley.h"
#include "model/explain/tree_shapley.h"

namespace ebb {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;
using ExplainFunction = std::function<void(std::span<const double> row, std::span<double> contributions)>;

constexpr double kLeastMilliseconds = 300;  // of repeated passes, so that a clock tick is nothing

double MillisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

RowMatrix MatrixOf(const Json& rows) {
  RowMatrix matrix(rows.size(), rows.at(0).size());
  for (size_t r = 0; r < matrix.rows(); ++r) {
    for (size_t c = 0; c < matrix.columns(); ++c) matrix.Row(r)[c] = rows[r][c];
  }
  return matrix;
}

// One player a column.
Players PlayersOf(size_t columns) {
  Preprocessing preprocessing;
  for (size_t c = 0; c < columns; ++c) preprocessing.numbers.push_back({.feature = c});
  return Players(preprocessing);
}

TreeShapley TreesOf(const Json& trees, const Players& players, const RowMatrix& background) {
  std::vector<TreeNode> nodes;
  for (const Json& node : trees.at("nodes")) {
    nodes.push_back({.left = node[0], .right = node[1], .column = node[2], .threshold = node[3], .value = node[4]});
  }
  return {nodes, trees.at("roots").get<std::vector<uint32_t>>(), trees.at("scale"), players, background};
}

SupportVectorClassifier SupportVectorsOf(const Json& rbf) {
  return {.kernel = {.kind = KernelKind::kRbf, .gamma = rbf.at("gamma")},
          .vectors = ColumnMatrix(MatrixOf(rbf.at("vectors"))),
          .coefficients = rbf.at("coefficients"),
          .rho = rbf.at("rho")};
}

Json Measure(const RowMatrix& rows, const ExplainFunction& explain) {
  Json contributions;
  for (size_t r = 0; r < rows.rows(); ++r) {
    std::vector<double> values(rows.columns());
    explain(rows.Row(r), values);
    contributions.push_back(values);
  }
  std::vector<double> values(rows.columns());
  size_t explained = 0;
  const Clock::time_point begin = Clock::now();
  while (MillisecondsSince(begin) < kLeastMilliseconds) {
    for (size_t r = 0; r < rows.rows(); ++r) explain(rows.Row(r), values);
    explained += rows.rows();
  }
  return {{"ms_a_row", MillisecondsSince(begin) / static_cast<double>(explained)}, {"contributions", contributions}};
}

Json Run(const Json& file) {
  const RowMatrix background = MatrixOf(file.at("background")), rows = MatrixOf(file.at("rows"));
  const Players players = PlayersOf(rows.columns());
  const Clock::time_point begin = Clock::now();
  if (file.contains("trees")) {
    const TreeShapley trees = TreesOf(file["trees"], players, background);
    const double prepared = MillisecondsSince(begin);
    Json result = Measure(rows, [&](auto row, auto contributions) { trees.Explain(row, contributions); });
    result["prepare_ms"] = prepared;
    return result;
  }
  const SupportVectorClassifier estimator = SupportVectorsOf(file.at("rbf"));
  const ProductShapley product(estimator, players, background);
  const double prepared = MillisecondsSince(begin);
  Json result = Measure(rows, [&](auto row, auto contributions) { product.Explain(row, players, contributions); });
  result["prepare_ms"] = prepared;
  return result;
}

}  // namespace
}  // namespace ebb

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: ebb-bench-explain FILE\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  std::cout << ebb::Run(nlohmann::json::parse(file)) << '\n';
  return 0;
}
