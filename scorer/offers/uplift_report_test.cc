// A simulated shop with known effects: the report finds them, and sees that a mailing does nothing.
#include "scorer/offers/uplift_report.h"

#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/digest.h"
#include "scorer/offers/offer_desk.h"
#include "scorer/offers/rocks_decision_ledger.h"
#include "scorer/testing/sample_offers.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using testing::MailOffer;
using testing::OfferCustomer;
using testing::SiteOffer;

const char kShop[] =
    "holdout { share: 0.2 salt: 'salt of the shop' } measure { feature: 'revenue_month_0' horizon_days: 30 }\n";

class UpliftReportTest : public ::testing::Test {
 protected:
  void Open(const std::string& offers) {
    offers_ = testing::OffersOf(kShop + offers);
    slot_.Set(MakeServedModel(testing::StraightLineModel(0), 3, "digest", {.risk_threshold = 0.7}));
    auto ledger = OpenRocksDecisionLedger(folder_.path() + "/decisions");
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    ledger_ = *std::move(ledger);
    desk_ = std::make_unique<OfferDesk>(
        offers_, testing::SomeSegments(), &slot_,
        OfferDesk::Sources{.find = [](std::string_view id) -> absl::StatusOr<std::optional<ScoringEngine::Known>> {
                             return ScoringEngine::Known{.record = OfferCustomer(std::string(id)),
                                                         .schema = testing::OfferSchema()};
                           },
                           .present_schema = []() -> std::optional<FeatureSchema> { return testing::OfferSchema(); },
                           .is_known = [](std::string_view) { return true; }},
        ledger_.get(), &clock_, [] {}, [](const absl::Status& status) { ADD_FAILURE() << status; });
  }

  // Asks for everybody's offers, a hundred a call.
  void Run(int customers) {
    for (int from = 0; from < customers; from += 100) {
      v1::GetOffersForManyRequest request;
      for (int i = from; i < from + 100; ++i) request.add_customer_ids(absl::StrCat("c", i));
      const auto response = desk_->GetOffersForMany(request);
      ASSERT_TRUE(response.ok()) << response.status();
      for (const v1::GetOffersResponse& customer : response->customers()) {
        for (const v1::Offer& offer : customer.offers()) given_[customer.customer_id()].push_back(offer.offer());
      }
    }
  }

  // What a customer spends within the month: as the truth has it.
  MeasureLookup Truth(std::map<std::string, double> effects) {
    return [this, effects](const std::string& feature, const std::vector<std::string>& ids, absl::Time as_of) {
      EXPECT_EQ(feature, "revenue_month_0");
      EXPECT_EQ(as_of, absl::FromCivil(absl::CivilDay(2025, 7, 1), absl::UTCTimeZone()));
      std::vector<std::optional<double>> values;
      for (const std::string& id : ids) {
        const Sha256Digest digest = Sha256(absl::StrCat(luck_, " ", id));
        uint64_t seed = 0;
        std::memcpy(&seed, digest.data(), sizeof seed);
        std::mt19937_64 random(seed);
        double mean = 100;
        for (const std::string& offer : given_[id]) {
          const auto effect = effects.find(offer);
          if (effect != effects.end()) mean += effect->second;
        }
        // Four in ten buy nothing.
        const bool buys = std::uniform_real_distribution<double>(0, 1)(random) < 0.6;
        values.emplace_back(buys ? std::normal_distribution<double>(mean, 40)(random) / 0.6 : 0);
      }
      return values;
    };
  }

  v1::UpliftReport Report(const v1::GetUpliftReportRequest& request, const MeasureLookup& truth) {
    const auto report = MakeUpliftReport(request, *offers_, *ledger_, truth, clock_.Now());
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : v1::UpliftReport();
  }
  static const v1::UpliftRow& RowOf(const v1::UpliftReport& report, const std::string& offer) {
    for (const v1::UpliftRow& row : report.rows()) {
      if (row.offer() == offer && row.segment().empty()) return row;
    }
    ADD_FAILURE() << offer << " has no row";
    return v1::UpliftRow::default_instance();
  }

  const ebb::testing::TemporaryFolder folder_;
  ManualClock clock_{absl::FromCivil(absl::CivilDay(2025, 6, 1), absl::UTCTimeZone()) + absl::Hours(12)};
  std::shared_ptr<const OfferCatalogue> offers_;
  ModelSlot slot_;
  std::unique_ptr<DecisionLedger> ledger_;
  std::unique_ptr<OfferDesk> desk_;
  std::map<std::string, std::vector<std::string>> given_;
  int luck_ = 0;
};

