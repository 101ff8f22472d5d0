#pragma once

#include <cstddef>
#include <vector>

namespace ebb {

struct QuadratureNode {
  double at = 0;  // within (0, 1)
  double weight = 0;
};

// Integrates over [0, 1]; `count` nodes are exact for polynomials of degree 2 × count - 1. Roots of the Legendre
// polynomial by Newton's method from Tricomi's guess (Davis and Rabinowitz, Methods of Numerical Integration, 2.7);
// multiplications and divisions only after it, so the bits do not depend on the processor.
std::vector<QuadratureNode> GaussLegendre(size_t count);

}  // namespace ebb
