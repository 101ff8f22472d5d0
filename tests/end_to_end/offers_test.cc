// An offer's whole life between a real store and a real scorer: decided, given, sent, logged, measured by nobody yet,
// stopped by a withdrawn consent, and forgotten with its customer. Only the trainer is scripted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "clients/cpp/event_pusher.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/offers_client.h"
#include "google/protobuf/text_format.h"
#include "runtime/clock.h"
#include "runtime/rpc/server_host.h"
#include "scorer/scorer_server.h"
#include "scorer/testing/scripted_trainer_service.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/patience.h"
#include "tests/support/services.h"

namespace ebb::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kCustomer[] = "anna-who-is-made-offers";

constexpr char kFeatures[] = R"(
  features { name: 'revenue' role: INPUT field: PURCHASE_AMOUNT aggregation: SUM window { months: 1 } scale: 0.01 }
  features { name: 'profit' role: SEGMENT field: PROFIT aggregation: MONTHLY_MEAN window { months: 3 } scale: 0.01 }
  features { name: 'consent' role: SEGMENT field: MARKETING_CONSENT aggregation: LAST window { lifetime: true } }
  features { name: 'contacts' role: SEGMENT field: MARKETING_CONTACT aggregation: COUNT window { months: 1 } }
  features { name: 'birthday' role: SEGMENT field: BIRTHDAY aggregation: LAST window { lifetime: true } }
)";

// Two mailings and one contact a month: the second waits. The page is shown whatever is mailed.
constexpr char kOffers[] = R"(
  time_zone: 'UTC'
  consent_feature: 'consent'
  contact_cap { most: 1 feature: 'contacts' }
  measure { feature: 'revenue' horizon_days: 30 }
  occasions { name: 'birthday' title { en: 'your birthday' } birthday_feature: 'birthday' }
  offers {
    name: 'birthday_code' text { en: 'For {occasion}: {code}' } channel: MAILING needs_consent: true
    who { all_of { feature: 'revenue' number { at_least: 1 } } }
    occasion: 'birthday' opens_days_before: 10 code_pool: 'birthday'
    expected_effect: 0.1 lasts { seconds: 864000 } cool_down { seconds: 864000 }
  }
  offers {
    name: 'letter' text { en: 'Hello' } channel: MAILING needs_consent: true
    who { all_of { feature: 'revenue' number { at_least: 1 } } }
    lasts { seconds: 86400 }
  }
  offers {
    name: 'page' text { en: 'You spent {revenue}' } channel: SITE placements: START_PAGE needs_consent: true
    who { all_of { value: RISK_BAND category { one_of: 'at_risk' } } }
    lasts { seconds: 86400 }
  }
)";

std::string Write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  return path;
}

class OffersEndToEnd : public ::testing::Test {
 protected:
  OffersEndToEnd() {
    const std::string features = Write(store_.folder() + "/features.textproto", kFeatures);
    store_.Start(Services::kFeatureStore, {"--declarations", features});
    ServerOptions options;
    auto host = ServerHost::Start(options, {&trainer_});
    EXPECT_TRUE(host.ok()) << host.status();
    trainer_host_ = *std::move(host);
    trainer_host_->OnDrain([this] { trainer_.Close(); });
    trainer_.Promote(1, scorer::testing::StraightLineModel(0));
    StartScorer();
  }

  void StartScorer() {
    offers_.reset();
    scorer_.reset();
    scorer::Options options;
    options.server.listen.port = 0;
    options.data_dir = store_.folder() + "/scorer_in_test";
    options.reconnect_wait = absl::Milliseconds(20);
    const std::string store = store_.Address(Services::kFeatureStore);
    options.feature_store.port = static_cast<uint16_t>(std::stoi(store.substr(store.rfind(':') + 1)));
    options.trainer.port = static_cast<uint16_t>(trainer_host_->port());
    options.offers = Write(store_.folder() + "/offers.textproto", catalogue_);
    auto server = scorer::ScorerServer::Start(options, &clock_, [](const absl::Status& s) { ADD_FAILURE() << s; });
    ASSERT_TRUE(server.ok()) << server.status();
    scorer_ = *std::move(server);
    offers_ = std::make_unique<OffersClient>(scorer_->address(), kPatience);
  }

