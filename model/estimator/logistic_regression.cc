#include "model/estimator/logistic_regression.h"

#include "model/arithmetic/lanes.h"

namespace ebb {

void LogisticRegression::Score(const RowMatrix& rows, std::span<double> scores) const {
  const Lanes& lanes = ChosenLanes();
  for (size_t r = 0; r < rows.rows(); ++r) {
    scores[r] = lanes.dot(weights.data(), rows.Row(r).data(), weights.size()) + intercept;
  }
}

}  // namespace ebb
