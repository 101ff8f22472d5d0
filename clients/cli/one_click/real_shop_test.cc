// The shop's real files, which are no part of the project: without them these tests say so and skip.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "clients/cli/one_click/shop_import.h"

namespace ebb::one_click {
namespace {

std::string ShopFolder() {
  const char* named = std::getenv("EBB_SHOP_DATA");
  return named != nullptr ? named : "../shared/data/one_click";
}

class RealShopTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string folder = ShopFolder();
    if (!std::filesystem::exists(folder + "/market_file.csv")) {
      GTEST_SKIP() << "the shop's files are not in " << folder
                   << ": set EBB_SHOP_DATA to the folder of market_file.csv";
    }
    absl::StatusOr<ShopImport> import = ReadShop(
        {folder + "/market_file.csv", folder + "/market_money.csv", folder + "/market_time.csv", folder + "/money.csv"},
        Vocabulary::Default());
    ASSERT_TRUE(import.ok()) << import.status();
    import_ = *std::move(import);
  }

  ShopImport import_;
};

TEST_F(RealShopTest, FindsRowsAndDialects) {
  const auto& files = import_.report.files;
  EXPECT_EQ(files[0].rows, 1300);
  EXPECT_EQ(files[1].rows, 3900);
  EXPECT_EQ(files[2].rows, 2600);
  EXPECT_EQ(files[3].rows, 1300);
  EXPECT_EQ(files[0].dialect.separator, ',');
  EXPECT_EQ(files[0].decimal_mark, '.');
  EXPECT_EQ(files[3].dialect.separator, ';');
  EXPECT_EQ(files[3].decimal_mark, ',');
  EXPECT_EQ(files[2].decimal_mark, std::nullopt);
  EXPECT_EQ(import_.report.customers, 1300);
}

TEST_F(RealShopTest, CountsThreeKindsOfDuplicates) {
  for (const FileReport& file : import_.report.files) {
    EXPECT_EQ(file.repeated.identical, 0) << file.file;
    EXPECT_EQ(file.repeated.same_key, 0) << file.file;
    EXPECT_EQ(file.unmatched_rows, 0) << file.file;
  }
  EXPECT_EQ(import_.report.equal_but_for_customer_in_market_file, 11);
  EXPECT_EQ(import_.report.equal_but_for_customer_joined, 0);
}

TEST_F(RealShopTest, RepairsTheTwoTypingErrorsAndNothingElse) {
  std::string repairs;
  for (const Repair& r : import_.report.repairs)
    repairs += r.file + ": " + r.from + " → " + r.to + ' ' + std::to_string(r.rows) + '\n';
  EXPECT_EQ(repairs,
            "market_file.csv: стандартт → стандарт 10\n"
            "market_time.csv: предыдцщий_месяц → предыдущий_месяц 1300\n");
}

TEST_F(RealShopTest, FindsTheOneOutlierAndNoGaps) {
  ASSERT_EQ(import_.report.check.outliers.size(), 1);
  const Outlier& outlier = import_.report.check.outliers[0];
  EXPECT_EQ(outlier.customer_id, "215380");
  EXPECT_EQ(outlier.feature, "revenue_month_0");
  EXPECT_EQ(outlier.value, "106862.2");
  EXPECT_EQ(outlier.largest_ordinary, "7799.4");
  EXPECT_EQ(import_.report.check.customers_with_gaps, 0);
}

TEST_F(RealShopTest, LeavesFourCustomersOutOfTraining) {
  const DataCheck& check = import_.report.check;
  EXPECT_EQ(check.declined, 498);
  EXPECT_EQ(check.steady, 802);
  EXPECT_EQ(check.unlabelled, 0);
  EXPECT_EQ(check.exclusions, (std::map<std::string, int64_t>{{"no_revenue_in_a_month", 3}, {"revenue_outlier", 1}}));
  EXPECT_EQ(check.trainable, 1296);
}

TEST_F(RealShopTest, MakesOneRowACustomerWithDeclaredFeatures) {
  ASSERT_EQ(import_.snapshot.rows.size(), 1300);
  EXPECT_EQ(import_.snapshot.rows[0].customer_id(), "215348");
  std::string row;
  for (const auto& value : import_.snapshot.rows[0].snapshot().values()) {
    row += value.feature() + '=' + value.decimal() + value.category() + ' ';
  }
  EXPECT_EQ(
      row,
      "service_tier=premium marketing_consent=yes tenure_days=121 marketing_contacts_6m_avg=3.4 "
      "marketing_contacts_current_month=5 promo_purchase_share_6m=0 favourite_category_6m=childrens_goods "
      "categories_per_visit_1m=6 pages_per_visit_3m=5 unpaid_items_3m=2 service_errors_3m=1 revenue_month_0=3293.1 "
      "revenue_month_1=0 revenue_month_2=0 minutes_month_0=14 minutes_month_1=13 profit_3m_avg=0.98 ");
  EXPECT_THAT(import_.snapshot.rows[0].snapshot().training_exclusions(),
              ::testing::ElementsAre("no_revenue_in_a_month"));
}

}  // namespace
}  // namespace ebb::one_click
