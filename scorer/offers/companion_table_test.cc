#include "scorer/offers/companion_table.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

v1::ProductCompanions CountedOf(const std::string& text) {
  v1::ProductCompanions counted;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &counted)) << text;
  return counted;
}

// printer: ink, paper; ink: paper, and pens by the shop's word for pads.
CompanionTable OfficeGoods() {
  CompanionTable table;
  v1::DeclaredCompanions declared;
  declared.set_product_id("pad");
  declared.add_companions("pen");
  declared.add_companions("ink");
  table.Declare(declared);
  declared.set_product_id("mug");
  declared.clear_companions();
  table.Declare(declared);
  table.Count(
      CountedOf("product_id: 'printer' companions { product_id: 'ink' orders_together: 30 lift: 3 }"
                "companions { product_id: 'paper' orders_together: 40 lift: 2 }"));
  table.Count(
      CountedOf("product_id: 'ink' companions { product_id: 'printer' orders_together: 30 lift: 3 }"
                "companions { product_id: 'paper' orders_together: 9 lift: 2.5 }"));
  table.Count(CountedOf("product_id: 'pad' companions { product_id: 'paper' orders_together: 9 lift: 9 }"));
  table.Count(CountedOf("product_id: 'mug' companions { product_id: 'tea' orders_together: 9 lift: 9 }"));
  table.Count(
      CountedOf("product_id: 'cup' companions { product_id: 'tea' orders_together: 7 lift: 2 }"
                "companions { product_id: 'spoon' orders_together: 8 lift: 2 }"
                "companions { product_id: 'milk' orders_together: 7 lift: 2 }"));
  return table;
}

TEST(CompanionTable, ChoosesTheBestFirst) {
  const CompanionTable table = OfficeGoods();
  const struct {
    const char* what;
    const char* goods;
    const char* had;
    const char* chosen;
  } cases[] = {
      {"by lift", "printer", "", "ink paper"},
      {"by orders, then by name", "cup", "", "spoon milk tea"},
      {"none of the goods themselves, and the better lift of two", "printer ink", "", "paper"},
      {"none of what is had", "printer", "ink", "paper"},
      {"declared ones instead of those counted", "pad", "", "pen ink"},
      {"declared ones first", "cup pad", "", "pen ink spoon"},
      {"declared to have none", "mug", "", ""},
      {"unknown", "spaceship", "", ""},
      {"nothing", "", "", ""},
  };
  for (const auto& test : cases) {
    const std::vector<std::string> goods = absl::StrSplit(test.goods, ' '), had = absl::StrSplit(test.had, ' ');
    EXPECT_EQ(absl::StrJoin(table.Choose(goods, had, 3), " "), test.chosen) << test.what;
  }
  EXPECT_EQ(table.Choose(std::vector<std::string>{"cup"}, {}, 1), std::vector<std::string>{"spoon"});
}

TEST(CompanionTable, PurchasesShowNothingThatIsInTheBasket) {
  v1::RecentGoods goods;
  goods.add_basket("ink");
  goods.add_purchased("printer");
  const CustomerCompanions companions = CompanionsOf(OfficeGoods(), goods, 3);
  EXPECT_EQ(absl::StrJoin(companions.of_basket, " "), "printer paper");
  EXPECT_EQ(absl::StrJoin(companions.of_purchases, " "), "paper");
}

}  // namespace
}  // namespace ebb::scorer
