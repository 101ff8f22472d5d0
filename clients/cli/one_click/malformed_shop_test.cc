// Every way in which a file can fail to be what it should be, and what is said about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "clients/cli/one_click/shop_files_for_test.h"
#include "clients/cli/one_click/shop_import.h"

namespace ebb::one_click {
namespace {

struct Malformed {
  std::string name;
  std::string ShopTexts::*file;
  std::string from;  // first occurrence is replaced; "" replaces the whole file
  std::string to;
  std::string error;
};

// Names the case where GoogleTest prints it.
void PrintTo(const Malformed& one, std::ostream* out) { *out << one.name; }

constexpr char kStandardRule[] = "must be standard (стандарт) or premium (премиум)";

class MalformedShopTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedShopTest, IsRefusedWithItsPreciseError) {
  const Malformed& bad = GetParam();
  ShopTexts texts;
  texts.*bad.file = bad.from.empty() ? bad.to : With(texts.*bad.file, bad.from, bad.to);
  const auto import = ReadShopTexts(texts);
  ASSERT_FALSE(import.ok());
  EXPECT_EQ(import.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(import.status().message()), bad.error);
}

constexpr auto kFile = &ShopTexts::market_file;
constexpr auto kRevenue = &ShopTexts::market_money;
constexpr auto kTime = &ShopTexts::market_time;
constexpr auto kProfit = &ShopTexts::money;

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedShopTest,
    ::testing::Values(
        Malformed{"Empty", kProfit, "", "", "money.csv: the file is empty: export it again"},
        Malformed{"OnlyAHeader", kProfit, "", "id;profit\n", "money.csv: no rows after the header: export it again"},
        Malformed{"NoSeparator", kProfit, "", "id profit\na 1\n",
                  "money.csv, line 1, column \"number 1\", value \"id profit\": the first line must name the columns, "
                  "separated by "
                  "comma, semicolon or tab"},
        Malformed{"Utf16", kProfit, "", "\xff\xfei", "money.csv, line 1: the file is UTF-16: save it as UTF-8"},
        Malformed{"Windows1251", kFile, "food", "\xcf\xee\xf1",
                  "market_file.csv, line 3, column \"favourite_category\", value \"\\xcf\\xee\\xf1\": byte 0xcf is not "
                  "UTF-8: save the "
                  "file as UTF-8 (Excel: \"CSV UTF-8\"; older exports are often Windows-1251)"},
        Malformed{"TerminalEscape", kFile, "food", "fo\x1b[2Jod",
                  "market_file.csv, line 3, column \"favourite_category\", value \"fo\\x1b[2Jod\": control characters "
                  "and line breaks are "
                  "not allowed in a value"},
        Malformed{"LineBreakInQuotes", kFile, "food", "\"fo\nod\"",
                  "market_file.csv, line 3, column \"favourite_category\", value \"fo\\x0aod\": control characters and "
                  "line breaks are "
                  "not allowed in a value"},
        Malformed{"QuoteNeverClosed", kProfit, "b;4,16", "b;\"4,16",
                  "money.csv, line 3, column \"number 2\", value \"4,16\\x0a\": the quote that opens this value is "
                  "never closed"},
        Malformed{"TextAfterQuote", kProfit, "b;4,16", "b;\"4\",16",
                  "money.csv, line 3, column \"number 2\", value \"4\": text after the closing quote: only a separator "
                  "or the line's end "
                  "may follow"},
        Malformed{"QuoteInsideValue", kProfit, "b;4,16", "b;4\"16",
                  "money.csv, line 3, column \"number 2\", value \"4\"\": a quote inside an unquoted value: put the "
                  "whole value in quotes "
                  "and double the quote"},
        Malformed{
            "MoneyBelowTheSmallestCoin", kRevenue, "a,current_month,100.5", "a,current_month,100.123",
            "market_money.csv, line 2, column \"revenue\", value \"100.123\": must have at most 2 digits after the "
            "decimal mark"},
        Malformed{"MoneyBeyondWhatIsExact", kRevenue, "a,current_month,100.5", "a,current_month,90071992547410",
                  "market_money.csv, line 2, column \"revenue\", value \"90071992547410\": must be between "
                  "-90071992547409 and 90071992547409"},
        Malformed{"LongerThanAnyShop", kFile, "3.4,5,121,", "3.4,5,100001,",
                  "market_file.csv, line 2, column \"tenure\", value \"100001\": must be between 0 and 100000"},
        Malformed{"CountBeyondWhatIsExact", kFile, "kitchenware,6,2,1,5", "kitchenware,6,9007199254740993000,1,5",
                  "market_file.csv, line 2, column \"unpaid_items\", value \"9007199254740993000\": must have at most "
                  "18 digits"},
        Malformed{"CountBeyondWhatADoubleHolds", kFile, "kitchenware,6,2,1,5", "kitchenware,6,9007199254740994,1,5",
                  "market_file.csv, line 2, column \"unpaid_items\", value \"9007199254740994\": must be between 0 and "
                  "9007199254740992"},
        Malformed{"TooFewValues", kTime, "a,previous_month,13", "a,previous_month",
                  "market_time.csv, line 3: 2 values, but the header names 3 columns: every line must have as many"},
        Malformed{"TooManyValues", kTime, "a,previous_month,13", "a,previous_month,13,7",
                  "market_time.csv, line 3: 4 values, but the header names 3 columns: every line must have as many"},
        Malformed{"UnknownColumn", kTime, "minutes", "seconds",
                  "market_time.csv, line 1, column \"seconds\", value \"seconds\": is no column of market_time: must "
                  "be customer_id (id), "
                  "period (Период) or minutes (минут)"},
        Malformed{"AnotherFilesColumn", kTime, "minutes", "revenue",
                  "market_time.csv, line 1, column \"revenue\", value \"revenue\": is no column of market_time: must "
                  "be customer_id (id), "
                  "period (Период) or minutes (минут)"},
        Malformed{"ColumnTwice", kProfit, "", "id;customer_id\na;b\n",
                  "money.csv, line 1, column \"customer_id\", value \"customer_id\": names the same column as \"id\": "
                  "keep one"},
        Malformed{"ColumnLeftOut", kTime, "", "id,period\na,current_month\n",
                  "market_time.csv, line 1: column minutes (минут) is missing: market_time needs it"},
        Malformed{"NoCustomer", kProfit, "a;", ";",
                  "money.csv, line 2, column \"id\", value \"\": every row needs a customer"},
        Malformed{
            "LongCustomer", kProfit, "a;", std::string(129, 'x') + ";",
            "money.csv, line 2, column \"id\", value \"" + std::string(64, 'x') + "…\": must have at most 128 bytes"},
        Malformed{"UnknownTier", kFile, "standard", "золото",
                  std::string("market_file.csv, line 2, column \"tier\", value \"золото\": ") + kStandardRule},
        Malformed{"UnknownLabel", kFile, "declined", "gone",
                  "market_file.csv, line 2, column \"activity\", value \"gone\": must be declined (Снизилась) or "
                  "steady (Прежний уровень)"},
        Malformed{"OppositeOfALabel", kFile, "steady", "unsteady",
                  "market_file.csv, line 3, column \"activity\", value \"unsteady\": must be declined (Снизилась) or "
                  "steady (Прежний "
                  "уровень)"},
        Malformed{"ConsentWithATypingError", kFile, "yes", "yees",
                  "market_file.csv, line 2, column \"consent\", value \"yees\": must be yes (да) or no (нет)"},
        Malformed{"NoPeriod", kTime, "a,current_month", "a,",
                  "market_time.csv, line 2, column \"period\", value \"\": every row needs a period"},
        Malformed{"UnknownPeriod", kTime, "current_month", "next_year",
                  "market_time.csv, line 2, column \"period\", value \"next_year\": must be current_month "
                  "(текущий_месяц), previous_month "
                  "(предыдущий_месяц) or month_before_previous (препредыдущий_месяц)"},
        Malformed{"PeriodOfAnotherFile", kTime, "current_month", "препредыдущий_месяц",
                  "market_time.csv, line 2, column \"period\", value \"препредыдущий_месяц\": market_time holds the "
                  "last 2 months only"},
        Malformed{"NotANumber", kRevenue, "100.5", "many",
                  "market_money.csv, line 2, column \"revenue\", value \"many\": must be a decimal number such as "
                  "3293.1 (no exponent, no "
                  "thousands separator)"},
        Malformed{"NotFinite", kRevenue, "100.5", "nan",
                  "market_money.csv, line 2, column \"revenue\", value \"nan\": must be a decimal number such as "
                  "3293.1 (no exponent, no "
                  "thousands separator)"},
        Malformed{"Exponent", kRevenue, "100.5", "1e5",
                  "market_money.csv, line 2, column \"revenue\", value \"1e5\": must be a decimal number such as "
                  "3293.1 (no exponent, no "
                  "thousands separator)"},
        Malformed{"ThousandsSeparator", kRevenue, "100.5", "\"1,100.5\"",
                  "market_money.csv, line 2, column \"revenue\", value \"1,100.5\": must be a decimal number such as "
                  "3293.1 (no exponent, "
                  "no thousands separator)"},
        Malformed{
            "TooManyDigits", kRevenue, "100.5", "1234567890123456789",
            "market_money.csv, line 2, column \"revenue\", value \"1234567890123456789\": must have at most 18 digits"},
        Malformed{"TwoDecimalMarks", kProfit, "4,16", "4.16",
                  "money.csv, line 3, column \"profit\", value \"4.16\": has the decimal mark '.' where the file used "
                  "',' before: one mark a "
                  "file"},
        Malformed{"FractionOfAMinute", kTime, "14", "14.5",
                  "market_time.csv, line 2, column \"minutes\", value \"14.5\": must be a whole number"},
        Malformed{"NegativeMinutes", kTime, "14", "-14",
                  "market_time.csv, line 2, column \"minutes\", value \"-14\": must be between 0 and 44640"},
        Malformed{"MoreMinutesThanAMonth", kTime, "14", "50000",
                  "market_time.csv, line 2, column \"minutes\", value \"50000\": must be between 0 and 44640"},
        Malformed{"ShareAboveOne", kFile, "0.25", "1.25",
                  "market_file.csv, line 2, column \"promo_share\", value \"1.25\": must be between 0 and 1"},
        Malformed{"NegativeTenure", kFile, "121", "-1",
                  "market_file.csv, line 2, column \"tenure\", value \"-1\": must be between 0 and 100000"},
        Malformed{"SameCustomerDiffers", kProfit, "b;4,16", "a;4,16",
                  "money.csv, line 3, column \"profit\", value \"4.16\": line 2 already gives customer a the value "
                  "\"0.98\" there: one row a "
                  "customer, remove one"},
        Malformed{"SamePeriodDiffers", kTime, "a,previous_month,13", "a,current_month,13",
                  "market_time.csv, line 3, column \"minutes\", value \"13\": line 2 already gives customer a the "
                  "value \"14\" there: one "
                  "row a customer and period, remove one"},
        Malformed{"AnotherShopsFile", kProfit, "", "id;profit\nx;1\ny;2\n",
                  "money.csv, line 2, column \"id\", value \"x\": neither this nor any other customer of the file is "
                  "in market_file.csv: "
                  "the files are not of one export"}),
    [](const ::testing::TestParamInfo<Malformed>& info) { return info.param.name; });

TEST(MissingShopTest, AFileThatIsNotThereIsNamed) {
  const auto import = ReadShop({"no_such_file.csv", "", "", ""}, Vocabulary::Default());
  ASSERT_FALSE(import.ok());
  EXPECT_EQ(import.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(import.status().message()), ::testing::HasSubstr("cannot open no_such_file.csv"));
}

TEST(MissingShopTest, AFolderIsNoFile) {
  const auto import = ReadShop({"/tmp", "", "", ""}, Vocabulary::Default());
  ASSERT_FALSE(import.ok());
  EXPECT_THAT(std::string(import.status().message()), ::testing::HasSubstr("/tmp is a folder, not a file"));
}

}  // namespace
}  // namespace ebb::one_click
