#include "clients/cli/report/report_page.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/report/report_for_test.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kEntities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

constexpr ReportLanguage kBoth[] = {ReportLanguage::kEnglish, ReportLanguage::kRussian};

// The tag that begins at `at`: its name, and whether it opens, closes, or does both. No name: it is none, or its
// attributes are not all quoted.
struct Tag {
  std::string name;
  bool closes = false;
  bool opens = true;
  size_t length = 0;
};

Tag ReadTag(std::string_view html, size_t at) {
  const auto name_character = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-'; };
  const auto skip_name = [&](size_t i) {
    while (i < html.size() && name_character(html[i])) ++i;
    return i;
  };
  Tag tag;
  size_t i = at + 1;
  if (i < html.size() && html[i] == '/') tag.closes = true, tag.opens = false, ++i;
  const size_t name = i;
  i = skip_name(i);
  const std::string text(html.substr(name, i - name));
  while (i < html.size() && html[i] == ' ') {
    const size_t end = skip_name(i + 1);
    if (end == i + 1 || html.substr(end, 2) != "=\"") return {};
    const size_t quote = html.find('"', end + 2);
    if (quote == std::string_view::npos) return {};
    if (html.substr(end + 2, quote - end - 2).find_first_of("<>") != std::string_view::npos) return {};
    i = quote + 1;
  }
  if (i < html.size() && html[i] == '/') tag.closes = true, ++i;
  if (i >= html.size() || html[i] != '>') return {};
  tag.name = text;
  tag.length = i + 1 - at;
  return tag;
}

// Empty where every tag is closed in its turn, attributes are quoted and every & begins an entity.
std::string Fault(std::string_view html) {
  constexpr std::string_view kDoctype = "<!DOCTYPE html>\n";
  if (!html.starts_with(kDoctype)) return "no doctype";
  std::vector<std::string> open;
  for (size_t at = kDoctype.size(); at < html.size(); ++at) {
    const std::string_view rest = html.substr(at);
    if (html[at] == '&') {
      const bool entity = std::any_of(std::begin(kEntities), std::end(kEntities),
                                      [&](std::string_view name) { return rest.starts_with(name); });
      if (!entity) return "bare & before: " + std::string(rest.substr(0, 60));
    }
    if (html[at] != '<') continue;
    const Tag tag = ReadTag(html, at);
    if (tag.name.empty()) return "no tag: " + std::string(rest.substr(0, 120));
    if (tag.opens) open.push_back(tag.name);
    if (tag.closes) {
      if (open.empty() || open.back() != tag.name) return "</" + tag.name + "> closes nothing";
      open.pop_back();
    }
    at += tag.length - 1;
  }
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

// Text and attributes of the page without its style.
std::string WithoutStyle(const std::string& html) {
  const size_t begin = html.find("<style>"), end = html.find("</style>");
  return html.substr(0, begin) + html.substr(end);
}

// A word of the page is what a number without a value is called in C++.
bool SaysNoNumber(const std::string& html) {
  const std::string text = absl::AsciiStrToLower(WithoutStyle(html));
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    while (i < text.size() && absl::ascii_isalpha(static_cast<unsigned char>(text[i]))) ++i;
    const std::string word = text.substr(begin, i - begin);
    if (word == "nan" || word == "inf" || word == "infinity") return true;
    if (i == begin) ++i;
  }
  return false;
}

TEST(TagCheckTest, FindsWhatItIsFor) {
  const std::pair<const char*, const char*> cases[] = {{"<p>a</p>", ""},
                                                       {"<p>a", "<p> stays open"},
                                                       {"<p><b></p></b>", "</p> closes nothing"},
                                                       {"a & b", "bare & before: & b"},
                                                       {"<p x=1></p>", "no tag: <p x=1></p>"}};
  for (const auto& [html, fault] : cases) EXPECT_EQ(Fault(absl::StrCat("<!DOCTYPE html>\n", html)), fault);
}

