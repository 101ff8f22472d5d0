#include "scorer/offers/offer_desk.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scorer/offers/decision_forwarder.h"
#include "scorer/offers/rocks_decision_ledger.h"
#include "scorer/testing/sample_offers.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MailOffer;
using testing::OfferCustomer;
using testing::SiteOffer;

// A desk over a real ledger; Reopen is a crash and a start.
class OfferDeskTest : public ::testing::Test {
 protected:
  ~OfferDeskTest() override {
    desk_.reset();
    ledger_.reset();
  }

  void Open(const std::string& declarations) {
    offers_ = testing::OffersOf(declarations);
    slot_.Set(MakeServedModel(testing::StraightLineModel(0), 3, "digest", {.risk_threshold = 0.7}));
    Reopen();
  }
  void Reopen() {
    desk_.reset();
    ledger_.reset();
    auto ledger = OpenRocksDecisionLedger(folder_.path() + "/decisions");
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    ledger_ = *std::move(ledger);
    desk_ = std::make_unique<OfferDesk>(
        offers_, testing::SomeSegments(), &slot_,
        OfferDesk::Sources{.find = [this](std::string_view id) { return Find(id); },
                           .present_schema = []() -> std::optional<FeatureSchema> { return testing::OfferSchema(); },
                           .is_known = [this](std::string_view id) { return records_.contains(std::string(id)); },
                           .companions =
                               [this](const std::vector<std::string>& ids) {
                                 companions_asked_ += static_cast<int>(ids.size());
                                 return companions_;
                               },
                           .companion_state = [] { return std::nullopt; }},
        ledger_.get(), &clock_, [] {}, [](const absl::Status& status) { ADD_FAILURE() << status; });
  }
  void Know(ScoreRecord record) { records_[record.customer_id] = std::move(record); }

