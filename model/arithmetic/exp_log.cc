#include "model/arithmetic/exp_log.h"

#include <cmath>
#include <limits>

#include "model/arithmetic/lanes.h"

namespace ebb {

double Exp(double x) {
  ChosenLanes().exp(&x, 1);
  return x;
}

// x = 2^k × (1 + f) with 1 + f in [sqrt 1/2, sqrt 2). With s = f / (2 + f), log(1 + f) = 2 atanh s = f - (f²/2 - s
// (f²/2 + R)), where R is the rest of the series: 2 (s²/3 + s⁴/5 + …). |s| < 0.1716, so eleven terms leave an error
// below 1e-19.
double Log(double x) {
  if (!(x >= 0)) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  constexpr double kLn2High = 0x1.62e42feep-1;  // k × this is exact
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  int k = 0;
  double m = std::frexp(x, &k);  // [1/2, 1)
  if (m < 0.70710678118654752) {
    m *= 2;
    --k;
  }
  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  double rest = 0;
  for (int term = 23; term >= 3; term -= 2) rest = (rest + 2.0 / term) * z;
  const double half_square = 0.5 * f * f;
  return k * kLn2High - ((half_square - (s * (half_square + rest) + k * kLn2Low)) - f);
}

double Sigmoid(double x) {
  if (x >= 0) return 1 / (1 + Exp(-x));
  const double e = Exp(x);
  return e / (1 + e);
}

}  // namespace ebb
