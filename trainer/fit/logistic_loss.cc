#include "trainer/fit/logistic_loss.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/arithmetic/exp_log.h"
#include "model/arithmetic/lanes.h"

namespace ebb::trainer {
namespace {

constexpr size_t kRowsOfABlock = 2048;  // so that a block stays in the cache while it is used
constexpr size_t kRowsAtOnce = 4;

// Adds curvature × row ⊗ row of four rows, one after the other, to the upper triangle. A sum is read and written once
// for all four, which is what this loop's time goes into.
void AddOuterProducts(const RowMatrix& block, size_t first, const double* curvatures, std::vector<double>& hessian) {
  const size_t n = block.columns();
  std::array<const double*, kRowsAtOnce> rows;
  for (size_t i = 0; i < kRowsAtOnce; ++i) rows[i] = block.Row(first + i).data();
  for (size_t a = 0; a < n; ++a) {
    const double f0 = curvatures[0] * rows[0][a], f1 = curvatures[1] * rows[1][a];
    const double f2 = curvatures[2] * rows[2][a], f3 = curvatures[3] * rows[3][a];
    if (f0 == 0 && f1 == 0 && f2 == 0 && f3 == 0) continue;  // most of the one-hot columns
    double* __restrict line = hessian.data() + a * n;
    for (size_t b = a; b < n; ++b) {
      line[b] = (((line[b] + f0 * rows[0][b]) + f1 * rows[1][b]) + f2 * rows[2][b]) + f3 * rows[3][b];
    }
  }
}

template <typename Work>
void ForEachBlock(size_t rows, const Work& work) {
  for (size_t begin = 0; begin < rows; begin += kRowsOfABlock) work(begin, std::min(rows, begin + kRowsOfABlock));
}

}  // namespace

LogisticLoss::LogisticLoss(const RowMatrix& rows, std::span<const uint8_t> labels, std::span<const double> row_weights)
    : rows_(rows),
      labels_(labels),
      row_weights_(row_weights),
      margins_(rows.rows()),
      decays_(rows.rows()),
      block_((std::min(rows.rows(), kRowsOfABlock) + kRowsAtOnce - 1) / kRowsAtOnce * kRowsAtOnce, rows.columns() + 1),
      loaded_(rows.rows()) {
  for (size_t r = 0; r < block_.rows(); ++r) block_.Row(r).back() = 1;
}

double LogisticLoss::At(const std::vector<double>& point) {
  const Lanes& lanes = ChosenLanes();
  double sum = 0;
  ForEachBlock(rows_.rows(), [&](size_t begin, size_t end) {
    Load(begin, end);
    for (size_t r = begin; r < end; ++r) {
      margins_[r] = lanes.dot(point.data(), block_.Row(r - begin).data(), size());
      decays_[r] = -std::abs(margins_[r]);
    }
    lanes.exp(decays_.data() + begin, end - begin);
    for (size_t r = begin; r < end; ++r) {
      // log(1 + e^-m) for positives, log(1 + e^m) for the others.
      const double wrong = labels_[r] != 0 ? -margins_[r] : margins_[r];
      sum += row_weights_[r] * (std::max(wrong, 0.0) + Log(1 + decays_[r]));
    }
  });
  return sum;
}

void LogisticLoss::Model(std::vector<double>& gradient, std::vector<double>& hessian) {
  const size_t n = size();
  gradient.assign(n, 0);
  hessian.assign(n * n, 0);
  ForEachBlock(rows_.rows(), [&](size_t begin, size_t end) { AddBlock(begin, end, gradient, hessian); });
  for (size_t a = 0; a < n; ++a) {
    for (size_t b = 0; b < a; ++b) hessian[a * n + b] = hessian[b * n + a];
  }
}

void LogisticLoss::Load(size_t begin, size_t end) {
  if (loaded_ == begin) return;  // a small table is all in one block
  for (size_t r = begin; r < end; ++r) std::ranges::copy(rows_.Row(r), block_.Row(r - begin).begin());
  loaded_ = begin;
}

void LogisticLoss::AddBlock(size_t begin, size_t end, std::vector<double>& gradient, std::vector<double>& hessian) {
  Load(begin, end);
  curvatures_.assign(block_.rows(), 0);  // what stands behind the last row of the table counts for nothing
  for (size_t r = begin; r < end; ++r) {
    const double e = decays_[r];
    const double probability = margins_[r] >= 0 ? 1 / (1 + e) : e / (1 + e);
    const double slope = row_weights_[r] * (probability - labels_[r]);
    curvatures_[r - begin] = row_weights_[r] * (e / ((1 + e) * (1 + e)));
    const std::span<const double> row = block_.Row(r - begin);
    for (size_t a = 0; a < row.size(); ++a) gradient[a] += slope * row[a];
  }
  for (size_t i = 0; i < end - begin; i += kRowsAtOnce) AddOuterProducts(block_, i, curvatures_.data() + i, hessian);
}

}  // namespace ebb::trainer
