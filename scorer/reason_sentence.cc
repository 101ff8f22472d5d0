#include "scorer/reason_sentence.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace ebb::scorer {
namespace {

constexpr char kNoBreakSpace[] = "\u00A0";

// Words of one language.
struct Words {
  const char *usually, *dash, *raises, *lowers, *missing, *yes, *no, *decimal_mark, *thousands_mark;
  size_t least_grouped;  // whole digits from which thousands are parted
};

constexpr Words kEnglish = {.usually = "usually ",
                            .dash = " – ",
                            .raises = "raises the risk",
                            .lowers = "lowers the risk",
                            .missing = "not known",
                            .yes = "yes",
                            .no = "no",
                            .decimal_mark = ".",
                            .thousands_mark = ",",
                            .least_grouped = 4};
// Verbs alone, so that nothing has to agree with the label in gender or number.
constexpr Words kRussian = {.usually = "обычно ",
                            .dash = " — ",
                            .raises = "повышает риск",
                            .lowers = "снижает риск",
                            .missing = "нет данных",
                            .yes = "да",
                            .no = "нет",
                            .decimal_mark = ",",
                            .thousands_mark = kNoBreakSpace,
                            .least_grouped = 5};

const Words& WordsOf(v1::Language language) { return language == v1::RUSSIAN ? kRussian : kEnglish; }

const std::string& LabelOf(const FeatureSpec& spec, v1::Language language) {
  const bool russian = language == v1::RUSSIAN;
  const std::string& label = russian ? spec.label.russian : spec.label.english;
  const std::string& other = russian ? spec.label.english : spec.label.russian;
  if (!label.empty()) return label;
  return other.empty() ? spec.name : other;
}

// 3.14159 -> "3.14", 12345.6 -> "12346", 0.5 -> "0.5", 0.01234 -> "0.0123".
std::string PlainNumber(double number) {
  const double size = std::abs(number);
  if (size >= 1e15) return absl::StrFormat("%.2e", number);
  const int decimals = size == 0 ? 0 : std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 8);
  std::string text = absl::StrFormat("%.*f", decimals, number);
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

// Empty: missing.
std::string NumberText(double number, const Words& words) {
  if (!std::isfinite(number)) return "";
  std::string text = PlainNumber(number);
  const size_t begin = text.starts_with('-') ? 1 : 0;
  const size_t end = std::min(text.find_first_not_of("0123456789", begin), text.size());
  const std::string fraction = absl::StrReplaceAll(text.substr(end), {{".", words.decimal_mark}});
  text.resize(end);
  if (end - begin >= words.least_grouped) {
    for (size_t at = end; at > begin + 3;) text.insert(at -= 3, words.thousands_mark);
  }
  return text + fraction;
}

std::string CategoryText(const std::string& category, const Words& words) {
  if (category == "yes") return words.yes;
  return category == "no" ? words.no : category;
}

}  // namespace

std::string ReasonSentence(const FeatureSpec& spec, const FeatureValue& value, const FeatureBackground& usual,
                           double contribution, v1::Language language) {
  const Words& words = WordsOf(language);
  const bool number = spec.kind == FeatureKind::kNumber;
  const std::string known = number ? NumberText(value.number, words) : CategoryText(value.category, words);
  const std::string typical = number ? NumberText(usual.median, words) : CategoryText(usual.most_frequent, words);
  std::string sentence = absl::StrCat(LabelOf(spec, language), ": ", known.empty() ? words.missing : known);
  if (!known.empty() && !typical.empty() && typical != known)
    absl::StrAppend(&sentence, " (", words.usually, typical, ")");
  return absl::StrCat(sentence, words.dash, contribution > 0 ? words.raises : words.lowers);
}

}  // namespace ebb::scorer