  void Push(const std::string& id, absl::Duration ago, const std::string& body, const std::string& who = kCustomer) {
    v1::Event event;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(body, &event)) << body;
    event.set_customer_id(who);
    event.set_event_id(id);
    event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(absl::Now() - ago));
    EventPusher pusher({.address = store_.Address(Services::kFeatureStore)});
    ASSERT_TRUE(pusher.Push(event, 0).ok());
    ASSERT_TRUE(pusher.Flush(kPatience).ok());
    ASSERT_EQ(pusher.totals().accepted, 1);
  }

  // What the store keeps of the customer, counted by kind.
  std::map<std::string, int> Kept() {
    std::map<std::string, int> kept;
    FeatureStoreClient client(store_.Address(Services::kFeatureStore), kPatience);
    const absl::Status exported = client.ExportCustomer(kCustomer, [&](const v1::ExportCustomerResponse& message) {
      for (const v1::Event& event : message.events()) {
        std::string kind = v1::Event::descriptor()->FindFieldByNumber(event.body_case())->name();
        if (event.has_offer_decision()) {
          absl::StrAppend(&kind, " ", event.offer_decision().offer(), " ", event.offer_decision().reason());
        }
        ++kept[kind];
      }
      return absl::OkStatus();
    });
    EXPECT_TRUE(exported.ok()) << exported;
    return kept;
  }

  absl::StatusOr<v1::GetOffersResponse> Offers() {
    v1::GetOffersRequest request;
    request.set_customer_id(kCustomer);
    request.set_explain(true);
    return offers_->GetOffers(request);
  }
  // `offer reason` of each check.
  std::string Reasons() {
    std::string reasons;
    const auto response = Offers();
    if (!response.ok()) return std::string(response.status().message());
    for (const v1::OfferCheck& check : response->checks())
      absl::StrAppend(&reasons, check.offer(), " ", check.reason(), "; ");
    return reasons;
  }
  static void Await(const char* what, const std::function<bool()>& holds) {
    for (const absl::Time deadline = absl::Now() + kPatience; absl::Now() < deadline;) {
      if (holds()) return;
      absl::SleepFor(absl::Milliseconds(20));
    }
    ADD_FAILURE() << "in vain: " << what;
  }
  // Files of both services that name the customer.
  int FilesWithCustomer() const {
    int found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store_.folder())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      found += absl::StrContains(bytes, kCustomer);
    }
    return found;
  }

  const SystemClock clock_;
  std::string catalogue_ = kOffers;  // of the next StartScorer
  Services store_;
  scorer::testing::ScriptedTrainerService trainer_;
  std::unique_ptr<ServerHost> trainer_host_;
  std::unique_ptr<scorer::ScorerServer> scorer_;
  std::unique_ptr<OffersClient> offers_;
};

TEST_F(OffersEndToEnd, AnOfferLivesFromDecisionToErasure) {
  const absl::CivilDay birthday = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone()) + 3;
  Push("profile", absl::Hours(30),
       absl::StrCat("profile_change { marketing_consent: true birthday { month: ", birthday.month(),
                    " day: ", birthday.day(), " } }"));
  Push("order", absl::Hours(29),
       "purchase { order_id: 'o' lines { product_id: 'p' category: 'c' quantity: 1 unit_price_minor: 300 } }");
  v1::ImportCodesRequest codes;
  codes.set_pool("birthday");
  codes.add_codes("A1");
  ASSERT_TRUE(offers_->ImportCodes(codes).ok());
  Await("a score", [&] { return Offers().ok(); });
  Await("all features", [&] { return Reasons() == "birthday_code chosen; letter contact_cap; page chosen; "; });
  const auto given = Offers();
  ASSERT_TRUE(given.ok()) << given.status();
  ASSERT_EQ(given->offers_size(), 2);
  EXPECT_EQ(given->offers(0).text().en(), "For your birthday: A1");
  EXPECT_EQ(given->offers(1).text().en(), "You spent 3");

  v1::ReportOutcomeRequest outcome;
  outcome.set_decision_id(given->offers(0).decision_id());
  outcome.set_kind(v1::OfferOutcome::CONTACTED);
  ASSERT_TRUE(offers_->ReportOutcome(outcome).ok());
  Await("decisions in the store", [&] { return Kept().contains("marketing_contact"); });
  const std::map<std::string, int> kept = Kept();
  EXPECT_EQ(kept.at("offer_decision birthday_code chosen"), 1);
  EXPECT_EQ(kept.at("offer_decision page chosen"), 1);
  EXPECT_EQ(kept.at("offer_outcome"), 1);
  EXPECT_EQ(kept.at("marketing_contact"), 1);

  // After a restart the same offers stand, and nothing is told twice.
  StartScorer();
  Await("the same offers", [&] { return Reasons() == "birthday_code chosen; letter contact_cap; page chosen; "; });
  EXPECT_EQ(Offers()->offers(0).SerializeAsString(), given->offers(0).SerializeAsString());
  EXPECT_EQ(Kept(), kept);

  Push("no more", absl::ZeroDuration(), "profile_change { marketing_consent: false }");
  Await("consent withdrawn",
        [&] { return Reasons() == "birthday_code no_consent; letter no_consent; page no_consent; "; });
  EXPECT_EQ(Offers()->offers_size(), 0);
  Await("the reasons in the store", [&] { return Kept().contains("offer_decision page no_consent"); });

  FeatureStoreClient client(store_.Address(Services::kFeatureStore), kPatience);
  v1::EraseCustomerRequest erase;
  erase.set_customer_id(kCustomer);
  erase.set_reason("asked for it");
  ASSERT_TRUE(client.EraseCustomer(erase).ok());
  Await("the scorer to forget", [&] { return absl::IsNotFound(Offers().status()); });
  outcome.set_kind(v1::OfferOutcome::CLICKED);
  EXPECT_EQ(offers_->ReportOutcome(outcome).status().code(), absl::StatusCode::kNotFound);
  Await("no byte of the customer", [&] { return FilesWithCustomer() == 0; });
}