TEST_F(UpliftReportTest, FindsTheEffectsOfASimulatedShop) {
  Open(SiteOffer("discount", "control_share: 0.2") + MailOffer("idle_mailing", "control_share: 0.2") +
       SiteOffer("annoying_page", "control_share: 0.2"));
  constexpr int kCustomers = 5'000;
  Run(kCustomers);
  const std::map<std::string, double> effects = {{"discount", 30}, {"idle_mailing", 0}, {"annoying_page", -30}};
  const MeasureLookup truth = Truth(effects);
  EXPECT_EQ(RowOf(Report({}, truth), "discount").waiting(), kCustomers) << "no horizon is over yet";

  clock_.Advance(absl::Hours(24 * 30));
  const v1::UpliftRow discount = RowOf(Report({}, truth), "discount");
  EXPECT_EQ(discount.treated() + discount.untreated() + discount.held_out(), kCustomers);
  EXPECT_EQ(discount.baseline(), v1::UpliftRow::CONTROL_GROUP);
  EXPECT_NEAR(discount.expected_untreated_share(), 0.2, 1e-9);
  EXPECT_GT(discount.sample_ratio_p(), 0.001);

  // Twenty months of other luck: an interval of 95 % holds the truth in nearly all of them, and the mailing that does
  // nothing is hardly ever taken for one that does something.
  int held = 0, verdicts_of_idle = 0, raises = 0, lowers = 0;
  for (luck_ = 0; luck_ < 20; ++luck_) {
    const v1::UpliftReport report = Report({}, truth);
    for (const auto& [offer, effect] : effects) {
      const v1::UpliftRow& row = RowOf(report, offer);
      held += row.effect().lower() <= effect && row.effect().upper() >= effect;
    }
    verdicts_of_idle += RowOf(report, "idle_mailing").verdict() != v1::UpliftRow::NO_EFFECT_SEEN;
    raises += RowOf(report, "discount").verdict() == v1::UpliftRow::RAISES;
    lowers += RowOf(report, "annoying_page").verdict() == v1::UpliftRow::LOWERS;
  }
  EXPECT_GE(held, 52) << "of 60; 57 are expected";
  EXPECT_LE(verdicts_of_idle, 4) << "of 20; 1 is expected";
  EXPECT_EQ(raises, 20);
  EXPECT_EQ(lowers, 20);
}

TEST_F(UpliftReportTest, EachSegmentHasItsRowAndFewCustomersGetNoVerdict) {
  Open(SiteOffer("page"));
  Run(100);
  clock_.Advance(absl::Hours(24 * 30));
  const v1::UpliftReport report = Report({}, Truth({}));
  std::vector<std::string> segments;
  for (const v1::UpliftRow& row : report.rows()) {
    segments.push_back(row.segment());
    EXPECT_EQ(row.treated(), report.rows(0).treated()) << row.segment();
    EXPECT_EQ(row.verdict(), v1::UpliftRow::TOO_FEW);
  }
  // All, the cell, and the declared segment that everybody here is in.
  EXPECT_THAT(segments, ::testing::ElementsAre("", "middle_profit/at_risk", "at_risk"));
}

TEST_F(UpliftReportTest, AProgrammeIsReportedAsOneAgainstTheHoldout) {
  Open(SiteOffer("a", "control_share: 0.3") + SiteOffer("b") +
       "programmes { name: 'keep' segment: 'at_risk' offers: 'a' offers: 'b' }");
  Run(4'000);
  clock_.Advance(absl::Hours(24 * 30));
  v1::GetUpliftReportRequest request;
  request.set_programme("keep");
  const v1::UpliftReport report = Report(request, Truth({{"a", 20}}));
  const v1::UpliftRow& row = RowOf(report, "keep");
  EXPECT_EQ(row.treated() + row.untreated(), 4'000);
  EXPECT_EQ(row.untreated(), row.held_out());
  EXPECT_NEAR(row.expected_untreated_share(), 0.2, 1e-9);
  // Seven in ten of those who are free to be given `a` get it.
  EXPECT_LT(row.effect().lower(), 14);
  EXPECT_GT(row.effect().upper(), 14);
  EXPECT_EQ(row.verdict(), v1::UpliftRow::RAISES);
}

TEST_F(UpliftReportTest, ABrokenDrawIsSeenByTheSizes) {
  Open(SiteOffer("page", "control_share: 0.3"));
  Run(1'000);
  clock_.Advance(absl::Hours(24 * 30));
  // The store knows nobody of the first half of the untreated: something lost them.
  int lost = 0;
  const MeasureLookup truth = Truth({});
  const v1::UpliftReport report =
      Report({}, [&](const std::string& feature, const std::vector<std::string>& ids, absl::Time as_of) {
        auto values = truth(feature, ids, as_of);
        for (size_t i = 0; i < ids.size(); ++i) {
          if (given_[ids[i]].empty() && ++lost <= 200) (*values)[i] = std::nullopt;
        }
        return values;
      });
  EXPECT_EQ(report.rows(0).unknown(), 200);
  EXPECT_LT(report.rows(0).sample_ratio_p(), 0.001);
  EXPECT_EQ(report.rows(0).verdict(), v1::UpliftRow::SAMPLE_RATIO_MISMATCH);
}

TEST_F(UpliftReportTest, BadQuestionsAreRefused) {
  Open(SiteOffer("page"));
  const auto refuse = [&](const v1::GetUpliftReportRequest& request) {
    return MakeUpliftReport(request, *offers_, *ledger_, Truth({}), clock_.Now()).status();
  };
  v1::GetUpliftReportRequest request;
  request.set_offer("unheard_of");
  EXPECT_EQ(refuse(request).code(), absl::StatusCode::kNotFound);
  request.set_programme("p");
  EXPECT_EQ(refuse(request).code(), absl::StatusCode::kInvalidArgument);
  request.clear_offer();
  EXPECT_EQ(refuse(request).code(), absl::StatusCode::kNotFound);
  request.Clear();
  request.set_confidence(1);
  EXPECT_THAT(std::string(refuse(request).message()), ::testing::HasSubstr("`confidence` must be 0.5 to 0.999, is 1"));
}

}  // namespace
}  // namespace ebb::scorer
