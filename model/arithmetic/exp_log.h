#pragma once

namespace ebb {

// Ours, because the C library's give other bits on other processors. Exp is that of lanes.h.
double Exp(double x);

// Within 1.5 units in the last place for normal x > 0; -infinity for 0, NaN below 0.
double Log(double x);

// 1 / (1 + e^-x), without overflow.
double Sigmoid(double x);

}  // namespace ebb
