// What the report says, read aloud in both languages.
#include "clients/cli/report/report_sentences.h"

#include <functional>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/report/report_for_test.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

// A line a sentence; spaces that do not break as plain ones.
std::string Read(const std::vector<std::string>& sentences) {
  return absl::StrReplaceAll(absl::StrJoin(sentences, "\n"), {{"\u00A0", " "}});
}

using Part = std::vector<std::string> ReportSentences::*;

std::string Read(const v1::ModelReport& report, ReportLanguage language, Part part) {
  return Read(SayReport(report, language).*part);
}

struct Reading {
  const char* name;
  Part part;
  const char* english;
  const char* russian;
};

constexpr Reading kFull[] = {
    {"data", &ReportSentences::data,
     "The model was made from 1,200 rows, of which 480 (40%) declined.\n"
     "Left out of training: 3 rows (a month without revenue).\n"
     "Left out of training: 1 row (revenue far outside the usual).\n"
     "Rows of money.csv that say again what another one says: 3; counted once.\n"
     "In contacts.csv 2 rows said “стандартт” for “стандарт”; taken as that.\n"
     "“Pages opened in a visit” is missing in 4 rows.\n"
     "“Pages opened in a visit” and “Share of purchases with something on promotion” say nearly the same (association "
     "0.97).\n"
     "Rows that equal another one in every feature: 5.",
     "В данных для модели 1200 строк, из них со спадом — 480 (40 %).\n"
     "Не вошло в обучение: 3 строки (был месяц без выручки).\n"
     "Не вошло в обучение: 1 строка (выручка далеко за обычными пределами).\n"
     "Строк в money.csv, повторяющих другие: 3; каждая учтена один раз.\n"
     "В contacts.csv в 2 строках вместо «стандарт» написано «стандартт»; прочитано как «стандарт».\n"
     "Признак «страниц за визит, среднее за три месяца» не заполнен в 4 строках.\n"
     "Признаки «страниц за визит, среднее за три месяца» и «доля покупок по акции за полгода» говорят почти об одном и "
     "том же (связь 0,97).\n"
     "Строк, совпадающих с другой строкой во всех признаках: 5."},
    {"decides", &ReportSentences::decides,
     "The lower “Pages opened in a visit”, the likelier the decline (shuffling it costs 0.080 of ROC-AUC).\n"
     "The higher “Share of purchases with something on promotion”, the likelier the decline (shuffling it costs 0.030 "
     "of "
     "ROC-AUC).\n"
     "“Service tier of the customer” decides by its value: at “premium” 60% declined (shuffling it costs 0.020 of "
     "ROC-AUC).",
     "Чем меньше «страниц за визит, среднее за три месяца», тем вероятнее спад (если перемешать значения, ROC-AUC "
     "падает на 0,080).\n"
     "Чем больше «доля покупок по акции за полгода», тем вероятнее спад (если перемешать значения, ROC-AUC падает на "
     "0,030).\n"
     "Признак «тип сервиса» важен своим значением: при «premium» спад у 60 % (если перемешать значения, ROC-AUC падает "
     "на 0,020)."},
    {"does_not_matter", &ReportSentences::does_not_matter,
     "No weight that can be told from chance: “Times the site failed the customer”.",
     "Вес, не отличимый от случайности: «сбоев сайта за три месяца»."},
    {"tried", &ReportSentences::tried,
     "The model does not read “Profit a month”, and nothing tells that it should: over 8 splits ROC-AUC is 0.913 with "
     "it and 0.912 without, a difference of 0.0011 (95% interval from −0.0042 to 0.0064).",
     "Модель не читает признак «прибыль в месяц, среднее за три месяца», и ничто не говорит о том, что он ей нужен: на "
     "8 разбиениях ROC-AUC равен 0,913 с ним и 0,912 без него, разница — 0,0011 (95-процентный интервал от −0,0042 до "
     "0,0064)."},
    {"levers", &ReportSentences::levers,
     "The shop can influence “Share of purchases with something on promotion”: the model sees less risk where it is "
     "lower.\n"
     "The shop can influence “Service tier of the customer”; no single direction lowers the risk.\n"
     "Whether changing these lowers the risk, only an experiment can tell.",
     "Магазин может влиять на признак «доля покупок по акции за полгода»: чем меньше значение, тем ниже риск по "
     "модели.\n"
     "Магазин может влиять на признак «тип сервиса»; одного направления, снижающего риск, нет.\n"
     "Снизит ли их изменение риск на самом деле, покажет только эксперимент."},
    {"target", &ReportSentences::target,
     "Middle profit and at risk (probability above 0.7): 120 customers (10% of all), with a profit of 480, 12% of all "
     "profit.\n"
     "Of them 80% declined; the model announced 82% on average.",
     "Средняя прибыль и риск (вероятность выше 0,7): 120 клиентов (10 % всех), их прибыль — 480, это 12 % всей "
     "прибыли.\n"
     "Спад случился у 80 % из них; модель обещала в среднем 82 %."},
    {"limits", &ReportSentences::limits,
     "Held out: the latest as-of dates, from 2026-03-01 on (300 rows). Purged, because their outcome was not known by "
     "then: 121 rows.\n"
     "On the hold-out of 300 rows ROC-AUC is 0.92; its 95% interval goes from 0.88 to 0.95, so differences smaller "
     "than "
     "that say nothing.\n"
     "Announced probabilities miss the actual share of declines by 3.2 percentage points on average.\n"
     "ROC-AUC is 0.98 on the rows the model learnt from and 0.92 on the hold-out: the difference of 0.06 is learnt by "
     "heart.\n"
     "The recipes of this model and of model 2, the champion of that time, were fitted anew in the same 8 splits: "
     "ROC-AUC is 0.911 against 0.913, a difference of −0.0020 (95% interval from −0.0093 to 0.0053).\n"
     "The difference is not below minus one standard error (−0.0031), so it became the champion.",
     "Отложены последние даты, начиная с 01.03.2026 (300 строк). Исключено, потому что исход к этой дате ещё не был "
     "известен: 121 строка.\n"
     "На отложенной выборке из 300 строк ROC-AUC равен 0,92; его 95-процентный интервал — от 0,88 до 0,95, и меньшие "
     "различия ничего не значат.\n"
     "Обещанные вероятности отличаются от действительной доли спада в среднем на 3,2 п. п.\n"
     "ROC-AUC равен 0,98 на обучающих строках и 0,92 на отложенных: разницу в 0,06 модель просто заучила.\n"
     "Рецепты этой модели и модели 2, которая работала до неё, заново обучены на одних и тех же 8 разбиениях: ROC-AUC "
     "равен 0,911 против 0,913, разница — −0,0020 (95-процентный интервал от −0,0093 до 0,0053).\n"
     "Разница не ниже минус одной стандартной ошибки (−0,0031), поэтому новая модель заменила прежнюю."},
};

