// Small shops on disk for tests: four files with English headers and two customers, of which a test changes what it is
// about.
#pragma once

#include <string>

#include "clients/cli/one_click/shop_import.h"

namespace ebb::one_click {

// Contents of the four files.
struct ShopTexts {
  std::string market_file =
      "id,activity,tier,consent,marketing_contacts_6m_avg,marketing_contacts_current_month,tenure,promo_share,"
      "favourite_category,"
      "categories_per_visit,unpaid_items,service_errors,pages_per_visit\n"
      "a,declined,standard,yes,3.4,5,121,0.25,kitchenware,6,2,1,5\n"
      "b,steady,premium,no,4.4,4,819,0.75,food,4,4,2,5\n";
  std::string market_money =
      "id,period,revenue\n"
      "a,current_month,100.5\na,previous_month,90\na,month_before_previous,80\n"
      "b,current_month,200\nb,previous_month,190\nb,month_before_previous,180\n";
  std::string market_time =
      "id,period,minutes\n"
      "a,current_month,14\na,previous_month,13\nb,current_month,10\nb,previous_month,12\n";
  std::string money = "id;profit\na;0,98\nb;4,16\n";
};

// Writes them into a folder of the running test's own.
ShopPaths WriteShop(const ShopTexts& texts);

// Reads them with the default vocabulary.
absl::StatusOr<ShopImport> ReadShopTexts(const ShopTexts& texts);

// `text` with the first `from` replaced; fails the test if there is none.
std::string With(std::string text, const std::string& from, const std::string& to);

}  // namespace ebb::one_click
