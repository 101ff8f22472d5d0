#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ebb::feature_store {

// A decimal number as text says it: digits * 10^-decimals, exactly.
struct Decimal {
  int64_t digits = 0;
  int decimals = 0;
};

// Reads `-12.50`, `3`, `1e3`: at most 18 significant digits and 18 decimals. Nothing where it is anything else.
std::optional<Decimal> ParseDecimal(std::string_view text);

// The factor between a feature's integers and its unit, kept as a fraction: 329310 minor units are 329310 / 100 =
// 3293.1, the very double that reading `3293.1` gives, where 329310 * 0.01 may not be.
class Scale {
 public:
  Scale() = default;
  // `factor` is finite and not zero. A factor such as 0.01 or 1/60000 becomes 1/100 or 1/60000, any other the fraction
  // its shortest decimal text says. Nothing where neither fits 10^9 / 10^12.
  static std::optional<Scale> FromFactor(double factor);

  double Apply(int64_t value) const { return static_cast<double>(value) * numerator_ / denominator_; }
  double Apply(double value) const { return value * numerator_ / denominator_; }
  // The integer that stands for a number in the feature's unit. Nothing where there is none, exactly.
  std::optional<int64_t> ToInteger(const Decimal& number) const;

 private:
  double numerator_ = 1;
  double denominator_ = 1;
};

}  // namespace ebb::feature_store
