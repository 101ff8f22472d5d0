#include "clients/cli/report/segment_portrait.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

v1::SegmentProfile Baskets() {
  v1::SegmentProfile profile;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        segment: "full_baskets"
        description { en: "Three items or more." ru: "Три товара и больше." }
        customers: 1234
        others: 4936
        features {
          name: "unpaid_items_3m"
          description: "Unpaid items of three months (column \"x\")."
          label { ru: "неоплаченных товаров в корзине за три месяца" }
          difference: 0.9
          segment_numbers { lower_quartile: 3 median: 5 upper_quartile: 7 mean: 5.5 }
          other_numbers { lower_quartile: 0 median: 1 upper_quartile: 2 mean: 1.2 }
        }
        features {
          name: "service_errors_3m"
          difference: 0.2
          segment_numbers { median: 1 mean: 0.5 }
          other_numbers { median: 1 mean: 2.25 }
        }
        features {
          name: "tier"
          difference: 0.15
          categories { category: "premium" segment_share: 0.6 other_share: 0.75 }
          categories { category: "<standard>" segment_share: 0.4 other_share: 0.25 }
        }
        features {
          name: "tenure_days"
          difference: 0.05
          segment_numbers { median: 9 }
          other_numbers { median: 8 }
        }
      )pb",
      &profile));
  return profile;
}

TEST(SegmentPortraitTest, SaysWhatSetsTheSegmentApart) {
  EXPECT_THAT(SayPortrait(Baskets(), ReportLanguage::kEnglish),
              ElementsAre("1,234 customers of 6,170 are in it (20.0%).",
                          "Higher than elsewhere – неоплаченных товаров в корзине за три месяца: median 5, others 1.",
                          "Lower than elsewhere – service_errors_3m: mean 0.5, others 2.25.",
                          "More often than elsewhere – tier: “<standard>”, 40%, others 25%."));
}

TEST(SegmentPortraitTest, SaysItInRussian) {
  const std::vector<std::string> sentences = SayPortrait(Baskets(), ReportLanguage::kRussian);
  EXPECT_THAT(sentences[0], HasSubstr("1234\u00a0клиента из 6170"));
  EXPECT_THAT(sentences[1],
              HasSubstr("Выше, чем у остальных, — неоплаченных товаров в корзине за три месяца: медиана"));
  EXPECT_THAT(sentences[3], HasSubstr("Чаще, чем у остальных"));
}

TEST(SegmentPortraitTest, SaysWhereThereIsNothingToCompare) {
  v1::SegmentProfile profile = Baskets();
  profile.set_others(0);
  EXPECT_THAT(SayPortrait(profile, ReportLanguage::kEnglish),
              ElementsAre("1,234 customers of 1,234 are in it (100.0%).",
                          "Everybody is in it: there is nobody to compare with."));
  profile.set_customers(0);
  EXPECT_THAT(SayPortrait(profile, ReportLanguage::kEnglish), ElementsAre("Nobody is in it."));
  v1::SegmentProfile alike = Baskets();
  for (v1::FeatureProfile& feature : *alike.mutable_features()) feature.set_difference(0.01);
  EXPECT_EQ(SayPortrait(alike, ReportLanguage::kEnglish).back(), "Nothing sets it apart from everybody else.");
}

TEST(SegmentPortraitTest, ThePageDrawsEveryFeatureAndEscapesWhatComesFromData) {
  const std::string page = PortraitPage(Baskets(), ReportLanguage::kEnglish);
  EXPECT_THAT(page, HasSubstr("<h1>Segment full_baskets</h1>"));
  EXPECT_THAT(page, HasSubstr("Three items or more."));
  EXPECT_THAT(page, HasSubstr("&lt;standard&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<standard>")));
  size_t pictures = 0;
  for (size_t at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1)) ++pictures;
  EXPECT_EQ(pictures, 4u);
  EXPECT_THAT(PortraitPage(Baskets(), ReportLanguage::kRussian), HasSubstr("Три товара и больше."));
}

}  // namespace
}  // namespace ebb
