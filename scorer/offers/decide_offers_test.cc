#include "scorer/offers/decide_offers.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scorer/testing/sample_offers.h"

namespace ebb::scorer {
namespace {

using testing::MailOffer;
using testing::OfferCustomer;
using testing::SiteOffer;

absl::Time Noon(const char* day) {
  absl::CivilDay civil;
  EXPECT_TRUE(absl::ParseCivilTime(day, &civil));
  return absl::FromCivil(civil, absl::UTCTimeZone()) + absl::Hours(12);
}

// One shop, and what it decides at some moment.
class DecideOffersTest : public ::testing::Test {
 protected:
  void Declare(const std::string& declarations) { reading_ = testing::ReadingOf(testing::OffersOf(declarations)); }

  OfferAsk& Ask(ScoreRecord record) {
    records_.push_back(std::move(record));
    const ScoreRecord& kept = records_.back();
    OfferAsk ask;
    ask.customer_id = kept.customer_id;
    ask.facts = {.vector = &kept.vector,
                 .probability = kept.score.probability,
                 .monthly_profit = kept.score.monthly_profit,
                 .segment = kept.score.segment,
                 .segments = 0};
    ask.facts.segments = reading_->SegmentsOf(ask.facts);
    ask.vector_as_of = now_;
    asks_.push_back(std::move(ask));
    return asks_.back();
  }

  // Lines of `customer offer: status reason`.
  std::string Decide(v1::Placement placement = v1::PLACEMENT_UNSPECIFIED) {
    std::vector<OfferAsk> asks(asks_.begin(), asks_.end());
    const auto decided = DecideOffers(*reading_, asks, placement, supplies_, now_);
    std::string text;
    for (size_t i = 0; i < asks.size(); ++i) {
      for (const DecidedOffer& one : decided[i]) {
        absl::StrAppend(&text, asks[i].customer_id, " ", reading_->offers().offer(one.offer).name(), ": ",
                        absl::AsciiStrToLower(v1::OfferDecision::Status_Name(one.status)), " ", one.reason, "\n");
      }
    }
    return text;
  }
  // Of one customer and one offer: `status reason`.
  std::string DecideOne(const std::string& offer, ScoreRecord record) {
    Declare(offer);
    asks_.clear();
    Ask(std::move(record));
    const std::string line = Decide();
    return line.substr(line.find(": ") + 2, line.size() - line.find(": ") - 3);
  }

