#include "clients/cli/report/report_language.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace ebb {
namespace {

constexpr char kNoNumber[] = "–";
// Between thousands and before a per cent sign: a line must not break there.
constexpr char kNoBreakSpace[] = "\u00A0";

// Digits as `fmt` writes them, with the language's marks.
std::string Marked(const std::string& digits, bool russian) {
  const bool negative = digits.starts_with('-');
  const size_t begin = negative ? 1 : 0;
  const size_t point = std::min(digits.find('.'), digits.size());
  std::string text;
  for (size_t i = begin; i < point; ++i) {
    const size_t left = point - i;
    // Four digits of Russian stand together.
    const bool parted = i > begin && left % 3 == 0 && (!russian || point - begin > 4);
    if (parted) text += russian ? kNoBreakSpace : ",";
    text += digits[i];
  }
  if (point < digits.size()) text += (russian ? "," : ".") + digits.substr(point + 1);
  // A zero has no sign.
  const bool zero = digits.find_first_of("123456789") == std::string::npos;
  return negative && !zero ? "−" + text : text;
}

}  // namespace

ReportLanguage LanguageOfLocale(const std::string& locale) {
  return absl::AsciiStrToLower(locale).rfind("ru", 0) == 0 ? ReportLanguage::kRussian : ReportLanguage::kEnglish;
}

std::string Speech::Count(int64_t count) const { return Marked(fmt::format("{}", count), russian()); }

std::string Speech::Counted(int64_t count, const Noun& noun) const {
  const int64_t last = std::abs(count % 10), last_two = std::abs(count % 100);
  const bool teens = last_two >= 11 && last_two <= 14;
  const char* word = !russian()                         ? (count == 1 ? noun.one : noun.many)
                     : last == 1 && !teens              ? noun.russian_one
                     : last >= 2 && last <= 4 && !teens ? noun.russian_few
                                                        : noun.russian_many;
  return Count(count) + (russian() ? kNoBreakSpace : " ") + word;
}

std::string Speech::Real(double number, int decimals) const {
  if (!std::isfinite(number)) return kNoNumber;
  return Marked(fmt::format("{:.{}f}", number, decimals), russian());
}

std::string Speech::Amount(double number) const {
  if (!std::isfinite(number)) return kNoNumber;
  const double size = std::abs(number);
  if (size == 0) return "0";
  if (size >= 1e15 || size < 1e-6) return Marked(fmt::format("{:.2e}", number), russian());
  std::string digits =
      fmt::format("{:.{}f}", number, std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 8));
  if (digits.find('.') != std::string::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  return Marked(digits, russian());
}

std::string Speech::Percent(double share, int decimals) const {
  if (!std::isfinite(share)) return kNoNumber;
  return Real(share * 100, decimals) + (russian() ? kNoBreakSpace : "") + "%";
}

std::string Speech::Interval(const v1::Estimate& estimate, int decimals) const {
  return Real(estimate.lower(), decimals) + "–" + Real(estimate.upper(), decimals);
}

std::string Speech::WithInterval(const v1::Estimate& estimate, int decimals) const {
  return Real(estimate.value(), decimals) + " (" + Interval(estimate, decimals) + ")";
}

std::string Speech::Quoted(const std::string& text) const { return russian() ? "«" + text + "»" : "“" + text + "”"; }

}  // namespace ebb
