#include "clients/cli/report/report_language.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "clients/cli/report/feature_label.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

const Speech kEnglish(ReportLanguage::kEnglish), kRussian(ReportLanguage::kRussian);

TEST(ReportLanguageTest, ALocaleThatBeginsWithRuIsRussian) {
  for (const char* locale : {"ru", "ru_RU.UTF-8", "RU", "ru_UA"})
    EXPECT_EQ(LanguageOfLocale(locale), ReportLanguage::kRussian) << locale;
  for (const char* locale : {"", "C", "en_US.UTF-8", "de_DE", "uk_UA"})
    EXPECT_EQ(LanguageOfLocale(locale), ReportLanguage::kEnglish) << locale;
}

TEST(ReportLanguageTest, NumbersAreWrittenAsTheLanguageDoes) {
  EXPECT_EQ(kEnglish.Count(1234567), "1,234,567");
  EXPECT_EQ(kRussian.Count(1234567), "1\u00A0234\u00A0567");
  EXPECT_EQ(kEnglish.Count(1234), "1,234");
  EXPECT_EQ(kRussian.Count(1234), "1234");
  EXPECT_EQ(kEnglish.Real(-1234.5, 1), "−1,234.5");
  EXPECT_EQ(kRussian.Real(0.915, 2), "0,92");
  EXPECT_EQ(kEnglish.Real(-0.0001, 2), "0.00");
  EXPECT_EQ(kEnglish.Percent(0.384), "38%");
  EXPECT_EQ(kRussian.Percent(0.384, 1), "38,4\u00A0%");
  const std::pair<double, const char*> amounts[] = {
      {0, "0"}, {0.7, "0.7"}, {3.14159, "3.14"}, {123456, "123,456"}, {0.0012345, "0.00123"}, {1e-9, "1.00e-09"}};
  for (const auto& [number, text] : amounts) EXPECT_EQ(kEnglish.Amount(number), text);
}

TEST(ReportLanguageTest, WhatIsNoNumberIsADash) {
  for (const double number : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(kEnglish.Real(number, 2), "–");
    EXPECT_EQ(kRussian.Amount(number), "–");
    EXPECT_EQ(kRussian.Percent(number), "–");
  }
}

TEST(ReportLanguageTest, ThingsAreCountedInTheRightForm) {
  constexpr Noun rows{"row", "rows", "строка", "строки", "строк"};
  const std::pair<int, const char*> russian[] = {{0, "0 строк"},    {1, "1 строка"},     {2, "2 строки"},
                                                 {5, "5 строк"},    {11, "11 строк"},    {12, "12 строк"},
                                                 {21, "21 строка"}, {104, "104 строки"}, {111, "111 строк"}};
  for (const auto& [count, text] : russian) {
    std::string spoken = kRussian.Counted(count, rows);
    spoken.replace(spoken.find("\u00A0"), 2, " ");
    EXPECT_EQ(spoken, text);
  }
  EXPECT_EQ(kEnglish.Counted(1, rows), "1 row");
  EXPECT_EQ(kEnglish.Counted(21, rows), "21 rows");
}

TEST(FeatureLabelTest, IsTheDeclaredOneTheDescriptionOrTheName) {
  constexpr auto english = ReportLanguage::kEnglish, russian = ReportLanguage::kRussian;
  const struct {
    const char *en, *ru, *description;
    ReportLanguage language;
    const char* label;
  } kCases[] = {
      {"", "", "", english, "pages"},
      {"", "", "Pages opened in a visit (column \"Страниц_за_визит\").", english, "Pages opened in a visit"},
      {"", "", "Pages opened in a visit.", russian, "Pages opened in a visit"},
      {"pages per visit", "страниц за визит", "Pages.", english, "pages per visit"},
      {"pages per visit", "страниц за визит", "Pages.", russian, "страниц за визит"},
      {"pages per visit", "", "Pages.", russian, "pages per visit"},
      {"", "страниц за визит", "Pages.", english, "страниц за визит"},
  };
  for (const auto& c : kCases) {
    v1::FeatureDescription feature;
    feature.set_name("pages");
    feature.set_description(c.description);
    feature.mutable_called()->set_en(c.en);
    feature.mutable_called()->set_ru(c.ru);
    EXPECT_EQ(FeatureLabel(feature.name(), feature.description(), feature.called(), c.language), c.label);
  }
}

}  // namespace
}  // namespace ebb