TEST(ReportSentencesTest, OfAFullReport) {
  const v1::ModelReport report = FullReport();
  for (const Reading& reading : kFull) {
    EXPECT_EQ(Read(report, ReportLanguage::kEnglish, reading.part), reading.english) << reading.name;
    EXPECT_EQ(Read(report, ReportLanguage::kRussian, reading.part), reading.russian) << reading.name;
  }
}

TEST(ReportSentencesTest, WhatANumberWouldAddFollowsItsInterval) {
  const struct {
    double value, lower, upper;
    const char* english;
    const char* russian;
  } kCases[] = {
      {0.02, 0.01, 0.03, "would rank better if it did", "с ним ранжировала бы лучше"},
      {-0.02, -0.03, -0.01, "would rank worse if it did", "с ним ранжировала бы хуже"},
      {0.01, 0, 0.02, "nothing tells that it should", "ничто не говорит о том"},
  };
  for (const auto& c : kCases) {
    v1::ModelReport report = FullReport();
    v1::Estimate* difference = report.mutable_input_trials(0)->mutable_difference();
    difference->set_value(c.value);
    difference->set_lower(c.lower);
    difference->set_upper(c.upper);
    const std::string english = Read(report, ReportLanguage::kEnglish, &ReportSentences::tried);
    EXPECT_NE(english.find(c.english), std::string::npos) << english;
    const std::string russian = Read(report, ReportLanguage::kRussian, &ReportSentences::tried);
    EXPECT_NE(russian.find(c.russian), std::string::npos) << russian;
    EXPECT_EQ(english.find("INPUT_AND_SEGMENT") != std::string::npos, c.lower > 0) << "what helps is told how";
    EXPECT_EQ(russian.find("INPUT_AND_SEGMENT") != std::string::npos, c.lower > 0);
  }
}

