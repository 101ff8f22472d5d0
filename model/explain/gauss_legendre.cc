#include "model/explain/gauss_legendre.h"

#include <cmath>

namespace ebb {
namespace {

struct Legendre {
  double value = 1;
  double derivative = 0;
};

Legendre At(size_t degree, double x) {
  double before = 0, value = 1;
  for (size_t k = 1; k <= degree; ++k) {
    const auto n = static_cast<double>(k);
    const double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
    before = value;
    value = next;
  }
  return {.value = value, .derivative = static_cast<double>(degree) * (x * value - before) / (x * x - 1)};
}

// A guess near the cosine needs no library call, whose bits would depend on the processor: x -> cos(pi x) on [0, 1/2]
// by its Taylor series.
double CosineOfPi(double x) {
  constexpr double kPi = 3.141592653589793;
  const double square = kPi * kPi * x * x;
  double sum = 1, term = 1;
  for (int k = 1; k <= 12; ++k) {
    term *= -square / ((2 * k - 1) * (2 * k));
    sum += term;
  }
  return sum;
}

}  // namespace

std::vector<QuadratureNode> GaussLegendre(size_t count) {
  std::vector<QuadratureNode> nodes(count);
  for (size_t i = 0; i < (count + 1) / 2; ++i) {
    double x = 0;  // the middle node of an odd count lies exactly there
    if (2 * i + 1 != count) {
      x = CosineOfPi((static_cast<double>(i) + 0.75) / (static_cast<double>(count) + 0.5));
      for (int step = 0; step < 8; ++step) {
        const Legendre there = At(count, x);
        x -= there.value / there.derivative;
      }
    }
    const double slope = At(count, x).derivative;
    const double weight = 1 / ((1 - x * x) * slope * slope);
    nodes[i] = {.at = 0.5 * (1 - x), .weight = weight};
    nodes[count - 1 - i] = {.at = 0.5 * (1 + x), .weight = weight};
  }
  return nodes;
}

}  // namespace ebb
