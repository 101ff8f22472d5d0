#include "clients/cli/report/offer_sentences.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kReport[] = R"(
  segments { profit_tier: "middle" at_risk: true rows: 100 profit: 400 mean_probability: 0.8 }
  segments { profit_tier: "high" at_risk: true rows: 50 profit: 600 mean_probability: 0.75 }
  segments { profit_tier: "low" rows: 900 profit: 900 mean_probability: 0.1 })";

// An offer for those at risk, by its name, effect and further fields.
std::string RiskOffer(const std::string& name, const std::string& effect, const std::string& more = "") {
  return "offers { name: '" + name + "' expected_effect: " + effect +
         " who { all_of { value: RISK_BAND category { one_of: 'at_risk' } } } " + more + " } ";
}

std::vector<std::string> Said(const std::string& offers, ReportLanguage language = ReportLanguage::kEnglish,
                              const std::string& report_text = kReport) {
  v1::ModelReport report;
  v1::OfferCatalogue catalogue;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(report_text, &report));
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(offers, &catalogue)) << offers;
  return SayOffers(report, catalogue, language);
}

TEST(OfferSentencesTest, RecommendsWhatIsForThoseAtRiskTheGreatestEffectFirst) {
  const std::string offers =
      RiskOffer("small", "0.02") +
      RiskOffer("list", "0.1", "cost: 0.5 description { en: 'A list, by mail.' ru: 'Подборка письмом.' }") +
      "offers { name: 'everybody' expected_effect: 0.9 who { all_of { feature: 'x' known: true } } } " +
      "offers { name: 'stable' expected_effect: 0.9 who { all_of { value: RISK_BAND category { one_of: 'stable' } } } "
      "}" +
      RiskOffer("gain_only", "0") + RiskOffer("middling", "0.05") + RiskOffer("least", "0.01");
  const std::vector<std::string> said = Said(offers);
  ASSERT_EQ(said.size(), 4u);
  EXPECT_EQ(said[0],
            "A list, by mail (“list”): expected to save 10% of what is at risk, that is at most 77 a month for the 150 "
            "at risk, at a cost of 0.5 each time it is given.");
  EXPECT_THAT(said[1], HasSubstr("“middling”"));
  EXPECT_THAT(said[2], HasSubstr("“small”"));
  EXPECT_THAT(said[3], HasSubstr("ebb uplift"));
  EXPECT_THAT(Said(offers, ReportLanguage::kRussian)[0], HasSubstr("Подборка письмом («list»)"));
}

TEST(OfferSentencesTest, SaysNothingWithoutSuchOffersOrProfit) {
  EXPECT_THAT(Said(""), IsEmpty());
  EXPECT_THAT(Said(RiskOffer("list", "0.1"), ReportLanguage::kEnglish,
                   "segments { at_risk: true rows: 100 mean_probability: 0.8 }"),
              IsEmpty());
}

}  // namespace
}  // namespace ebb