TEST(ReportSentencesTest, SaysWhenCustomersWereHeldOut) {
  v1::ModelReport report = FullReport();
  report.mutable_model()->mutable_report()->set_holdout_rows_by(v1::TrainingOptions::CUSTOMERS);
  EXPECT_EQ(SayReport(report, ReportLanguage::kEnglish).limits[0],
            "Held out: a share of the customers, with all of their rows (300 rows).");
  EXPECT_EQ(Read({SayReport(report, ReportLanguage::kRussian).limits[0]}),
            "Отложена часть клиентов со всеми их строками (300 строк).");
  report.mutable_model()->mutable_report()->clear_holdout_rows_by();
  EXPECT_EQ(SayReport(report, ReportLanguage::kEnglish).limits[0].find("Held out"), std::string::npos)
      << "an older model does not tell";
}

TEST(ReportSentencesTest, AnEmptyReportSaysNothing) {
  for (const ReportLanguage language : {ReportLanguage::kEnglish, ReportLanguage::kRussian}) {
    for (const Reading& reading : kFull) EXPECT_EQ(Read(v1::ModelReport(), language, reading.part), "") << reading.name;
  }
}

struct Finding {
  const char* text;
  const char* english;
  const char* russian;
};

TEST(ReportSentencesTest, EveryFindingHasItsSentence) {
  constexpr Finding kFindings[] = {
      {"kind: CONSTANT feature: 'minutes_month_0'",
       "“minutes_month_0” is the same in every row; the model does not see it.",
       "Признак «minutes_month_0» одинаков во всех строках, модель его не видит."},
      {"kind: EMPTY feature: 'x'", "“x” has no values; the model does not see it.",
       "У признака «x» нет ни одного значения, модель его не видит."},
      {"kind: NOT_COVERED feature: 'x'",
       "“x” needs a longer history of events than there is yet; the model does not see it.",
       "Для признака «x» пока не хватает истории событий, модель его не видит."},
      {"kind: MISSING feature: 'x' count: 1", "“x” is missing in 1 row.", "Признак «x» не заполнен в 1 строке."},
      {"kind: OUTLIERS feature: 'x' count: 21", "“x” lies far outside the usual range in 21 rows.",
       "Признак «x» далеко выходит за обычные пределы в 21 строке."},
      {"kind: LEAKING feature: 'x' figure: 0.99",
       "“x” alone ranks customers with ROC-AUC 0.99: it may have been written after the outcome was known.",
       "Признак «x» сам по себе ранжирует клиентов с ROC-AUC 0,99: возможно, он записан, когда исход был уже "
       "известен."},
      {"kind: IMBALANCE figure: 0.08", "Only 8% of the rows have the rarer of the two outcomes.",
       "Более редкий из двух исходов — лишь у 8 % строк."},
      {"feature: 'x'", "", ""},
  };
  for (const Finding& finding : kFindings) {
    v1::ModelReport report;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(finding.text, report.add_findings())) << finding.text;
    EXPECT_EQ(Read(report, ReportLanguage::kEnglish, &ReportSentences::data), finding.english);
    EXPECT_EQ(Read(report, ReportLanguage::kRussian, &ReportSentences::data), finding.russian);
  }
}

TEST(ReportSentencesTest, EveryRepairHasItsSentence) {
  const struct {
    const char* text;
    const char* english;
    const char* russian;
  } kRepairs[] = {
      {"kind: TYPING_ERROR source: 'a.csv' from: 'x' to: 'y' rows: 1",
       "In a.csv 1 row said “x” for “y”; taken as that.",
       "В a.csv в 1 строке вместо «y» написано «x»; прочитано как «y»."},
      {"kind: LETTER_CASE source: 'a.csv' from: 'X' to: 'x' rows: 5",
       "In a.csv 5 rows wrote “x” as “X”; taken as that.",
       "В a.csv в 5 строках «x» написано как «X»; прочитано как «x»."},
      {"kind: REPEATED_ROWS source: 'a.csv' rows: 1",
       "Rows of a.csv that say again what another one says: 1; counted once.",
       "Строк в a.csv, повторяющих другие: 1; каждая учтена один раз."},
      {"kind: UNMATCHED_ROWS source: 'a.csv' rows: 7",
       "Rows of a.csv whose customers the list of customers does not name: 7; left out.",
       "Строк в a.csv о клиентах, которых нет в списке клиентов: 7; они не учтены."},
      {"source: 'a.csv' rows: 7", "", ""},
  };
  for (const auto& repair : kRepairs) {
    v1::ModelReport report;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(repair.text, report.add_repairs())) << repair.text;
    EXPECT_EQ(Read(report, ReportLanguage::kEnglish, &ReportSentences::data), repair.english);
    EXPECT_EQ(Read(report, ReportLanguage::kRussian, &ReportSentences::data), repair.russian);
  }
}

