// English and Russian: phrases, numbers and things that are counted.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/substitute.h"
#include "ebb/v1/model_report.pb.h"

namespace ebb {

enum class ReportLanguage { kEnglish, kRussian };

// Of a locale's name such as `ru_RU.UTF-8`: Russian where it begins with "ru", else English.
ReportLanguage LanguageOfLocale(const std::string& locale);

// The same text in both languages; `$0`, `$1`, … stand for values.
struct Phrase {
  const char* english;
  const char* russian;
};

// A thing that is counted, in the forms that follow a number: "1 row", "2 rows"; "1 строка", "2 строки", "5 строк".
struct Noun {
  const char* one;
  const char* many;
  const char* russian_one;
  const char* russian_few;
  const char* russian_many;
};

// Speaks one of the languages. A number that is not finite is "–" everywhere.
class Speech {
 public:
  explicit Speech(ReportLanguage language) : language_(language) {}

  ReportLanguage language() const { return language_; }
  bool russian() const { return language_ == ReportLanguage::kRussian; }

  template <typename... Values>
  std::string operator()(const Phrase& phrase, const Values&... values) const {
    return absl::Substitute(russian() ? phrase.russian : phrase.english, values...);
  }
  // "1,234" or "1 234".
  std::string Count(int64_t count) const;
  // "1,234 rows" or "1 234 строки".
  std::string Counted(int64_t count, const Noun& noun) const;
  // With this many decimals, thousands parted.
  std::string Real(double number, int decimals) const;
  // In a unit that is not known: to three significant digits, whole from a hundred on.
  std::string Amount(double number) const;
  // Of a share: "38%" or "38 %".
  std::string Percent(double share, int decimals = 0) const;
  // "0.92–0.95"
  std::string Interval(const v1::Estimate& estimate, int decimals = 3) const;
  // "0.93 (0.92–0.95)"
  std::string WithInterval(const v1::Estimate& estimate, int decimals = 3) const;
  // In the quotation marks of the language.
  std::string Quoted(const std::string& text) const;

 private:
  const ReportLanguage language_;
};

}  // namespace ebb