TEST(ReportPageTest, HasEverySectionInOrder) {
  const std::string page = ReportPage(FullReport(), ReportLanguage::kEnglish);
  size_t at = 0;
  for (const char* heading : {"In plain words",
                              "The data",
                              "What decides",
                              "What does not matter",
                              "What the shop can move",
                              "Whom to talk to first",
                              "Limits",
                              "Acceptance criteria",
                              "Features by outcome",
                              "Features among each other",
                              "Models compared",
                              "How well it ranks",
                              "Whether probabilities come true",
                              "Right and wrong calls at the risk threshold 0.7",
                              "What the ranking rests on",
                              "Single customers",
                              "Profit and risk",
                              "Segments",
                              "Metrics",
                              "Right and wrong calls over thresholds",
                              "Lift and gain",
                              "Learning curve",
                              "Revenue told from the other features",
                              "Features",
                              "Where it comes from"}) {
    const size_t found = page.find(absl::StrCat(">", heading, "</h"), at);
    ASSERT_NE(found, std::string::npos) << heading << " is missing or out of order";
    at = found;
  }
  EXPECT_THAT(page, HasSubstr("<h1>Who is about to buy less: model 3</h1>"));
  EXPECT_THAT(page, HasSubstr("in use · made on 2026-09-21 · looks 3 months ahead"));
}

TEST(ReportPageTest, IsRussianInRussian) {
  const std::string page = ReportPage(FullReport(), ReportLanguage::kRussian);
  EXPECT_THAT(page, HasSubstr("<html lang=\"ru\">"));
  EXPECT_THAT(page, HasSubstr("<h1>Кто скоро станет покупать меньше: модель 3</h1>"));
  EXPECT_THAT(page, HasSubstr("используется · создана 21.09.2026 · прогноз на 3\u00A0месяца вперёд"));
  for (const char* heading : {"Главное простыми словами", "Критерии приёмки", "Признаки и исход", "Сегменты",
                              "Кривая обучения", "Происхождение модели"})
    EXPECT_THAT(page, HasSubstr(absl::StrCat("<h2>", heading, "</h2>")));
  EXPECT_THAT(page, HasSubstr("ROC-AUC на отложенной выборке"));
  EXPECT_THAT(page, HasSubstr("0,920 (0,880–0,950)"));
}

TEST(ReportPageTest, CriteriaSayWhetherTheyAreMet) {
  const std::string page = ReportPage(FullReport(), ReportLanguage::kEnglish);
  EXPECT_THAT(page, HasSubstr("Criteria met: 2 of 3."));
  EXPECT_THAT(page, HasSubstr("<tr><td>ROC-AUC on the hold-out</td><td>above 0.91</td><td class=\"number\">0.920 "
                              "(0.880–0.950)</td><td class=\"number\">0.910 (0.890–0.940)</td><td class=\"number\">13 "
                              "of 20</td><td class=\"met\">met</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<td>calibration error on the hold-out</td><td>below 0.05</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"not-met\">not met</td>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>error of this month&#39;s revenue, % (SMAPE) on the hold-out</td><td>below "
                              "15</td><td class=\"number\">4.400 (4.100–4.800)</td>"));
}

TEST(ReportPageTest, SaysHowWellRevenueIsTold) {
  const std::string page = ReportPage(FullReport(), ReportLanguage::kEnglish);
  EXPECT_THAT(page, HasSubstr("rows with a value: 1,199."));
  EXPECT_THAT(page, HasSubstr("<tr><td>gradient boosting</td><td class=\"number\">4.45 ± 0.21</td>"
                              "<td class=\"number\">212</td><td>trees=300 learning_rate=0.1</td></tr>"));
  EXPECT_THAT(page, HasSubstr("SMAPE 4.40 (4.10–4.80), mean absolute error 210.1 (190.0–230.0)."));
  const std::string russian = ReportPage(FullReport(), ReportLanguage::kRussian);
  EXPECT_THAT(russian, HasSubstr("<h2>Выручка по остальным признакам</h2>"));
  EXPECT_THAT(russian, HasSubstr("«revenue_month_0»"));
  EXPECT_THAT(russian, HasSubstr("ошибка выручки за последний месяц, % (SMAPE) на отложенной выборке"));
  EXPECT_THAT(russian, HasSubstr("SMAPE 4,40 (4,10–4,80)"));
}

