#include "clients/cli/one_click/shop_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "clients/cli/one_click/shop_files_for_test.h"

namespace ebb::one_click {
namespace {

using ::testing::HasSubstr;

// The rows as text: what a test is about reads at a glance.
std::string RowsAsText(const Snapshot& snapshot) {
  std::string text;
  for (const v1::SnapshotRow& row : snapshot.rows) {
    text += row.customer_id() + ' ' + v1::ActivityLabel::Activity_Name(row.snapshot().activity()) + ':';
    for (const v1::ImportedValue& value : row.snapshot().values()) text += ' ' + value.decimal() + value.category();
    for (const std::string& reason : row.snapshot().training_exclusions()) text += " !" + reason;
    text += '\n';
  }
  return text;
}

constexpr char kTwoCustomers[] =
    "a DECLINED: standard yes 121 3.4 5 0.25 kitchenware 6 5 2 1 100.5 90 80 14 13 0.98\n"
    "b STEADY: premium no 819 4.4 4 0.75 food 4 5 4 2 200 190 180 10 12 4.16\n";

TEST(ShopImportTest, JoinsTheFourFilesIntoOneRowACustomer) {
  const auto import = ReadShopTexts({});
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(RowsAsText(import->snapshot), kTwoCustomers);
  EXPECT_TRUE(import->report.repairs.empty());
}

TEST(ShopImportTest, SameContentInAnotherDialectIsTheSameSnapshot) {
  const auto plain = ReadShopTexts({});
  ASSERT_TRUE(plain.ok()) << plain.status();
  ShopTexts texts;
  texts.market_file =
      "\xef\xbb\xbf"
      "Страниц за визит;ID;Покупательская активность;Тип_сервиса;Разрешить "
      "сообщать;Маркет_актив_6_мес;Маркет_актив_тек_мес;"
      "Длительность;Акционные покупки;Популярная_категория;Средний_просмотр_категорий_за_визит;"
      "Неоплаченные_продукты_штук_квартал;Ошибка_сервиса\r\n"
      "5,0;\"b\";Прежний  уровень;ПРЕМИУМ;нет;4,40;4;819;0,75;food;4;4;2\r\n"
      "5;a;Снизилась;Стандартт;Да;3,4;+5;0121;,25;Кухонная посуда;6;2;1\r\n\r\n";
  texts.market_file = With(texts.market_file, ";,25;", ";0,25;");
  texts.money = "id\tПрибыль\nb\t4.16\na\t 0.98 \n";
  const auto other = ReadShopTexts(texts);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(RowsAsText(other->snapshot), kTwoCustomers);
  EXPECT_EQ(other->snapshot.id, plain->snapshot.id);
  const FileReport& file = other->report.files[0];
  EXPECT_EQ(file.dialect.separator, ';');
  EXPECT_EQ(file.dialect.line_ends, LineEnds::kCrLf);
  EXPECT_TRUE(file.dialect.byte_order_mark);
  EXPECT_EQ(file.decimal_mark, ',');
  EXPECT_EQ(file.blank_lines, 1);
  EXPECT_EQ(other->report.files[3].trimmed_cells, 1);
}

TEST(ShopImportTest, AnyOtherValueIsAnotherSnapshot) {
  const auto plain = ReadShopTexts({});
  ShopTexts texts;
  texts.money = With(texts.money, "0,98", "0,99");
  const auto other = ReadShopTexts(texts);
  ASSERT_TRUE(plain.ok() && other.ok());
  EXPECT_NE(other->snapshot.id, plain->snapshot.id);
}

TEST(ShopImportTest, TheMonthBeforeThePreviousOneIsNoTypingError) {
  ShopTexts texts;
  texts.market_money = "id,Период,Выручка\na,препредыдущий_месяц,3\na,предыдцщий_месяц,2\na,текущий_месяц,1\n";
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(RowsAsText(import->snapshot), HasSubstr("1 2 3 14 13"));
  ASSERT_EQ(import->report.repairs.size(), 1);
  EXPECT_EQ(import->report.repairs[0].to, "предыдущий_месяц");
  EXPECT_EQ(import->report.repairs[0].first_line, 3);
}

TEST(ShopImportTest, AnEmptyCellIsAGapAndAnEmptyLabelMeansUnlabelled) {
  ShopTexts texts;
  texts.market_file = With(texts.market_file, "a,declined,standard,yes,3.4", "a,,standard,,3.4");
  texts.market_time = With(texts.market_time, "b,previous_month,12\n", "");
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(RowsAsText(import->snapshot),
            "a ACTIVITY_UNSPECIFIED: standard 121 3.4 5 0.25 kitchenware 6 5 2 1 100.5 90 80 14 13 0.98\n"
            "b STEADY: premium no 819 4.4 4 0.75 food 4 5 4 2 200 190 180 10 4.16\n");
  const DataCheck& check = import->report.check;
  EXPECT_EQ(check.customers_with_gaps, 2);
  EXPECT_EQ(check.gaps[FeatureIndex("marketing_consent")], 1);
  EXPECT_EQ(check.gaps[FeatureIndex("minutes_month_1")], 1);
  EXPECT_EQ(check.unlabelled, 1);
  EXPECT_EQ(check.trainable, 1);
}

TEST(ShopImportTest, CountsRepeatedRowsOnceAndSaysSo) {
  ShopTexts texts;
  texts.money += "a;0,98\nb;4,160\n";
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(RowsAsText(import->snapshot), kTwoCustomers);
  EXPECT_EQ(import->report.files[3].rows, 4);
  EXPECT_EQ(import->report.files[3].repeated.identical, 1);
  EXPECT_EQ(import->report.files[3].repeated.same_key, 1);
}

TEST(ShopImportTest, RowsThatEqualAnotherCustomersAreReportedAndKept) {
  ShopTexts texts;
  texts.market_file += "c,declined,standard,yes,3.4,5,121,0.25,kitchenware,6,2,1,5\n";
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->snapshot.rows.size(), 3);
  EXPECT_EQ(import->report.equal_but_for_customer_in_market_file, 1);
  EXPECT_EQ(import->report.equal_but_for_customer_joined, 0);
}

TEST(ShopImportTest, LeavesOutCustomersThatTheListDoesNotNameAndSaysSo) {
  ShopTexts texts;
  texts.money += "zz;1\n";
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->snapshot.rows.size(), 2);
  EXPECT_EQ(import->report.files[3].unmatched_rows, 1);
}

