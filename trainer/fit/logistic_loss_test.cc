#include "trainer/fit/logistic_loss.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/arithmetic/exp_log.h"
#include "model/arithmetic/lanes.h"
#include "trainer/testing/random_rows.h"

namespace ebb::trainer {
namespace {

// One row after the other, as the header says, in numbers of rows that fill blocks and that do not.
TEST(LogisticLoss, GivesTheBitsOfThePlainSums) {
  for (const size_t count : {1, 5, 2048, 2049, 6001}) {
    const RandomRows rows = DrawRows(1, count, 3);  // a third of the numbers are 0
    const std::vector<double> point = {0.3, -1, 2, 0.7, -0.1, 0.5};
    const size_t n = point.size();
    double sum = 0;
    std::vector<double> gradient(n), hessian(n * n);
    for (size_t r = 0; r < count; ++r) {
      std::vector<double> row(rows.matrix.Row(r).begin(), rows.matrix.Row(r).end());
      row.push_back(1);
      const double margin = ChosenLanes().dot(point.data(), row.data(), n), e = Exp(-std::abs(margin));
      const double wrong = rows.labels[r] != 0 ? -margin : margin;
      sum += std::max(wrong, 0.0) + Log(1 + e);
      const double slope = (margin >= 0 ? 1 / (1 + e) : e / (1 + e)) - rows.labels[r];
      const double curvature = e / ((1 + e) * (1 + e));
      for (size_t a = 0; a < n; ++a) {
        gradient[a] += slope * row[a];
        for (size_t b = 0; b < n; ++b) hessian[a * n + b] += curvature * row[std::min(a, b)] * row[std::max(a, b)];
      }
    }
    LogisticLoss loss(rows.matrix, rows.labels, rows.weights);
    std::vector<double> got_gradient, got_hessian;
    EXPECT_EQ(loss.At(point), sum) << count;
    loss.Model(got_gradient, got_hessian);
    EXPECT_EQ(got_gradient, gradient) << count;
    EXPECT_EQ(got_hessian, hessian) << count;
  }
}

}  // namespace
}  // namespace ebb::trainer