  v1::GetOffersResponse Get(const std::string& id, bool preview = false) {
    v1::GetOffersRequest request;
    request.set_customer_id(id);
    request.set_preview(preview);
    request.set_explain(true);
    auto response = desk_->GetOffers(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::GetOffersResponse();
  }
  // `offer(code)` of each, or the reasons where there are none.
  std::string Offered(const std::string& id) {
    const v1::GetOffersResponse response = Get(id);
    std::string text;
    for (const v1::Offer& offer : response.offers()) {
      absl::StrAppend(&text, offer.offer(), offer.code().empty() ? "" : absl::StrCat("(", offer.code(), ")"), " ");
    }
    if (response.offers().empty()) {
      for (const v1::OfferCheck& check : response.checks()) absl::StrAppend(&text, check.reason(), " ");
    }
    return text;
  }
  absl::Status Report(const std::string& decision_id, v1::OfferOutcome::Kind kind, bool* duplicate = nullptr) {
    v1::ReportOutcomeRequest request;
    request.set_decision_id(decision_id);
    request.set_kind(kind);
    const auto response = desk_->ReportOutcome(request);
    if (response.ok() && duplicate != nullptr) *duplicate = response->duplicate();
    return response.status();
  }
  void Import(const std::vector<std::string>& codes) {
    v1::ImportCodesRequest request;
    request.set_pool("codes");
    *request.mutable_codes() = {codes.begin(), codes.end()};
    const auto response = desk_->ImportCodes(request);
    ASSERT_TRUE(response.ok()) << response.status();
    imported_ = absl::StrCat(response->added(), " added, ", response->known(), " known, ", response->left(), " left");
  }
  // The ledger's events, a word each.
  std::vector<std::string> Log() {
    std::vector<std::string> log;
    const absl::Status read = ledger_->ForEach(1, [&](uint64_t, v1::Event event) {
      if (event.has_offer_decision()) {
        log.push_back(absl::StrCat(event.customer_id(), " ", event.offer_decision().offer(), " ",
                                   v1::OfferDecision::Status_Name(event.offer_decision().status()), " ",
                                   event.offer_decision().reason()));
      } else if (event.has_offer_outcome()) {
        log.push_back(
            absl::StrCat(event.customer_id(), " ", v1::OfferOutcome::Kind_Name(event.offer_outcome().kind())));
      } else {
        log.push_back(absl::StrCat(event.customer_id(), " contact ", event.marketing_contact().offer_id()));
      }
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return log;
  }
  int FilesWith(const std::string& text) const {
    int found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      found += bytes.find(text) != std::string::npos;
    }
    return found;
  }

  absl::StatusOr<std::optional<ScoringEngine::Known>> Find(std::string_view id) {
    const auto found = records_.find(std::string(id));
    if (found == records_.end()) return std::nullopt;
    return ScoringEngine::Known{.record = found->second, .schema = testing::OfferSchema()};
  }

  const ebb::testing::TemporaryFolder folder_;
  ManualClock clock_{absl::FromCivil(absl::CivilDay(2025, 6, 1), absl::UTCTimeZone()) + absl::Hours(12)};
  std::map<std::string, ScoreRecord> records_;
  std::map<std::string, CustomerCompanions> companions_;
  int companions_asked_ = 0;
  std::shared_ptr<const OfferCatalogue> offers_;
  ModelSlot slot_;
  std::unique_ptr<DecisionLedger> ledger_;
  std::unique_ptr<OfferDesk> desk_;
  std::string imported_;
};

TEST_F(OfferDeskTest, AnOfferGivenStaysTheSameAcrossACrashAndIsLoggedOnce) {
  Open(SiteOffer("page", "cool_down { seconds: 86400 }"));
  Know(OfferCustomer("anna"));
  const v1::GetOffersResponse first = Get("anna");
  ASSERT_EQ(first.offers_size(), 1);
  EXPECT_EQ(first.offers(0).text().en(), "Hello");
  clock_.Advance(absl::Hours(1));
  Reopen();
  const v1::GetOffersResponse again = Get("anna");
  ASSERT_EQ(again.offers_size(), 1);
  EXPECT_EQ(again.offers(0).SerializeAsString(), first.offers(0).SerializeAsString());
  EXPECT_THAT(Log(), ElementsAre("anna page OFFERED chosen"));
  clock_.Advance(absl::Hours(23));
  EXPECT_EQ(Offered("anna"), "cool_down ");
  EXPECT_THAT(Log(), ElementsAre("anna page OFFERED chosen", "anna page SUPPRESSED cool_down"));
}

TEST_F(OfferDeskTest, EveryCodeIsGivenOnceAcrossCrashes) {
  Open(SiteOffer("code", "code_pool: 'codes' target: '/{code}' cool_down { seconds: 1 }"));
  EXPECT_EQ((Know(OfferCustomer("anna")), Offered("anna")), "no_code ");
  Import({"A1", "B2", "A1", "C3"});
  EXPECT_EQ(imported_, "3 added, 1 known, 3 left");
  Import({"B2", "D4"});
  EXPECT_EQ(imported_, "1 added, 1 known, 4 left");
  std::set<std::string> given;
  for (const char* id : {"anna", "boris", "vera", "gleb"}) {
    Know(OfferCustomer(id));
    const std::string offered = Offered(id);
    EXPECT_THAT(offered, HasSubstr("code("));
    EXPECT_TRUE(given.insert(offered).second) << offered;
    Reopen();
    EXPECT_EQ(Offered(id), offered);
  }
  Know(OfferCustomer("dina"));
  EXPECT_EQ(Offered("dina"), "no_code ");
  v1::ImportCodesRequest bad;
  bad.set_pool("codes");
  bad.add_codes("good");
  bad.add_codes(
      "a\xc2\x85"
      "b");
  EXPECT_THAT(std::string(desk_->ImportCodes(bad).status().message()), HasSubstr("`codes[1]` must have 1 to 64 bytes"));
  EXPECT_EQ(Get("anna").offers(0).target(), "/A1");
}

TEST_F(OfferDeskTest, CompanionsAreThoseOfTheMomentAndAskedForWhereTheyAreShown) {
  Open(SiteOffer("page", "target: '/goods?ids={purchase_companions}'") + MailOffer("letter"));
  Know(OfferCustomer("anna"));
  EXPECT_EQ(Offered("anna"), "letter ") << "nothing goes with what she has";
  companions_["anna"] = {.of_basket = {"x"}, .of_purchases = {"ink", "paper"}};
  const v1::GetOffersResponse shown = Get("anna");
  ASSERT_EQ(shown.offers_size(), 2);
  EXPECT_EQ(shown.offers(0).target(), "/goods?ids=ink,paper");
  EXPECT_THAT(shown.offers(0).products(), ElementsAre("ink", "paper"));
  EXPECT_THAT(shown.offers(1).products(), ElementsAre());
  companions_["anna"].of_purchases = {"pen"};
  const v1::GetOffersResponse later = Get("anna");
  ASSERT_EQ(later.offers_size(), 2);
  EXPECT_THAT(later.offers(0).products(), ElementsAre("pen"));
  EXPECT_EQ(later.offers(0).decision_id(), shown.offers(0).decision_id()) << "it is the same offering";
  companions_asked_ = 0;
  v1::GetOffersRequest request;
  request.set_customer_id("anna");
  request.set_placement(v1::OUTREACH);
  ASSERT_TRUE(desk_->GetOffers(request).ok());
  EXPECT_EQ(companions_asked_, 0) << "no mailing shows any";
}

TEST_F(OfferDeskTest, APreviewKeepsAndGivesNothing) {
  Open(SiteOffer("code", "code_pool: 'codes' text { ru: 'Код {code}' }"));
  Import({"A1"});
  Know(OfferCustomer("anna"));
  const v1::GetOffersResponse preview = Get("anna", /*preview=*/true);
  ASSERT_EQ(preview.offers_size(), 1);
  EXPECT_EQ(preview.offers(0).decision_id(), "");
  EXPECT_EQ(preview.offers(0).text().ru(), "Код …");
  EXPECT_THAT(Log(), ElementsAre());
  EXPECT_EQ(Offered("anna"), "code(A1) ");
  EXPECT_NE(Get("anna", /*preview=*/true).offers(0).decision_id(), "");
}

TEST_F(OfferDeskTest, ConsentWithdrawnStopsAnOfferAtOnce) {
  Open(SiteOffer("page", "needs_consent: true"));
  Know(OfferCustomer("anna"));
  EXPECT_EQ(Offered("anna"), "page ");
  Know(OfferCustomer("anna", {{"marketing_consent", "no"}}));
  EXPECT_EQ(Offered("anna"), "no_consent ");
  EXPECT_THAT(Log(), ElementsAre("anna page OFFERED chosen", "anna page SUPPRESSED no_consent"));
}

TEST_F(OfferDeskTest, CapacityIsCountedByDayAcrossCrashes) {
  Open(SiteOffer("page", "daily_capacity: 2"));
  for (const char* id : {"anna", "boris", "vera"}) Know(OfferCustomer(id));
  EXPECT_EQ(Offered("anna"), "page ");
  Reopen();
  EXPECT_EQ(Offered("boris"), "page ");
  EXPECT_EQ(Offered("vera"), "daily_capacity ");
  clock_.Advance(absl::Hours(12));
  EXPECT_EQ(Offered("vera"), "page ");
}

TEST_F(OfferDeskTest, ManyAreDecidedTogetherAndTheRichestGetWhatIsShort) {
  Open(SiteOffer("page", "daily_capacity: 1 expected_effect: 0.5"));
  Know(OfferCustomer("poor", {{"profit", 10.0}}));
  Know(OfferCustomer("rich", {{"profit", 90.0}}));
  v1::GetOffersForManyRequest request;
  for (const char* id : {"poor", "nobody", "rich"}) request.add_customer_ids(id);
  const auto response = desk_->GetOffersForMany(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->customers_size(), 2);
  EXPECT_EQ(response->customers(0).offers_size(), 0);
  EXPECT_EQ(response->customers(1).customer_id(), "rich");
  EXPECT_EQ(response->customers(1).offers_size(), 1);
  EXPECT_THAT(response->unknown(), ElementsAre("nobody"));
  request.add_customer_ids("poor");
  EXPECT_THAT(std::string(desk_->GetOffersForMany(request).status().message()),
              HasSubstr("`customer_ids[3]` names a customer a second time"));
}

TEST_F(OfferDeskTest, OutcomesCountOnceAndAContactBecomesAContact) {
  Open(MailOffer("mail") + SiteOffer("page"));
  Know(OfferCustomer("anna"));
  const v1::GetOffersResponse response = Get("anna");
  ASSERT_EQ(response.offers_size(), 2);
  const std::string mail = response.offers(0).decision_id(), page = response.offers(1).decision_id();
  bool duplicate = true;
  EXPECT_TRUE(Report(mail, v1::OfferOutcome::CONTACTED, &duplicate).ok());
  EXPECT_FALSE(duplicate);
  EXPECT_TRUE(Report(mail, v1::OfferOutcome::CONTACTED, &duplicate).ok());
  EXPECT_TRUE(duplicate);
  EXPECT_TRUE(Report(page, v1::OfferOutcome::SHOWN).ok());
  EXPECT_EQ(Report(page, v1::OfferOutcome::CONTACTED).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Report("0000000000000000-1", v1::OfferOutcome::SHOWN).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Report(page + "0", v1::OfferOutcome::SHOWN).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Report(page, v1::OfferOutcome::KIND_UNSPECIFIED).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Log(), ElementsAre("anna mail OFFERED chosen", "anna page OFFERED chosen", "anna CONTACTED",
                                 "anna contact mail", "anna SHOWN"));
}

TEST_F(OfferDeskTest, AnOfferDeclinedEnds) {
  Open(SiteOffer("page", "cool_down { seconds: 3600 }"));
  Know(OfferCustomer("anna"));
  const std::string page = Get("anna").offers(0).decision_id();
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Report(page, v1::OfferOutcome::DECLINED).ok());
  EXPECT_EQ(Offered("anna"), "cool_down ");
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Offered("anna"), "page ");
}