TEST(ShopImportTest, CustomersWithoutRevenueInAMonthAreNotTrainedOn) {
  ShopTexts texts;
  texts.market_money = With(texts.market_money, "b,previous_month,190", "b,previous_month,0.0");
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(RowsAsText(import->snapshot), HasSubstr("!no_revenue_in_a_month"));
  EXPECT_EQ(import->report.check.trainable, 1);
}

TEST(ShopImportTest, ARevenueWithADigitTooManyIsAnOutlier) {
  ShopTexts texts;
  const std::string header = texts.market_file.substr(0, texts.market_file.find('\n') + 1);
  texts.market_file = header;
  texts.market_money = "id,period,revenue\n";
  for (int i = 10; i < 30; ++i) {
    const std::string id = std::to_string(i);
    texts.market_file += id + ",steady,standard,yes,3.4,5,121,0.25,kitchenware,6,2,1,5\n";
    texts.market_money += id + ",current_month," + std::to_string(i == 17 ? 105000 : 5000 + 37 * i) + "\n";
  }
  texts.market_time = "id,period,minutes\n10,current_month,14\n";
  texts.money = "id;profit\n10;1\n";
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  ASSERT_EQ(import->report.check.outliers.size(), 1);
  const Outlier& outlier = import->report.check.outliers[0];
  EXPECT_EQ(outlier.customer_id, "17");
  EXPECT_EQ(outlier.line, 9);
  EXPECT_EQ(outlier.largest_ordinary, "6073");
  EXPECT_EQ(import->report.check.exclusions.at("revenue_outlier"), 1);
}

TEST(ShopImportTest, HostileTextIsKeptAsTextAndNeverShownRaw) {
  ShopTexts texts;
  texts.market_file = With(texts.market_file, "b,steady,premium,no,4.4,4,819,0.75,food",
                           "\"b\"\"'; DROP TABLE\",steady,premium,no,4.4,4,819,0.75,\"=cmd|' /C calc'!A0, {} %s\"");
  texts.market_money = With(texts.market_money, "b,current", "\"b\"\"'; DROP TABLE\",current");
  const auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(RowsAsText(import->snapshot), HasSubstr("b\"'; DROP TABLE STEADY"));
  EXPECT_THAT(RowsAsText(import->snapshot), HasSubstr("=cmd|' /C calc'!A0, {} %s"));
  EXPECT_TRUE(nlohmann::json::accept(ReportAsJson(import->report)));
}

TEST(ShopImportTest, TheReportSaysWhatWasFoundForPeopleAndForPrograms) {
  ShopTexts texts;
  texts.market_file = With(texts.market_file, "standard", "standrad");
  auto import = ReadShopTexts(texts);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(ReportAsText(import->report),
              HasSubstr("market_file.csv, column tier: standrad → standard   1 rows, first in line 2"));
  EXPECT_THAT(ReportAsText(import->report), HasSubstr("not sent"));
  import->report.sent = SentReport{2, false, "2026-10-01T00:00:00Z"};
  EXPECT_THAT(ReportAsText(import->report), HasSubstr("2 customers imported as of 2026-10-01T00:00:00Z"));
  const auto json = nlohmann::json::parse(ReportAsJson(import->report));
  EXPECT_EQ(json["repairs"][0]["from"], "standrad");
  EXPECT_EQ(json["repairs"][0]["kind"], "typing_error");
  EXPECT_EQ(json["trainable"], 2);
  EXPECT_EQ(json["import"]["customers"], 2);
}

}  // namespace
}  // namespace ebb::one_click