TEST(ReportPageTest, SaysHowWellNextMonthsRevenueIsForecast) {
  const std::string page = ReportPage(FullReport(), ReportLanguage::kEnglish);
  EXPECT_THAT(page, HasSubstr("<h2>Forecast of next month&#39;s revenue</h2>"));
  EXPECT_THAT(page, HasSubstr("Rows of which it is known: 1,100."));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">21.50 ± 0.60</td>"));
  EXPECT_THAT(page, HasSubstr("SMAPE 22.10 (20.40–23.90), mean absolute error 501.2 (460.0–540.0)."));
  const std::string russian = ReportPage(FullReport(), ReportLanguage::kRussian);
  EXPECT_THAT(russian, HasSubstr("<h2>Прогноз выручки следующего месяца</h2>"));
  EXPECT_THAT(russian, HasSubstr("Строк, где она известна: 1"));
  EXPECT_THAT(russian, HasSubstr("SMAPE 22,10 (20,40–23,90)"));
}

TEST(ReportPageTest, SaysWhyNextMonthsRevenueIsNotForecast) {
  v1::ModelReport report = FullReport();
  report.clear_next_month_revenue();
  EXPECT_THAT(ReportPage(report, ReportLanguage::kEnglish), ::testing::Not(HasSubstr("next month&#39;s revenue")))
      << "of a model that an older Ebb made";
  const struct {
    const char* why;
    const char* english;
    const char* russian;
  } kCases[] = {
      {"The feature store does not tell next month's revenue: it is older than this trainer.",
       "older than this trainer.</p>", "<p>Хранилище признаков не сообщает выручку следующего месяца"},
      {"Next month's revenue is not known of any row: the month has not passed.", "is not known of any row: the month",
       "<p>Выручка следующего месяца не известна ни для одной строки"},
      {"Next month's revenue is known of 10 of 20 rows.", "is known of 10 of 20 rows.</p>",
       "<p>Выручка следующего месяца известна для слишком малого числа строк"},
  };
  for (const auto& one : kCases) {
    report.set_next_month_revenue_absent(one.why);
    EXPECT_THAT(ReportPage(report, ReportLanguage::kEnglish), HasSubstr(one.english));
    EXPECT_THAT(ReportPage(report, ReportLanguage::kRussian), HasSubstr(one.russian));
  }
}

TEST(ReportPageTest, SaysWhatANumberForTheSegmentsWouldAddAsAnInput) {
  const std::string page = ReportPage(FullReport(), ReportLanguage::kEnglish);
  EXPECT_THAT(page, HasSubstr("<h3>What was tried as an input</h3>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>Profit a month</td><td class=\"number\">8</td><td class=\"number\">0.912</td>"
                              "<td class=\"number\">0.913</td><td class=\"number\">0.0011 (−0.0042–0.0064)</td></tr>"));
  EXPECT_THAT(ReportPage(FullReport(), ReportLanguage::kRussian),
              HasSubstr("<h2>Числа для сегментов, проверенные как входы модели</h2>"));
}

TEST(ReportPageTest, ListsAllThatWasRepairedOnImport) {
  const std::string page = ReportPage(FullReport(), ReportLanguage::kEnglish);
  EXPECT_THAT(page, HasSubstr("<h2>Repaired on import</h2>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>contacts.csv</td><td>typing error</td><td>Тип сервиса</td><td>стандартт</td>"
                              "<td>стандарт</td><td class=\"number\">2</td></tr>"));
  const std::string russian = ReportPage(FullReport(), ReportLanguage::kRussian);
  EXPECT_THAT(russian, HasSubstr("<h2>Исправлено при импорте</h2>"));
  EXPECT_THAT(russian, HasSubstr("<td>money.csv</td><td>повторные строки, учтены один раз</td>"));
}

TEST(ReportPageTest, SaysWhyAFeatureIsLeftOut) {
  v1::ModelReport report = FullReport();
  report.mutable_features(3)->set_left_out("is the same in every row");
  report.mutable_features(1)->set_left_out("smells");
  v1::DataFinding* finding = report.add_findings();
  finding->set_kind(v1::DataFinding::CONSTANT);
  finding->set_feature(report.features(3).name());
  const std::string page = ReportPage(report, ReportLanguage::kRussian);
  EXPECT_THAT(page, HasSubstr("<td>не входит в модель: одинаков во всех строках</td>"));
  EXPECT_THAT(page, HasSubstr("<td>smells</td>"));
  EXPECT_THAT(page, HasSubstr("<td>только для сегментов</td>"));
}