TEST_F(OfferDeskTest, WhoIsHeldOutIsDecidedLikeOthersAndGivenNothing) {
  Open("holdout { share: 0.5 salt: 'salt of the shop' }" + SiteOffer("page"));
  int held_out = 0, offered = 0;
  for (int i = 0; i < 40; ++i) {
    const std::string id = absl::StrCat("c", i);
    Know(OfferCustomer(id));
    const bool expected = offers_->groups().HeldOut(id);
    EXPECT_EQ(Offered(id), expected ? "holdout " : "page ") << id;
    (expected ? held_out : offered) += 1;
  }
  EXPECT_GT(held_out, 5);
  EXPECT_GT(offered, 5);
  EXPECT_EQ(Log().size(), 40u);
}

TEST_F(OfferDeskTest, AnErasedCustomerLeavesNoByte) {
  Open(SiteOffer("code", "code_pool: 'codes'") + MailOffer("mail"));
  Import({"A1", "B2"});
  Know(OfferCustomer("anna-the-erased"));
  Know(OfferCustomer("boris-who-stays"));
  const std::string decision = Get("anna-the-erased").offers(0).decision_id();
  Get("boris-who-stays");
  EXPECT_TRUE(Report(decision, v1::OfferOutcome::SHOWN).ok());
  EXPECT_GT(FilesWith("anna-the-erased"), 0);
  records_.erase("anna-the-erased");
  ASSERT_TRUE(desk_->Erase({"anna-the-erased", "never-known"}).ok());
  EXPECT_EQ(FilesWith("anna-the-erased"), 0);
  EXPECT_EQ(Report(decision, v1::OfferOutcome::CLICKED).code(), absl::StatusCode::kNotFound);
  Reopen();
  EXPECT_EQ(FilesWith("anna-the-erased"), 0);
  EXPECT_THAT(Log(), ElementsAre("boris-who-stays code OFFERED chosen", "boris-who-stays mail OFFERED chosen"));
  // Numbers are never used twice, so no identifier of the erased comes to mean another's decision.
  EXPECT_EQ(ledger_->next_number(), 6u);
}

