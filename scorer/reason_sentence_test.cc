#include "scorer/reason_sentence.h"

#include <cmath>

#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

FeatureSpec Pages() {
  return {.name = "pages_per_visit_3m",
          .kind = FeatureKind::kNumber,
          .role = FeatureRole::kInput,
          .group = "site",
          .lever = false,
          .description = "",
          .label = {.english = "pages per visit, mean of three months",
                    .russian = "страниц за визит, среднее за три месяца"}};
}

FeatureSpec Category(FeatureLabelTexts label) {
  FeatureSpec spec = Pages();
  spec.name = "marketing_consent";
  spec.kind = FeatureKind::kCategory;
  spec.label = std::move(label);
  return spec;
}

TEST(ReasonSentenceTest, OfNumbers) {
  const struct {
    double value, usual, contribution;
    const char *english, *russian;
  } kCases[] = {
      {3.1, 6.2, 0.4, "3.1 (usually 6.2) – raises the risk", "3,1 (обычно 6,2) — повышает риск"},
      {3.1, 6.2, -0.4, "3.1 (usually 6.2) – lowers the risk", "3,1 (обычно 6,2) — снижает риск"},
      {6.2, 6.2, 0.1, "6.2 – raises the risk", "6,2 — повышает риск"},
      {6.2004, 6.2, 0.1, "6.2 – raises the risk", "6,2 — повышает риск"},  // reads the same
      {0, 2, 1, "0 (usually 2) – raises the risk", "0 (обычно 2) — повышает риск"},
      {-0.0, 2, 1, "0 (usually 2) – raises the risk", "0 (обычно 2) — повышает риск"},
      {NAN, 2, 1, "not known – raises the risk", "нет данных — повышает риск"},
      {2, NAN, 1, "2 – raises the risk", "2 — повышает риск"},  // training knew none
      {1.0 / 3, 9.999, 1, "0.333 (usually 10) – raises the risk", "0,333 (обычно 10) — повышает риск"},
      {0.01234, -0.5, 1, "0.0123 (usually -0.5) – raises the risk", "0,0123 (обычно -0,5) — повышает риск"},
      {1234.56, 999.5, -1, "1,235 (usually 1,000) – lowers the risk", "1235 (обычно 1000) — снижает риск"},
      {-12345.6, 1234567, -1, "-12,346 (usually 1,234,567) – lowers the risk",
       "-12\u00A0346 (обычно 1\u00A0234\u00A0567) — снижает риск"},
      {2e20, 1, -1, "2.00e+20 (usually 1) – lowers the risk", "2,00e+20 (обычно 1) — снижает риск"},
  };
  for (const auto& c : kCases) {
    const FeatureValue value = FeatureValue::Number(c.value);
    const FeatureBackground usual = {.median = c.usual, .most_frequent = ""};
    EXPECT_EQ(ReasonSentence(Pages(), value, usual, c.contribution, v1::ENGLISH),
              std::string("pages per visit, mean of three months: ") + c.english);
    EXPECT_EQ(ReasonSentence(Pages(), value, usual, c.contribution, v1::LANGUAGE_UNSPECIFIED),
              std::string("pages per visit, mean of three months: ") + c.english);
    EXPECT_EQ(ReasonSentence(Pages(), value, usual, c.contribution, v1::RUSSIAN),
              std::string("страниц за визит, среднее за три месяца: ") + c.russian);
  }
}

TEST(ReasonSentenceTest, OfCategories) {
  const struct {
    FeatureLabelTexts label;
    const char *value, *usual, *english, *russian;
  } kCases[] = {
      {{"consent to marketing", "согласие на рассылки"},
       "no",
       "yes",
       "consent to marketing: no (usually yes) – raises the risk",
       "согласие на рассылки: нет (обычно да) — повышает риск"},
      {{"service tier", "тип сервиса"},
       "премиум",
       "премиум",
       "service tier: премиум – raises the risk",
       "тип сервиса: премиум — повышает риск"},
      {{"service tier", "тип сервиса"},
       "",
       "standard",
       "service tier: not known – raises the risk",
       "тип сервиса: нет данных — повышает риск"},
      {{"service tier", ""},
       "standard",
       "",
       "service tier: standard – raises the risk",
       "service tier: standard — повышает риск"},
      {{"", "тип сервиса"},
       "standard",
       "premium",
       "тип сервиса: standard (usually premium) – raises the risk",
       "тип сервиса: standard (обычно premium) — повышает риск"},
      {{"", ""}, "no", "", "marketing_consent: no – raises the risk", "marketing_consent: нет — повышает риск"},
  };
  for (const auto& c : kCases) {
    const FeatureSpec spec = Category(c.label);
    const FeatureValue value = FeatureValue::Category(c.value);
    const FeatureBackground usual = {.median = 0, .most_frequent = c.usual};
    EXPECT_EQ(ReasonSentence(spec, value, usual, 1, v1::ENGLISH), c.english);
    EXPECT_EQ(ReasonSentence(spec, value, usual, 1, v1::RUSSIAN), c.russian);
  }
}

}  // namespace
}  // namespace ebb::scorer