TEST(ReportPageTest, IsWellFormedAndNeedsNothingElse) {
  for (const ReportLanguage language : kBoth) {
    const std::string page = ReportPage(FullReport(), language);
    EXPECT_EQ(Fault(page), "");
    EXPECT_FALSE(SaysNoNumber(page));
    for (const char* outside : {"http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link"})
      EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
}

TEST(ReportPageTest, AnEmptyMessageIsAPageWithATitle) {
  for (const ReportLanguage language : kBoth) {
    const std::string page = ReportPage(v1::ModelReport(), language);
    EXPECT_EQ(Fault(page), "");
    EXPECT_THAT(page, HasSubstr("<h1>"));
    EXPECT_THAT(page, Not(HasSubstr("<h2>")));
    EXPECT_FALSE(SaysNoNumber(page));
  }
}

// Every page of a report that lacks one of its parts is whole.
TEST(ReportPageTest, AnyPartMayBeAbsent) {
  const google::protobuf::Descriptor* fields = v1::ModelReport::descriptor();
  for (int i = 0; i < fields->field_count(); ++i) {
    v1::ModelReport without = FullReport();
    without.GetReflection()->ClearField(&without, fields->field(i));
    EXPECT_EQ(Fault(ReportPage(without, ReportLanguage::kRussian)), "") << fields->field(i)->name();
    v1::ModelReport alone;
    const v1::ModelReport full = FullReport();
    alone = full;
    for (int j = 0; j < fields->field_count(); ++j) {
      if (j != i) alone.GetReflection()->ClearField(&alone, fields->field(j));
    }
    const std::string page = ReportPage(alone, ReportLanguage::kEnglish);
    EXPECT_EQ(Fault(page), "") << fields->field(i)->name();
    EXPECT_FALSE(SaysNoNumber(page)) << fields->field(i)->name();
  }
}

// Walks through a message and all below it, and hands every field to `change`.
void ChangeAll(
    google::protobuf::Message* message,
    const std::function<void(google::protobuf::Message*, const google::protobuf::FieldDescriptor*)>& change) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      change(message, field);
    } else if (!field->is_repeated()) {
      ChangeAll(reflection->MutableMessage(message, field), change);
    } else {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i)
        ChangeAll(reflection->MutableRepeatedMessage(message, field, i), change);
    }
  }
}

TEST(ReportPageTest, NumbersThatAreNoneBecomeDashes) {
  for (const double number : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity(), 1e300, -1e300}) {
    v1::ModelReport report = FullReport();
    ChangeAll(&report, [number](google::protobuf::Message* message, const google::protobuf::FieldDescriptor* field) {
      if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE) return;
      const google::protobuf::Reflection* reflection = message->GetReflection();
      if (!field->is_repeated()) return reflection->SetDouble(message, field, number);
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i)
        reflection->SetRepeatedDouble(message, field, i, number);
    });
    for (const ReportLanguage language : kBoth) {
      const std::string page = ReportPage(report, language);
      EXPECT_EQ(Fault(page), "");
      EXPECT_FALSE(SaysNoNumber(page)) << number;
      if (number != number) {
        EXPECT_THAT(page, HasSubstr("–"));
      }
    }
  }
}

TEST(ReportPageTest, WhatComesFromDataCannotBecomeMarkup) {
  v1::ModelReport report = FullReport();
  ChangeAll(&report, [](google::protobuf::Message* message, const google::protobuf::FieldDescriptor* field) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) return;
    const google::protobuf::Reflection* reflection = message->GetReflection();
    const std::string attack = "<script>alert(\"1\")</script>'&";
    if (!field->is_repeated()) return reflection->SetString(message, field, attack);
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i)
      reflection->SetRepeatedString(message, field, i, attack);
  });
  for (const ReportLanguage language : kBoth) {
    const std::string page = ReportPage(report, language);
    EXPECT_EQ(Fault(page), "");
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  }
}

}  // namespace
}  // namespace ebb