// Others bought ink with their printers; who puts a printer into the basket is shown ink by the very next answer, and
// no more once it is bought or the printer is out again.
TEST_F(OffersEndToEnd, CompanionGoodsFollowTheBasket) {
  for (int i = 0; i < 6; ++i) {
    const std::string goods = i < 3 ? "lines { product_id: 'printer' category: 'c' quantity: 1 unit_price_minor: 300 } "
                                      "lines { product_id: 'ink' category: 'c' quantity: 1 unit_price_minor: 30 }"
                                    : "lines { product_id: 'mug' category: 'c' quantity: 1 unit_price_minor: 3 }";
    Push("order", absl::Hours(29), absl::StrCat("purchase { order_id: 'o' ", goods, " }"), absl::StrCat("buyer", i));
  }
  Push("order", absl::Hours(29),
       "purchase { order_id: 'o' lines { product_id: 'mug' category: 'c' quantity: 1 unit_price_minor: 300 } }");
  catalogue_ = R"(
    time_zone: 'UTC'
    companion_goods { least_orders: 3 }
    offers {
      name: 'basket' text { en: 'Goes well with it.' } target: '/goods?ids={basket_companions}'
      channel: SITE placements: BASKET who { all_of { value: PROBABILITY number { at_least: 0 } } }
      lasts { seconds: 86400 }
    })";
  StartScorer();
  Await("a count of orders", [&] {
    const auto listed = offers_->ListOffers();
    return listed.ok() && listed->companions().orders() == 7;
  });
  Await("a score", [&] { return Reasons() == "basket text_incomplete; "; });
  const auto item = [](const char* action, const char* product) {
    return absl::StrCat("basket_change { visit_id: 'v' action: ", action, " items { product_id: '", product,
                        "' category: 'c' quantity: 1 } }");
  };
  Push("add", absl::Seconds(3), item("ADD", "printer"));
  const auto shown = Offers();
  ASSERT_TRUE(shown.ok()) << shown.status();
  ASSERT_EQ(shown->offers_size(), 1);
  EXPECT_EQ(shown->offers(0).target(), "/goods?ids=ink");
  ASSERT_EQ(shown->offers(0).products_size(), 1);
  EXPECT_EQ(shown->offers(0).products(0), "ink");
  Push("add ink", absl::Seconds(2), item("ADD", "ink"));
  EXPECT_EQ(Reasons(), "basket text_incomplete; ") << "both are in the basket";
  Push("no ink", absl::Seconds(1), item("REMOVE", "ink"));
  EXPECT_EQ(Reasons(), "basket chosen; ");
  Push("no printer", absl::ZeroDuration(), item("REMOVE", "printer"));
  EXPECT_EQ(Reasons(), "basket text_incomplete; ");
}

TEST_F(OffersEndToEnd, AReportOfAnEmptyShopSaysSoAndAWrongMeasureIsNamed) {
  const auto report = offers_->GetUpliftReport({});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rows_size(), 0);
  EXPECT_EQ(report->measure().feature(), "revenue");
}

}  // namespace
}  // namespace ebb::testing