TEST(ReportSentencesTest, OfManyRepairsTheMostFrequentAreNamedAndTheOthersCounted) {
  v1::ModelReport report;
  for (int64_t rows = 1; rows <= 7; ++rows) {
    v1::DataRepair* repair = report.add_repairs();
    repair->set_kind(v1::DataRepair::REPEATED_ROWS);
    repair->set_source("a.csv");
    repair->set_rows(rows * 1'000);
  }
  const std::vector<std::string> english = SayReport(report, ReportLanguage::kEnglish).data;
  ASSERT_EQ(english.size(), 6u);
  EXPECT_EQ(english[0], "Rows of a.csv that say again what another one says: 7,000; counted once.");
  EXPECT_EQ(english[4], "Rows of a.csv that say again what another one says: 3,000; counted once.");
  EXPECT_EQ(english[5], "Further repairs: 2, in 3,000 rows.");
  EXPECT_EQ(Read({SayReport(report, ReportLanguage::kRussian).data[5]}), "Других исправлений: 2, в 3000 строках.");
}

// What a change of the full report makes of one part.
struct Change {
  const char* name;
  std::function<void(v1::ModelReport*)> make;
  Part part;
  const char* english;
  const char* russian;
};

// So that the limits are the comparison's sentences alone.
v1::ChampionComparison* KeepComparisonOnly(v1::ModelReport* report) {
  report->clear_holdout();
  report->clear_cross_validated();
  v1::TrainingReport* training = report->mutable_model()->mutable_report();
  training->clear_training();
  training->clear_holdout_rows_by();
  return training->mutable_champion_comparison();
}

TEST(ReportSentencesTest, ChangedFiguresChangeTheSentence) {
  const Change changes[] = {
      {"clean data",
       [](v1::ModelReport* report) {
         report->clear_findings();
         report->clear_repairs();
         report->mutable_model()->mutable_report()->mutable_training_set()->clear_exclusions();
       },
       &ReportSentences::data,
       "The model was made from 1,200 rows, of which 480 (40%) declined.\nThe data check found nothing to remark on.",
       "В данных для модели 1200 строк, из них со спадом — 480 (40 %).\nПроверка данных замечаний не выявила."},
      {"nothing matters",
       [](v1::ModelReport* report) {
         for (auto& feature : *report->mutable_importances()->mutable_features()) feature.set_matters(false);
       },
       &ReportSentences::decides, "No single feature has a weight that can be told from chance.",
       "Ни у одного признака вес не отличим от случайности."},
      {"no lever matters",
       [](v1::ModelReport* report) {
         for (auto& feature : *report->mutable_importances()->mutable_features()) feature.set_matters(false);
       },
       &ReportSentences::levers,
       "None of the features that the shop can influence has a weight that can be told from chance.",
       "Ни у одного из признаков, на которые магазин может влиять, вес не отличим от случайности."},
      {"no direction",
       [](v1::ModelReport* report) {
         report->mutable_importances()->mutable_features()->DeleteSubrange(1, 3);
         report->mutable_importances()->mutable_features(0)->set_direction(0.05);
       },
       &ReportSentences::decides,
       "“Pages opened in a visit” decides, too, but not in one direction (shuffling it costs 0.080 of ROC-AUC).",
       "Признак «страниц за визит, среднее за три месяца» тоже важен, но связан со спадом не в одну сторону (если "
       "перемешать значения, ROC-AUC падает на 0,080)."},
      {"nobody at risk", [](v1::ModelReport* report) { report->mutable_segments(2)->set_rows(0); },
       &ReportSentences::target, "Nobody of middle profit is at risk (probability above 0.7).",
       "Среди клиентов со средней прибылью под риском (вероятность выше 0,7) нет никого."},
      {"several dates and a loss",
       [](v1::ModelReport* report) {
         report->mutable_lineage()->add_as_of();
         report->mutable_segments(2)->set_profit(-480);
         report->mutable_segments(2)->set_rows(121);
       },
       &ReportSentences::target,
       "Middle profit and at risk (probability above 0.7): 121 rows (10% of all), with a profit of −480.\n"
       "Of them 79% declined; the model announced 82% on average.",
       "Средняя прибыль и риск (вероятность выше 0,7): 121 строка (10 % всех), их прибыль — −480.\n"
       "Спад случился у 79 % из них; модель обещала в среднем 82 %."},
      {"little learnt by heart, champion flattered",
       [](v1::ModelReport* report) {
         report->clear_holdout();
         report->clear_cross_validated();
         report->mutable_model()->mutable_report()->mutable_training()->set_roc_auc(0.93);
         report->mutable_model()->mutable_report()->set_champion_saw_holdout(true);
         report->mutable_model()->mutable_report()->clear_champion_comparison();
         report->mutable_model()->mutable_report()->clear_holdout_rows_by();
       },
       &ReportSentences::limits,
       "ROC-AUC is 0.93 on the rows the model learnt from and 0.92 on the hold-out: hardly anything is learnt by "
       "heart.\n"
       "The champion was compared on rows that it had been fitted to, which flatters the champion.",
       "ROC-AUC равен 0,93 на обучающих строках и 0,92 на отложенных: модель почти ничего не заучила.\n"
       "Прежняя модель сравнивалась на строках, на которых её обучали, и потому выглядит лучше, чем есть."},
      {"the champion stayed by the splits",
       [](v1::ModelReport* report) { KeepComparisonOnly(report)->set_decision(v1::ChampionComparison::KEPT_CHAMPION); },
       &ReportSentences::limits,
       "The recipes of this model and of model 2, the champion of that time, were fitted anew in the same 8 splits: "
       "ROC-AUC is 0.911 against 0.913, a difference of −0.0020 (95% interval from −0.0093 to 0.0053).\n"
       "The difference is below minus one standard error (−0.0031), so the champion stayed.",
       "Рецепты этой модели и модели 2, которая работала до неё, заново обучены на одних и тех же 8 разбиениях: "
       "ROC-AUC равен 0,911 против 0,913, разница — −0,0020 (95-процентный интервал от −0,0093 до 0,0053).\n"
       "Разница ниже минус одной стандартной ошибки (−0,0031), поэтому осталась прежняя модель."},
      {"the champion stayed by the hold-out",
       [](v1::ModelReport* report) {
         v1::ChampionComparison* comparison = KeepComparisonOnly(report);
         comparison->set_rule(v1::ChampionComparison::HOLDOUT);
         comparison->set_decision(v1::ChampionComparison::KEPT_CHAMPION);
       },
       &ReportSentences::limits,
       "With model 2, the champion of that time, it was compared on the hold-out alone: ROC-AUC is 0.911 against "
       "0.913.\n"
       "It is worse there, so the champion stayed.",
       "С моделью 2, которая работала до неё, она сравнивалась только на отложенной выборке: ROC-AUC равен 0,911 "
       "против 0,913.\n"
       "Она там хуже, поэтому осталась прежняя модель."},
      {"promoted by the hold-out",
       [](v1::ModelReport* report) { KeepComparisonOnly(report)->set_rule(v1::ChampionComparison::HOLDOUT); },
       &ReportSentences::limits,
       "With model 2, the champion of that time, it was compared on the hold-out alone: ROC-AUC is 0.911 against "
       "0.913.\n"
       "It is not worse there and became the champion.",
       "С моделью 2, которая работала до неё, она сравнивалась только на отложенной выборке: ROC-AUC равен 0,911 "
       "против 0,913.\n"
       "Она там не хуже и заменила прежнюю."},
      {"promotion not asked",
       [](v1::ModelReport* report) {
         v1::ChampionComparison* comparison = KeepComparisonOnly(report);
         comparison->set_rule(v1::ChampionComparison::HOLDOUT);
         comparison->set_decision(v1::ChampionComparison::NOT_ASKED);
       },
       &ReportSentences::limits,
       "With model 2, the champion of that time, it was compared on the hold-out alone: ROC-AUC is 0.911 against "
       "0.913.\n"
       "As was asked, the champion stayed whatever the difference.",
       "С моделью 2, которая работала до неё, она сравнивалась только на отложенной выборке: ROC-AUC равен 0,911 "
       "против 0,913.\n"
       "Прежняя модель осталась независимо от разницы: так было задано."},
      {"no champion to compare with",
       [](v1::ModelReport* report) { KeepComparisonOnly(report)->set_rule(v1::ChampionComparison::UNCOMPARED); },
       &ReportSentences::limits, "", ""},
  };
  for (const Change& change : changes) {
    v1::ModelReport report = FullReport();
    change.make(&report);
    EXPECT_EQ(Read(report, ReportLanguage::kEnglish, change.part), change.english) << change.name;
    EXPECT_EQ(Read(report, ReportLanguage::kRussian, change.part), change.russian) << change.name;
  }
}

}  // namespace
}  // namespace ebb
