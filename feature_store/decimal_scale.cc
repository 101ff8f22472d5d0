#include "feature_store/decimal_scale.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

namespace ebb::feature_store {
namespace {

constexpr int kMostDigits = 18;
constexpr double kMostNumerator = 1e9;
constexpr double kMostDenominator = 1e12;

// 10^exponent, exponent 0 to 36.
__int128 PowerOfTen(int exponent) {
  __int128 power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

// Reads the exponent after an `e`; nothing where it is none.
std::optional<int> ParseExponent(std::string_view text) {
  const bool plus = !text.empty() && text.front() == '+';
  if (plus) text.remove_prefix(1);
  if (plus && !text.empty() && text.front() == '-') return {};
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || std::abs(exponent) > 36) return {};
  return exponent;
}

}  // namespace

std::optional<Decimal> ParseDecimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  int exponent = 0;
  if (const size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    const std::optional<int> parsed = ParseExponent(text.substr(e + 1));
    if (!parsed) return {};
    exponent = *parsed;
    text = text.substr(0, e);
  }
  Decimal number;
  bool point = false;
  bool any = false;
  int significant = 0;
  int zeros = 0;  // Zeros at the end that are not in `digits` yet: 1.500000000000000000000 is 1.5.
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!std::isdigit(static_cast<unsigned char>(c))) return {};
    any = true;
    if (point) --exponent;
    if (c == '0') {
      ++zeros;
      continue;
    }
    if (significant > 0) {
      if (significant + zeros + 1 > kMostDigits) return {};
      for (; zeros > 0; --zeros, ++significant) number.digits *= 10;
    }
    zeros = 0;
    number.digits = number.digits * 10 + (c - '0');
    ++significant;
  }
  if (!any) return {};
  if (number.digits == 0) return Decimal{};
  exponent += zeros;
  for (; exponent > 0; --exponent, ++significant) {
    if (significant >= kMostDigits) return {};
    number.digits *= 10;
  }
  if (-exponent > kMostDigits) return {};
  number.decimals = -exponent;
  if (negative) number.digits = -number.digits;
  return number;
}

std::optional<Scale> Scale::FromFactor(double factor) {
  if (!std::isfinite(factor) || factor == 0) return {};
  Scale scale;
  const double reciprocal = std::nearbyint(1 / factor);
  if (std::abs(reciprocal) >= 1 && std::abs(reciprocal) <= kMostDenominator && 1 / reciprocal == factor) {
    scale.numerator_ = std::copysign(1, reciprocal);
    scale.denominator_ = std::abs(reciprocal);
    return scale;
  }
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), factor);
  if (error != std::errc()) return {};
  const std::optional<Decimal> decimal = ParseDecimal(std::string_view(text, end - text));
  if (!decimal || std::abs(decimal->digits) > kMostNumerator) return {};
  scale.numerator_ = static_cast<double>(decimal->digits);
  scale.denominator_ = static_cast<double>(PowerOfTen(decimal->decimals));
  if (scale.denominator_ > kMostDenominator) return {};
  return scale;
}

std::optional<int64_t> Scale::ToInteger(const Decimal& number) const {
  // number / (numerator / denominator), whole or nothing. 10^18 * 10^12 and 10^18 * 10^9 fit 128 bits.
  const __int128 dividend = static_cast<__int128>(number.digits) * static_cast<int64_t>(denominator_);
  const __int128 divisor = PowerOfTen(number.decimals) * static_cast<int64_t>(numerator_);
  if (dividend % divisor != 0) return {};
  const __int128 value = dividend / divisor;
  // Beyond 2^53 an integer would not survive becoming a double.
  constexpr int64_t kMost = int64_t{1} << std::numeric_limits<double>::digits;
  if (value > kMost || value < -kMost) return {};
  return static_cast<int64_t>(value);
}

}  // namespace ebb::feature_store
