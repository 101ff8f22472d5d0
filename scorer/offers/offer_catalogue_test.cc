#include "scorer/offers/offer_catalogue.h"

#include <fstream>
#include <iterator>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scorer/offers/offers_server.h"
#include "scorer/testing/sample_offers.h"

namespace ebb::scorer {
namespace {

using testing::MailOffer;
using testing::SiteOffer;

std::string Mistakes(const std::string& text) {
  return std::string(OfferCatalogue::Parse("time_zone: 'UTC'\n" + text, "shop.textproto", *testing::SomeSegments())
                         .status()
                         .message());
}

TEST(OfferCatalogueTest, EveryRuleNamesLineOfferFieldAndRule) {
  struct Case {
    std::string text;
    const char* want;
  };
  const Case cases[] = {
      {SiteOffer("Bad name"), "shop.textproto:2:10: offer `Bad name`: name: must be lower_snake_case"},
      {SiteOffer("a") + SiteOffer("a"), "shop.textproto:3:10: offer `a`: name: is declared twice"},
      {"offers { name: 'a' }", "shop.textproto:2:1: offer `a`: channel: required: SITE, MAILING, CALL, PUSH or SMS"},
      {"offers { name: 'a' channel: SITE }", "offer `a`: placements: required for SITE: START_PAGE or BASKET"},
      {"offers { name: 'a' channel: SITE placements: OUTREACH }", "2:34: offer `a`: placements: must be START_PAGE"},
      {"offers { name: 'a' channel: SMS }", "offer `a`: needs_consent: must be true: nobody is contacted who has not"},
      {"offers { name: 'a' channel: SMS placements: BASKET needs_consent: true }", "placements: are of SITE offers"},
      {"offers { name: 'a' channel: SITE placements: BASKET }", "offer `a`: text: required: what the customer reads"},
      {"offers { name: 'a' channel: SITE placements: BASKET }", "offer `a`: cool_down: lasts and cool_down are both 0"},
      {SiteOffer("a", "cost: -1"), "offer `a`: cost: must be 0 to 1e+12, is -1"},
      {SiteOffer("a", "expected_effect: 1.5"), "offer `a`: expected_effect: must be 0 to 1, is 1.5"},
      {SiteOffer("a", "daily_capacity: 0"), "offer `a`: daily_capacity: must be 1 to"},
      {SiteOffer("a", "cool_down { seconds: -1 }"), "offer `a`: cool_down: must be 0 to 24000h, is -1s"},
      {SiteOffer("a", "quiet_hours { from: '9' until: '10:00' }"),
       "offer `a`: quiet_hours: from: must be HH:MM, is `9`"},
      {SiteOffer("a", "quiet_hours { from: '09:00' until: '09:00' }"), "quiet_hours: until: must not be equal to from"},
      {SiteOffer("a", "occasion: 'easter'"), "offer `a`: occasion: `easter` is not declared"},
      {SiteOffer("a", "opens_days_before: 3"), "offer `a`: opens_days_before: has no occasion that it is before"},
      {SiteOffer("a", "target: '/{'"), "offer `a`: target: has a { without its }"},
      {SiteOffer("a", "target: '/{code}'"), "offer `a`: code_pool: required, because a text has {code}"},
      {SiteOffer("a", "target: '/{occasion}'"), "offer `a`: target: has {occasion}, but the offer has no occasion"},
      {SiteOffer("a", "control_share: 0.1"), "offer `a`: control_share: needs `holdout { salt: … }`"},
      {"holdout { salt: 'long enough' } " + SiteOffer("a", "campaign: 'c' control_share: 0.1") +
           SiteOffer("b", "campaign: 'c' control_share: 0.2"),
       "offer `b`: control_share: is 0.2, but campaign `c` has 0.1 already"},
      {"holdout { share: 0.1 salt: 'short' }", "shop.textproto:2:22: holdout: salt: must have 8 to 256 bytes"},
      {"holdout { share: 0.6 salt: 'long enough' }", "holdout: share: must be 0 to 0.5, is 0.6"},
      {"contact_cap { }", "contact_cap: most: must be 1 to 1000, is 0"},
      {"renew_every { }", "renew_every: must be 1s to 720h, is 0"},
      {"measure { horizon_days: 401 }", "measure: horizon_days: must be 0 to 400, is 401"},
      {"occasions { name: 'x' }", "occasion `x`: name: the occasion needs every_year, dates or birthday_feature"},
      {"occasions { name: 'x' every_year { month: 2 day: 30 } }", "occasion `x`: every_year: is no day of a year"},
      {"occasions { name: 'x' dates { } }", "occasion `x`: dates: must hold 1 to 100 dates, holds 0"},
      {"occasions { name: 'x' dates { dates { year: 2025 month: 2 day: 29 } } }",
       "2025-2-29 is no day of the calendar"},
      {"programmes { name: 'p' segment: 'nobody' }", "programme `p`: segment: `nobody` is no declared segment"},
      {"programmes { name: 'p' segment: 'at_risk' offers: 'a' }", "programme `p`: offers: `a` is no offer"},
      {SiteOffer("a") + "programmes { name: 'a' segment: 'at_risk' offers: 'a' }",
       "programme `a`: name: is declared twice"},
      {"offers { name: 'a' who { all_of { segment: 'nobody' } } }", "offer `a`: who"},
      {"companion_goods { renew_every { seconds: 59 } }", "companion_goods: renew_every: must be 1m to 720h, is 59s"},
      {"companion_goods { window_days: 3661 }", "companion_goods: window_days: must be 1 to 3660, is 3661"},
      {"companion_goods { least_orders: 1 }", "companion_goods: least_orders: must be 2 to 1e+06, is 1"},
      {"companion_goods { least_lift: -1 }", "companion_goods: least_lift: must be 0 to 1e+06, is -1"},
      {"companion_goods { most: 21 }", "companion_goods: most: must be 1 to 20, is 21"},
      {"companion_goods { declared { companions: 'a' } }", "product ``: product_id: must have 1 to 256 bytes"},
      {"companion_goods { declared { product_id: 'a' companions: 'a' } }",
       "companion_goods: product `a`: companions: `a` is the product itself, or named twice"},
      {"companion_goods { declared { product_id: 'a' } declared { product_id: 'a' } }",
       "product_id: is declared twice"},
      {"offres { }", "shop.textproto:2:"},
  };
  for (const Case& c : cases) EXPECT_THAT(Mistakes(c.text), ::testing::HasSubstr(c.want)) << c.text;
  EXPECT_EQ(Mistakes(SiteOffer("a") + MailOffer("b")), "");
  EXPECT_THAT(
      std::string(OfferCatalogue::Parse("time_zone: 'Mars/Olympus'", "f", *testing::SomeSegments()).status().message()),
      ::testing::HasSubstr("f:1:1: time_zone: `Mars/Olympus` is no IANA time zone"));
}

TEST(OfferCatalogueTest, CommentsDoNotChangeTheDigestAnOfferDoes) {
  const auto digest = [](const std::string& text) { return testing::OffersOf(text)->digest(); };
  EXPECT_EQ(digest(SiteOffer("a")), digest("# comment\n" + SiteOffer("a")));
  EXPECT_NE(digest(SiteOffer("a")), digest(SiteOffer("a", "cost: 1")));
}

TEST(OfferCatalogueTest, DecisionsAreKeptWhileOffersStandAndAreMeasured) {
  const auto offers = testing::OffersOf("measure { horizon_days: 30 }\n" + SiteOffer("a"));  // lasts a day
  EXPECT_TRUE(CheckKeep(*offers, absl::Hours(24) * 31).ok());
  EXPECT_THAT(std::string(CheckKeep(*offers, absl::Hours(24) * 30).message()),
              ::testing::HasSubstr("--keep-offer-decisions: is 720h, but offer `a` stands and is measured for 744h"));
}

TEST(OfferCatalogueTest, TheDefaultsOfTheShopLoad) {
  const auto segments = LoadSegments("");
  ASSERT_TRUE(segments.ok()) << segments.status();
  const auto offers = LoadOffers("default", **segments);
  ASSERT_TRUE(offers.ok()) << offers.status();
  EXPECT_GE((*offers)->size(), 9u);
  EXPECT_EQ((*offers)->declared().programmes_size(), 2);
  EXPECT_EQ((*LoadOffers("none", **segments))->size(), 0u);
  EXPECT_EQ(LoadOffers("/nowhere", **segments).status().message(), "--offers: cannot read /nowhere");
}

}  // namespace
}  // namespace ebb::scorer
