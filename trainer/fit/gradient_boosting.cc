#include "trainer/fit/gradient_boosting.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "model/arithmetic/exp_log.h"
#include "model/arithmetic/lanes.h"
#include "runtime/log.h"
#include "trainer/fit/binned_columns.h"
#include "trainer/fit/random_stream.h"
#include "trainer/parallel_for.h"

namespace ebb::trainer {
namespace {

// Of rows that are handed over, or given their derivatives, at once.
constexpr size_t kChunk = 65'536;

// Tables and settings are checked before they come here, so XGBoost fails only when memory is gone or the installation
// is broken: nothing a caller could handle.
void Check(int result) {
  if (result == 0) return;
  Log(Level::kError, "gradient_boosting", "XGBoost failed", {{"error", XGBGetLastError()}});
  std::abort();
}

struct FreeMatrix {
  void operator()(DMatrixHandle matrix) const { XGDMatrixFree(matrix); }
};
struct FreeBooster {
  void operator()(BoosterHandle booster) const { XGBoosterFree(booster); }
};
using Matrix = std::unique_ptr<void, FreeMatrix>;
using Booster = std::unique_ptr<void, FreeBooster>;

size_t BoostingRowsOfABin(size_t rows) {
  constexpr size_t kEnough = 16, kFewBins = 64;
  const size_t so_that_bins_suffice = (rows + BinnedColumns::kBins - 1) / BinnedColumns::kBins;
  return std::max({size_t{1}, std::min(kEnough, rows / kFewBins), so_that_bins_suffice});
}

// Hands XGBoost the numbers of the bins, chunk by chunk, so that no second table is made.
class BinFeeder {
 public:
  explicit BinFeeder(const BinnedColumns& columns)
      : columns_(columns), chunk_(std::min(kChunk, columns.rows()) * columns.columns()) {
    DMatrixHandle handle = nullptr;
    Check(XGProxyDMatrixCreate(&handle));
    proxy_.reset(handle);
  }

  Matrix Feed(int threads) {
    const std::string config = absl::StrCat(R"({"missing": NaN, "max_bin": 256, "nthread": )", threads, "}");
    DMatrixHandle handle = nullptr;
    Check(XGQuantileDMatrixCreateFromCallback(this, proxy_.get(), nullptr, &Reset, &Next, config.c_str(), &handle));
    return Matrix(handle);
  }

 private:
  static void Reset(void* feeder) { static_cast<BinFeeder*>(feeder)->fed_ = 0; }
  static int Next(void* feeder) { return static_cast<BinFeeder*>(feeder)->FeedChunk() ? 1 : 0; }

  bool FeedChunk() {
    const size_t rows = std::min(kChunk, columns_.rows() - fed_), width = columns_.columns();
    if (rows == 0) return false;
    for (size_t c = 0; c < width; ++c) {
      const std::span<const uint16_t> bins = columns_.Bins(c).subspan(fed_, rows);
      for (size_t r = 0; r < rows; ++r) chunk_[r * width + c] = bins[r];
    }
    fed_ += rows;
    const std::string array =
        absl::StrCat(R"({"data": [)", reinterpret_cast<uintptr_t>(chunk_.data()), R"(, true], "shape": [)", rows, ", ",
                     width, R"(], "typestr": "<u2", "version": 3})");
    Check(XGProxyDMatrixSetDataDense(proxy_.get(), array.c_str()));
    return true;
  }