  std::shared_ptr<const OfferReading> reading_;
  std::deque<ScoreRecord> records_;
  std::deque<OfferAsk> asks_;
  OfferSupplies supplies_;
  absl::Time now_ = Noon("2025-06-01");
};

TEST_F(DecideOffersTest, EachRuleKeepsAnOfferBackByItsName) {
  const std::string quiet = "quiet_hours { from: '11:00' until: '13:00' }\n";
  const std::string may_day = "occasions { name: 'may_day' every_year { month: 5 day: 1 } }\n";
  const std::string birthday = "occasions { name: 'birthday' birthday_feature: 'birthday' }\n";
  struct Case {
    std::string offer;
    ScoreRecord customer;
    const char* want;
  };
  const Case cases[] = {
      {SiteOffer("o"), OfferCustomer("anna"), "offered chosen"},
      {MailOffer("o"), OfferCustomer("anna"), "offered chosen"},
      {SiteOffer("o"), OfferCustomer("anna", {{"unpaid_items", 0.0}}), "not_eligible predicate"},
      {MailOffer("o"), OfferCustomer("anna", {{"marketing_consent", "no"}}), "suppressed no_consent"},
      {MailOffer("o"), OfferCustomer("anna", {{"marketing_consent", ""}}), "suppressed no_consent"},
      {SiteOffer("o"), OfferCustomer("anna", {{"marketing_consent", "no"}}), "offered chosen"},
      {SiteOffer("o", "needs_consent: true"), OfferCustomer("anna", {{"marketing_consent", "no"}}),
       "suppressed no_consent"},
      {SiteOffer("o", "target: '/{favourite}'"), OfferCustomer("anna", {{"favourite", ""}}),
       "suppressed text_incomplete"},
      {SiteOffer("o", "target: '/{colour}'"), OfferCustomer("anna"), "not_eligible cannot_tell"},
      {quiet + MailOffer("o"), OfferCustomer("anna"), "suppressed quiet_hours"},
      {quiet + SiteOffer("o"), OfferCustomer("anna"), "offered chosen"},
      {quiet + MailOffer("o", "quiet_hours { from: '20:00' until: '21:00' }"), OfferCustomer("anna"), "offered chosen"},
      {SiteOffer("o", quiet), OfferCustomer("anna"), "suppressed quiet_hours"},
      // 0.8 × 50 × 0.5 = 20.
      {SiteOffer("o", "cost: 20 expected_effect: 0.5"), OfferCustomer("anna"), "offered chosen"},
      {SiteOffer("o", "cost: 21 expected_effect: 0.5"), OfferCustomer("anna"), "suppressed not_worth_it"},
      {SiteOffer("o", "cost: 21 expected_effect: 0.5 expected_gain: 1"), OfferCustomer("anna"), "offered chosen"},
      {SiteOffer("o", "expected_effect: 0.5"), OfferCustomer("anna", {{"profit", -1.0}}), "suppressed not_worth_it"},
      {may_day + SiteOffer("o", "occasion: 'may_day' opens_days_before: 30"), OfferCustomer("anna"),
       "not_eligible occasion"},
      {may_day + SiteOffer("o", "occasion: 'may_day' closes_days_after: 31"), OfferCustomer("anna"), "offered chosen"},
      {birthday + SiteOffer("o", "occasion: 'birthday' opens_days_before: 9"), OfferCustomer("anna"), "offered chosen"},
      {birthday + SiteOffer("o", "occasion: 'birthday' opens_days_before: 8"), OfferCustomer("anna"),
       "not_eligible occasion"},
      {birthday + SiteOffer("o", "occasion: 'birthday' opens_days_before: 9"),
       OfferCustomer("anna", {{"birthday", ""}}), "not_eligible occasion"},
      {"contact_cap { most: 3 feature: 'contacts' }" + MailOffer("o"), OfferCustomer("anna", {{"contacts", 2.0}}),
       "offered chosen"},
      {"contact_cap { most: 3 feature: 'contacts' }" + MailOffer("o"), OfferCustomer("anna", {{"contacts", 3.0}}),
       "suppressed contact_cap"},
      {"contact_cap { most: 3 feature: 'contacts' }" + SiteOffer("o"), OfferCustomer("anna", {{"contacts", 3.0}}),
       "offered chosen"},
      {SiteOffer("o", "code_pool: 'empty'"), OfferCustomer("anna"), "suppressed no_code"},
      {"holdout { share: 0 salt: 'salt of the shop' }" + SiteOffer("o", "control_share: 0.9"), OfferCustomer("c1"),
       "control control"},
      {SiteOffer("o") + "programmes { name: 'p' segment: 'at_risk' offers: 'o' }", OfferCustomer("anna"),
       "offered chosen"},
      {SiteOffer("o") + "programmes { name: 'p' segment: 'at_risk' offers: 'o' until { year: 2025 month: 5 day: 31 } }",
       OfferCustomer("anna"), "not_eligible programme"},
  };
  for (const Case& c : cases) EXPECT_EQ(DecideOne(c.offer, c.customer), c.want) << c.offer;
}

TEST_F(DecideOffersTest, PlacementsTellWhatIsDecided) {
  Declare(SiteOffer("page") + MailOffer("mail"));
  Ask(OfferCustomer("anna"));
  EXPECT_EQ(Decide(v1::START_PAGE), "anna page: offered chosen\n");
  EXPECT_EQ(Decide(v1::OUTREACH), "anna mail: offered chosen\n");
  EXPECT_EQ(Decide(v1::BASKET), "");
  EXPECT_EQ(Decide(), "anna page: offered chosen\nanna mail: offered chosen\n");
}

TEST_F(DecideOffersTest, ShortCapacityGoesToTheGreatestNetValues) {
  Declare(SiteOffer("few", "daily_capacity: 3 expected_effect: 0.5"));
  supplies_.given_today["few"] = 1;
  Ask(OfferCustomer("poor", {{"profit", 10.0}}));
  Ask(OfferCustomer("rich", {{"profit", 90.0}}));
  Ask(OfferCustomer("middle", {{"profit", 50.0}}));
  EXPECT_EQ(Decide(), "poor few: suppressed daily_capacity\nrich few: offered chosen\nmiddle few: offered chosen\n");
}

TEST_F(DecideOffersTest, CodesAreNotPromisedTwice) {
  Declare(SiteOffer("code", "code_pool: 'p'"));
  supplies_.codes_left["p"] = 1;
  Ask(OfferCustomer("anna"));
  Ask(OfferCustomer("boris"));
  EXPECT_EQ(Decide(), "anna code: offered chosen\nboris code: suppressed no_code\n");
}

TEST_F(DecideOffersTest, OneContactLeftGoesToTheBestOffer) {
  Declare("contact_cap { most: 2 feature: 'contacts' }" + MailOffer("cheap", "expected_effect: 0.1") +
          MailOffer("better", "expected_effect: 0.2") + MailOffer("equal_but_later", "expected_effect: 0.2"));
  Ask(OfferCustomer("anna", {{"contacts", 1.0}}));
  EXPECT_EQ(Decide(),
            "anna cheap: suppressed contact_cap\nanna better: offered chosen\nanna equal_but_later: suppressed "
            "contact_cap\n");
}

TEST_F(DecideOffersTest, PriorityDecidesBetweenEqualValues) {
  Declare(SiteOffer("first") + SiteOffer("second", "priority: 1"));
  Ask(OfferCustomer("anna"));
  std::vector<OfferAsk> asks(asks_.begin(), asks_.end());
  const auto decided = DecideOffers(*reading_, asks, v1::PLACEMENT_UNSPECIFIED, {}, now_);
  EXPECT_THAT(RankOffers(reading_->offers(), decided[0]), ::testing::ElementsAre(1, 0));
}

// What the vector says already is not counted a second time.
TEST_F(DecideOffersTest, ContactsAreCountedOnce) {
  Declare("contact_cap { most: 9 feature: 'contacts' }" + MailOffer("o"));
  OfferAsk& ask = Ask(OfferCustomer("anna", {{"contacts", 2.0}}));
  const auto add = [&](absl::Duration ago, bool given, std::optional<absl::Duration> contacted_ago) {
    storage::v1::OfferContact& contact = *ask.ledger.contacts.add_contacts();
    contact.set_decided_us(absl::ToUnixMicros(now_ - ago));
    contact.set_given(given);
    if (contacted_ago) contact.set_contacted_us(absl::ToUnixMicros(now_ - *contacted_ago));
  };
  EXPECT_EQ(CountContacts(*reading_, ask, now_), 2);
  add(absl::Hours(50), true, absl::Hours(48));  // sent before the vector: it is among its two
  EXPECT_EQ(CountContacts(*reading_, ask, now_), 2);
  add(absl::Hours(50), true, std::nullopt);  // not sent yet
  EXPECT_EQ(CountContacts(*reading_, ask, now_), 3);
  add(absl::Hours(50), false, std::nullopt);  // held out: counts as if it had been sent
  EXPECT_EQ(CountContacts(*reading_, ask, now_), 4);
  add(absl::Hours(24 * 40), true, std::nullopt);  // more than a month ago
  EXPECT_EQ(CountContacts(*reading_, ask, now_), 4);
}

TEST_F(DecideOffersTest, AnOfferingStandsThenCoolsDownThenMayComeAgain) {
  Declare(SiteOffer("o", "cool_down { seconds: 172800 } daily_capacity: 1"));
  supplies_.given_today["o"] = 1;
  const absl::Time began = now_;
  const auto at = [&](absl::Duration later, bool given, const char* items) {
    asks_.clear();
    OfferAsk& ask = Ask(OfferCustomer("anna", {{"unpaid_items", items[0] == '0' ? 0.0 : 2.0}}));
    storage::v1::OfferStanding& standing = ask.ledger.standings["o"];
    standing.set_offering(7);
    standing.set_began_us(absl::ToUnixMicros(began));
    standing.set_ends_us(absl::ToUnixMicros(began + absl::Hours(24)));
    standing.set_given(given);
    now_ = began + later;
    return Decide();
  };
  EXPECT_EQ(at(absl::Hours(1), true, "2"), "anna o: offered chosen\n");
  EXPECT_EQ(at(absl::Hours(1), false, "2"), "anna o: control control\n");
  EXPECT_EQ(at(absl::Hours(1), true, "0"), "anna o: not_eligible predicate\n");
  EXPECT_EQ(at(absl::Hours(24), true, "2"), "anna o: suppressed cool_down\n");
  EXPECT_EQ(at(absl::Hours(71), true, "2"), "anna o: suppressed cool_down\n");
  EXPECT_EQ(at(absl::Hours(72), true, "2"), "anna o: suppressed daily_capacity\n");
  supplies_.given_today["o"] = 0;
  EXPECT_EQ(at(absl::Hours(72), true, "2"), "anna o: offered chosen\n");
}

}  // namespace
}  // namespace ebb::scorer