TEST_F(OfferDeskTest, UnknownCustomersAndBadRequestsAreToldApart) {
  Open(SiteOffer("page"));
  v1::GetOffersRequest request;
  EXPECT_THAT(std::string(desk_->GetOffers(request).status().message()),
              HasSubstr("`customer_id` must have 1 to 128 bytes, has 0"));
  request.set_customer_id("nobody");
  EXPECT_EQ(desk_->GetOffers(request).status().code(), absl::StatusCode::kNotFound);
  request.set_placement(static_cast<v1::Placement>(99));
  EXPECT_THAT(std::string(desk_->GetOffers(request).status().message()), HasSubstr("`placement` is 99"));
  slot_.Set(nullptr);
  request.clear_placement();
  EXPECT_EQ(desk_->GetOffers(request).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(OfferDeskTest, EventsReachTheStoreInOrderAndAfterALoss) {
  Open(SiteOffer("page"));
  Know(OfferCustomer("anna"));
  Know(OfferCustomer("boris"));
  std::vector<std::string> received;
  bool up = false;
  DecisionForwarder forwarder(
      ledger_.get(),
      [&](const std::vector<v1::Event>& events) {
        if (!up) return absl::UnavailableError("down");
        for (const v1::Event& event : events) received.push_back(event.customer_id());
        return absl::OkStatus();
      },
      [] {}, absl::Seconds(1));
  Get("anna");
  EXPECT_LE(forwarder.RunOnce(), absl::Seconds(1));
  EXPECT_THAT(received, ElementsAre());
  up = true;
  Get("boris");
  EXPECT_EQ(forwarder.RunOnce(), absl::ZeroDuration());
  EXPECT_EQ(forwarder.RunOnce(), absl::InfiniteDuration());
  EXPECT_THAT(received, ElementsAre("anna", "boris"));
  EXPECT_EQ(ledger_->delivered(), 2u);
  const auto listed = desk_->ListOffers();
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->undelivered(), 0);
  EXPECT_EQ(listed->states(0).given_today(), 2);
}

}  // namespace
}  // namespace ebb::scorer