  const BinnedColumns& columns_;
  std::vector<uint16_t> chunk_;  // row after row
  size_t fed_ = 0;
  Matrix proxy_;
};

struct BinnedMatrix {
  Matrix matrix;
  BinEdges edges;
};

// Once XGBoost has the bins of all rows, ours are dropped.
BinnedMatrix Bin(const RowMatrix& rows, int threads) {
  const BinnedColumns columns(rows, BoostingRowsOfABin(rows.rows()));
  return {BinFeeder(columns).Feed(threads), columns};
}

// First and second derivatives of the logistic loss, as whole multiples of a step: the greatest weight takes 24 binary
// digits, so that a float holds each and a double the sum of 500 million of them.
class Derivatives {
 public:
  Derivatives(std::span<const uint8_t> labels, std::span<const double> weights, double base_score, double row_share,
              uint64_t seed)
      : labels_(labels),
        weights_(weights),
        base_score_(base_score),
        row_share_(row_share),
        seed_(seed),
        first_(labels.size()),
        second_(labels.size()) {
    int exponent = 0;
    std::frexp(*std::max_element(weights.begin(), weights.end()), &exponent);
    step_ = std::ldexp(1.0, exponent - 24);
  }

  // Where the sums of the trees so far are `margins`. Rows that the tree does not see get zeros.
  void Compute(const float* margins, size_t tree, int threads) {
    const size_t chunks = (labels_.size() + kChunk - 1) / kChunk;
    ParallelFor(chunks, threads, [&](size_t chunk) {
      RandomStream random(seed_, tree << 32 | chunk);
      const size_t end = std::min(labels_.size(), (chunk + 1) * kChunk);
      for (size_t begin = chunk * kChunk; begin < end; begin += kBlock) {
        ComputeBlock(margins, begin, std::min(end, begin + kBlock), random);
      }
    });
  }

  std::vector<float>& first() { return first_; }
  std::vector<float>& second() { return second_; }

 private:
  static constexpr size_t kBlock = 1024;

  void ComputeBlock(const float* margins, size_t begin, size_t end, RandomStream& random) {
    std::array<double, kBlock> odds_against;
    for (size_t r = begin; r < end; ++r) odds_against[r - begin] = -(base_score_ + margins[r]);
    ChosenLanes().exp(odds_against.data(), end - begin);
    for (size_t r = begin; r < end; ++r) {
      const double p = 1 / (1 + odds_against[r - begin]);
      const bool seen = row_share_ >= 1 || random.Share() < row_share_;
      first_[r] = seen ? Rounded(weights_[r] * (p - labels_[r])) : 0;
      second_[r] = seen ? std::max(static_cast<float>(step_), Rounded(weights_[r] * p * (1 - p))) : 0;
    }
  }

  // To the nearest multiple of the step, of two as near the even one: what a sum as large as this one keeps.
  float Rounded(double value) const {
    const double large = 0x1.8p52 * step_;
    return static_cast<float>((value + large) - large);
  }

