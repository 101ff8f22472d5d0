#include "clients/cli/report/basket_page.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

v1::UnpaidBasketReport LeftInBaskets() {
  v1::UnpaidBasketReport report;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        as_of { seconds: 1773144000 }
        pieces: 1200
        affected_customers: 22
        active_customers: 88
        categories { name: "<toys>" pieces: 900 }
        categories { pieces: 300 }
        price_bands { from_minor: 0 to_minor: 5000 pieces: 700 }
        price_bands { from_minor: 5000 pieces: 400 }
        price_bands { pieces: 100 }
        promotion { name: "yes" pieces: 1100 }
        promotion { pieces: 100 }
        tiers { name: "premium" pieces: 1200 }
        service_errors { name: "0" pieces: 900 }
        service_errors { name: "1" pieces: 300 }
        weeks {
          start { seconds: 1771804800 }
          pieces: 400
          affected_customers: 10
          active_customers: 80
        }
        weeks {
          start { seconds: 1772409600 }
          pieces: 700
          affected_customers: 20
          active_customers: 80
          pieces_change: 300
          share_change: 0.125
        }
        weeks {
          start { seconds: 1773014400 }
          pieces: 100
          affected_customers: 1
          active_customers: 0
        }
      )pb",
      &report));
  return report;
}

TEST(BasketPageTest, SaysHowMuchHowItMovedAndWhereItLies) {
  EXPECT_THAT(
      SayUnpaidBaskets(LeftInBaskets(), ReportLanguage::kEnglish),
      ElementsAre("Left unpaid: 1,200 pieces. That concerns 22 customers of 88 active ones (25.0%).",
                  "In the last whole week (from 2026-03-02) the share of customers affected rose from 12.5% to 25.0%.",
                  "Most of it in one category: “<toys>”, 900 pieces (75%).",
                  "25% of the pieces were put in during visits in which the site failed: look at those errors first."));
}

TEST(BasketPageTest, SaysItInRussian) {
  const std::vector<std::string> sentences = SayUnpaidBaskets(LeftInBaskets(), ReportLanguage::kRussian);
  ASSERT_EQ(sentences.size(), 4u);
  EXPECT_THAT(sentences[0], HasSubstr("22\u00a0клиента из 88 активных"));
  EXPECT_THAT(sentences[1], HasSubstr("(с 02.03.2026) доля клиентов с неоплаченными товарами выросла"));
  EXPECT_THAT(sentences[2], HasSubstr("«<toys>», 900\u00a0товаров"));
  EXPECT_THAT(sentences[3], HasSubstr("во время визитов со сбоями сайта"));
}

TEST(BasketPageTest, SaysWhatDidNotMoveAndWhatIsNotThere) {
  v1::UnpaidBasketReport report = LeftInBaskets();
  report.mutable_weeks(1)->set_affected_customers(10);
  report.mutable_weeks(1)->set_share_change(0);
  report.mutable_service_errors()->RemoveLast();
  const std::vector<std::string> sentences = SayUnpaidBaskets(report, ReportLanguage::kEnglish);
  EXPECT_THAT(sentences[1], HasSubstr("stayed at 12.5%"));
  EXPECT_THAT(sentences[3], HasSubstr("None was put in during a visit in which the site failed."));
  EXPECT_THAT(SayUnpaidBaskets({}, ReportLanguage::kEnglish), ElementsAre("Nothing is left unpaid."));
  EXPECT_THAT(UnpaidBasketPage({}, ReportLanguage::kEnglish), Not(HasSubstr("<svg")));
}

TEST(BasketPageTest, ThePageDrawsWeeksAndGroupsAndEscapesWhatComesFromData) {
  const std::string page = UnpaidBasketPage(LeftInBaskets(), ReportLanguage::kEnglish);
  size_t pictures = 0;
  for (size_t at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1)) ++pictures;
  EXPECT_EQ(pictures, 2u + 5u);
  EXPECT_THAT(page, HasSubstr("&lt;toys&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<toys>")));
  EXPECT_THAT(page, HasSubstr("As of 2026-03-10, over 3 weeks."));
  EXPECT_THAT(page, HasSubstr("below 5,000"));
  EXPECT_THAT(page, HasSubstr("from 5,000"));
  EXPECT_THAT(UnpaidBasketPage(LeftInBaskets(), ReportLanguage::kRussian), HasSubstr("Неоплаченные корзины"));
}

}  // namespace
}  // namespace ebb
