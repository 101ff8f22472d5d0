#include "trainer/fit/class_weights.h"

#include <numeric>

namespace ebb::trainer {

std::vector<double> RowWeights(std::span<const uint8_t> labels, ClassWeight weight) {
  std::vector<double> weights(labels.size(), 1.0);
  if (weight == ClassWeight::kNone) return weights;
  const double all = static_cast<double>(labels.size());
  const double positives = std::accumulate(labels.begin(), labels.end(), 0.0);
  for (size_t i = 0; i < labels.size(); ++i) weights[i] = all / (2 * (labels[i] != 0 ? positives : all - positives));
  return weights;
}

}  // namespace ebb::trainer