  const std::span<const uint8_t> labels_;
  const std::span<const double> weights_;
  const double base_score_;
  const double row_share_;
  const uint64_t seed_;
  double step_;
  std::vector<float> first_, second_;  // by row
};

double LogOddsOf(std::span<const uint8_t> labels, std::span<const double> weights) {
  double positive = 0, negative = 0;
  for (size_t r = 0; r < labels.size(); ++r) (labels[r] != 0 ? positive : negative) += weights[r];
  return Log(positive / negative);
}

Booster CreateBooster(DMatrixHandle matrix, const GradientBoostingSetting& setting, uint64_t seed, int threads) {
  BoosterHandle handle = nullptr;
  Check(XGBoosterCreate(&matrix, 1, &handle));
  Booster booster(handle);
  const auto set = [&](const char* name, const std::string& value) {
    Check(XGBoosterSetParam(handle, name, value.c_str()));
  };
  const auto set_number = [&](const char* name, double value) { set(name, absl::StrFormat("%.9g", value)); };
  set("verbosity", "0");
  set("nthread", absl::StrCat(threads));
  set("tree_method", "hist");
  set("max_bin", "256");
  // Of the objective only its prediction is used, which is the plain sum of the leaves.
  set("objective", "reg:squarederror");
  set("base_score", "0");
  set("max_depth", absl::StrCat(setting.max_depth));
  set_number("learning_rate", setting.learning_rate);
  set_number("min_child_weight", setting.min_child_weight);
  set_number("reg_lambda", setting.l2);
  set_number("colsample_bytree", setting.column_share);
  set("seed", absl::StrCat(RandomStream(seed, ~uint64_t{0}).Below(1u << 31)));  // of the columns that it draws
  return booster;
}

const float* MarginsOf(BoosterHandle booster, DMatrixHandle matrix) {
  constexpr char kConfig[] =
      R"({"type": 1, "training": true, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* margins = nullptr;
  Check(XGBoosterPredictFromDMatrix(booster, matrix, kConfig, &shape, &dimensions, &margins));
  return margins;
}

// From XGBoost's own form, in which a number below the condition goes left and a leaf's value is its condition. Here
// the numbers are those of bins.
std::vector<TreeNode> TreeOf(const nlohmann::json& tree, const BinEdges& edges) {
  const nlohmann::json &left = tree.at("left_children"), &right = tree.at("right_children"),
                       &column = tree.at("split_indices"), &condition = tree.at("split_conditions");
  std::vector<TreeNode> nodes(left.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    TreeNode& node = nodes[i];
    node.left = left[i].get<int32_t>();
    if (node.left < 0) {
      node = {.value = condition[i].get<double>()};
      continue;
    }
    node.right = right[i].get<int32_t>();
    node.column = column[i].get<int32_t>();
    const auto first_right = static_cast<size_t>(condition[i].get<double>());
    node.threshold = edges.Between(static_cast<size_t>(node.column), first_right - 1, first_right);
  }
  return nodes;
}

// Slice by slice, so that XGBoost's own form, many times as large, is never there of all trees at once. It is binary
// (UBJSON), so that floats come as they are.
TreeEnsemble TreesOf(BoosterHandle booster, int trees, int max_depth, const BinEdges& edges) {
  constexpr int kNodesOfASlice = 16'384;
  const int step = std::max(1, kNodesOfASlice >> (max_depth + 1));
  TreeEnsemble ensemble;
  for (int begin = 0; begin < trees; begin += step) {
    BoosterHandle handle = nullptr;
    Check(XGBoosterSlice(booster, begin, std::min(trees, begin + step), 1, &handle));
    const Booster slice(handle);
    bst_ulong size = 0;
    const char* bytes = nullptr;
    Check(XGBoosterSaveModelToBuffer(handle, R"({"format": "ubj"})", &size, &bytes));
    const nlohmann::json model = nlohmann::json::from_ubjson(bytes, bytes + size);
    for (const nlohmann::json& tree : model.at("learner").at("gradient_booster").at("model").at("trees")) {
      ensemble.Add(TreeOf(tree, edges));
    }
  }
  return ensemble;
}

}  // namespace

GradientBoosting FitGradientBoosting(const RowMatrix& rows, std::span<const uint8_t> labels,
                                     std::span<const double> row_weights, const GradientBoostingSetting& setting,
                                     uint64_t seed, int threads, const std::function<bool()>& cancelled) {
  Check(XGBSetGlobalConfig(R"({"verbosity": 0})"));  // of this thread
  const int team = rows.rows() > kChunk ? threads : 1;
  const auto [matrix, edges] = Bin(rows, team);
  const Booster booster = CreateBooster(matrix.get(), setting, seed, team);
  GradientBoosting fitted{.trees = {}, .base_score = LogOddsOf(labels, row_weights)};
  Derivatives derivatives(labels, row_weights, fitted.base_score, setting.row_share, seed);
  int grown = 0;
  for (; grown < setting.trees && !(cancelled && cancelled()); ++grown) {
    derivatives.Compute(MarginsOf(booster.get(), matrix.get()), static_cast<size_t>(grown), team);
    Check(XGBoosterBoostOneIter(booster.get(), matrix.get(), derivatives.first().data(), derivatives.second().data(),
                                labels.size()));
  }
  fitted.trees = TreesOf(booster.get(), grown, setting.max_depth, edges);
  return fitted;
}

}  // namespace ebb::trainer
