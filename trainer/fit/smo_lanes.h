#pragma once

#include <cstddef>
#include <cstdint>

namespace ebb::trainer {

// What counts are a multiple of, whatever the body.
inline constexpr size_t kSmoLanesMultiple = 8;

// The two loops that sequential minimal optimisation spends its time in, by vectors of four or eight doubles as the
// processor has them; no number depends on its neighbours, so every body gives the same bits. `count` is a multiple of
// kSmoLanesMultiple; padding is kept out by its masks.
//
// `value` is -label × gradient. A row that may grow its label × alpha has upper 0, else -infinity; one that may lower
// it has lower 0, else +infinity.
struct SmoLanes {
  const char* name;

  struct Extremes {
    double greatest_up;  // of value + upper
    size_t at;           // the last row that has it
    double least_low;    // of value + lower
  };
  // value -= kernel_i × change_i + kernel_j × change_j, and then the extremes.
  Extremes (*update)(double* value, const float* kernel_i, const float* kernel_j, double change_i, double change_j,
                     const double* upper, const double* lower, size_t count);

  // Of the rows that may go down and lie below `greatest_up`, the last whose step together with row i gains most
  // (second order); -1: none.
  int64_t (*partner)(const double* value, const double* lower, const float* kernel_i, const double* diagonal,
                     double diagonal_i, double greatest_up, size_t count);
};

const SmoLanes& ChosenSmoLanes();
const SmoLanes* const* RunnableSmoLanes(size_t* count);  // for tests

}  // namespace ebb::trainer
