#pragma once

#include <cstddef>

namespace ebb {

// The loops that scoring spends its time in. Every body sums in fixed lanes of four doubles and without fused
// multiply-adds, and a wider vector is used only where each number stands for itself, so all give the same bits
// (lanes_test.cc holds them to it); which one runs is chosen once, by what the processor can do.
struct Lanes {
  const char* name;

  // Sum of a[i] × b[i]: lane l sums i = l, l + 4, …; then (lane 0 + lane 1) + (lane 2 + lane 3).
  double (*dot)(const double* a, const double* b, size_t count);

  // One row against many stored by columns (ColumnMatrix: `stride` is a multiple of four and `out` has as many places).
  // Each result is summed over the columns in their order.
  void (*dot_to_columns)(const double* row, const double* columns, size_t stride, size_t count, double* out);
  void (*squared_distance_to_columns)(const double* row, const double* columns, size_t stride, size_t count,
                                      double* out);
  void (*absolute_distance_to_columns)(const double* row, const double* columns, size_t stride, size_t count,
                                       double* out);

  // e^x in place, within 1.5 units in the last place; below -708 it is 0, above 709 infinite, NaN stays NaN.
  void (*exp)(double* values, size_t count);

  // Of each stored row, summed over the columns in their order; `out` has `stride` places.
  void (*squared_norms)(const double* columns, size_t stride, size_t count, double* out);

  // Sum of coefficients[i] × e^(minus_gamma × squared distance of the row to stored row i), over `rows` of them, added
  // up as `dot` does. `norms` are the stored rows' squared norms, worth making for several rows; null: they are made on
  // the way, with the same bits. Distances come from these, the row's own and the dot product, so they are exact to
  // some units in the last place of the greater norm: meant for scaled rows.
  double (*rbf_sum)(const double* row, const double* columns, const double* norms, size_t stride, size_t count,
                    double minus_gamma, const double* coefficients, size_t rows);
};

const Lanes& ChosenLanes();

// For tests: all bodies that this processor can run, the plainest first.
const Lanes* const* RunnableLanes(size_t* count);

}  // namespace ebb
