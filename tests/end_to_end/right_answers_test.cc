// Six questions that a feature store can answer wrongly without anybody noticing, asked of the real program over the
// network. Each is named for the right answer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "clients/cpp/feature_store_client.h"
#include "tests/support/patience.h"
#include "tests/support/push_all.h"
#include "tests/support/services.h"

namespace ebb::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kDeclarations = R"(
  shop { money_scale: 2 }
  features { name: 'spent_1d' role: INPUT field: PURCHASE_AMOUNT aggregation: SUM window { days: 1 } scale: 0.01 }
  features { name: 'orders_1d' role: INPUT field: PURCHASE_ORDER aggregation: COUNT window { days: 1 } }
  features { name: 'pages' role: INPUT field: PAGE_VIEW aggregation: COUNT window { lifetime: true } }
  features { name: 'tier' role: INPUT field: SERVICE_TIER aggregation: LAST window { lifetime: true } }
)";

absl::Time At(const char* rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) << error;
  return time;
}

v1::Event EventOf(const std::string& customer, const std::string& id, const char* time) {
  v1::Event event;
  event.set_customer_id(customer);
  event.set_event_id(id);
  event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(At(time)));
  return event;
}

v1::Event PurchaseOf(const std::string& customer, const std::string& id, const char* time, int64_t amount_minor) {
  v1::Event event = EventOf(customer, id, time);
  event.mutable_purchase()->set_order_id(id);
  v1::PurchaseLine* line = event.mutable_purchase()->add_lines();
  line->set_product_id("p");
  line->set_category("toys");
  line->set_quantity(1);
  line->set_unit_price_minor(amount_minor);
  return event;
}

v1::Event TierOf(const std::string& customer, const std::string& id, const char* time, const std::string& tier) {
  v1::Event event = EventOf(customer, id, time);
  event.mutable_profile_change()->set_service_tier(tier);
  return event;
}

// A store whose clock is the events': the newest event says what time it is.
class RightAnswers : public ::testing::Test {
 protected:
  RightAnswers() {
    const std::string declarations = services_.folder() + "/features.textproto";
    std::ofstream(declarations) << kDeclarations;
    services_.Start(Services::kFeatureStore,
                    {"--declarations", declarations, "--clock", "watermark", "--sweep-interval", "10ms"});
  }

  // Returns `EVENT FIELD` of everything refused, in order.
  std::vector<std::string> Push(const std::vector<v1::Event>& events) {
    std::vector<std::string> refused;
    PushAll({.address = store_address(),
             .on_refused =
                 [&](const EventPusher::Refusal& refusal) {
                   for (const v1::RejectedEvent* reason : refusal.reasons) {
                     refused.push_back(absl::StrCat(refusal.event.event_id(), " ", reason->field()));
                   }
                 }},
            events);
    return refused;
  }

  v1::GetFeaturesResponse Get(const std::vector<std::string>& customers, const char* as_of = nullptr) {
    v1::GetFeaturesRequest request;
    for (const std::string& customer : customers) request.add_customer_ids(customer);
    if (as_of != nullptr) request.mutable_as_of()->set_seconds(absl::ToUnixSeconds(At(as_of)));
    const auto response = client_.GetFeatures(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::GetFeaturesResponse());
  }

  // `VALUE STATUS` of one feature of one customer.
  std::string Feature(const std::string& customer, const std::string& feature, const char* as_of = nullptr) {
    const v1::GetFeaturesResponse response = Get({customer}, as_of);
    for (int i = 0; i < response.columns_size(); ++i) {
      if (response.feature_names(i) != feature) continue;
      const v1::FeatureColumn& column = response.columns(i);
      const std::string status = v1::FeatureStatus_Name(column.statuses(0));
      return column.categories().empty() ? absl::StrCat(column.numbers(0), " ", status)
                                         : absl::StrCat(column.categories(0), " ", status);
    }
    return "no such feature";
  }

  std::string store_address() const { return services_.Address(Services::kFeatureStore); }

  Services services_;
  FeatureStoreClient client_{services_.Address(Services::kFeatureStore), kPatience};
};

TEST_F(RightAnswers, AnOlderEventNeverOverwritesANewerOne) {
  Push({TierOf("anna", "newer", "2026-03-10T10:00:00Z", "gold")});
  Push({TierOf("anna", "older", "2026-03-09T10:00:00Z", "silver")});
  EXPECT_EQ(Feature("anna", "tier"), "gold PRESENT");
  services_.Kill(Services::kFeatureStore);
  services_.Start(Services::kFeatureStore,
                  {"--declarations", services_.folder() + "/features.textproto", "--clock", "watermark"});
  EXPECT_EQ(Feature("anna", "tier"), "gold PRESENT") << "after a crash the events are folded again";
}

TEST_F(RightAnswers, TwoEventsOfOneInstantBothCount) {
  Push({PurchaseOf("anna", "one", "2026-03-10T10:00:00Z", 1'000),
        PurchaseOf("anna", "two", "2026-03-10T10:00:00Z", 500)});
  EXPECT_EQ(Feature("anna", "orders_1d"), "2 PRESENT");
  EXPECT_EQ(Feature("anna", "spent_1d"), "15 PRESENT");
  Push({PurchaseOf("anna", "two", "2026-03-10T10:00:00Z", 500)});
  EXPECT_EQ(Feature("anna", "orders_1d"), "2 PRESENT") << "a retry is no event";
}

TEST_F(RightAnswers, AnExpiredValueSaysSo) {
  Push({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 1'000)});
  EXPECT_EQ(Feature("anna", "spent_1d"), "10 PRESENT");
  // Anna stays away; that time passes is known from Bert.
  Push({PurchaseOf("bert", "e1", "2026-03-13T10:00:00Z", 700)});
  const absl::Time limit = absl::Now() + kPatience;
  while (Feature("anna", "spent_1d") == "10 PRESENT" && absl::Now() < limit) {
  }
  EXPECT_EQ(Feature("anna", "spent_1d"), "0 DEFAULT");
  EXPECT_EQ(Feature("anna", "pages"), "0 NEVER_SEEN") << "nothing in the window is not the same as nothing ever";
  const v1::GetFeaturesResponse anna = Get({"anna"});
  EXPECT_EQ(anna.last_event_micros(0), absl::ToUnixMicros(At("2026-03-10T10:00:00Z")));
  EXPECT_GT(anna.as_of_micros(0), absl::ToUnixMicros(At("2026-03-13T00:00:00Z")))
      << "the vector is fresh, the customer is quiet";
}

TEST_F(RightAnswers, AnUnknownCustomerIsNotFoundInEveryPath) {
  Push({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 1'000)});
  for (const char* as_of : {static_cast<const char*>(nullptr), "2026-03-10T10:00:00Z"}) {
    const v1::GetFeaturesResponse response = Get({"nobody", "anna", "Anna"}, as_of);
    const bool anna = as_of == nullptr;  // as of the very instant of her first event she was not known
    EXPECT_THAT(response.found(), ElementsAre(false, anna, false));
    for (const v1::FeatureColumn& column : response.columns()) {
      EXPECT_EQ(column.statuses(0), v1::NOT_FOUND);
      EXPECT_EQ(column.statuses(1) == v1::NOT_FOUND, !anna);
      EXPECT_EQ(column.statuses(2), v1::NOT_FOUND);
    }
    EXPECT_EQ(response.as_of_micros(0), 0);
    EXPECT_EQ(response.last_event_micros(0), 0);
  }
  v1::VerifyRequest request;
  request.add_customer_ids("nobody");
  EXPECT_TRUE(absl::IsNotFound(client_.Verify(request, [](const auto&) { return true; }).status()));
  for (const std::vector<std::string>& command : {std::vector<std::string>{"features", "nobody"},
                                                  {"features", "nobody", "--as-of", "2026-03-10"},
                                                  {"verify", "nobody"}}) {
    const Outcome outcome = services_.Ebb(command);
    EXPECT_EQ(outcome.exit_status, 3) << absl::StrJoin(command, " ") << ": " << outcome.out << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("nobody"));
  }
}

TEST_F(RightAnswers, ADaysSumOfTenTwentyThirtyIsSixty) {
  Push({PurchaseOf("anna", "e2", "2026-03-10T11:00:00Z", 2'000),
        PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 1'000)});
  Push({PurchaseOf("anna", "e3", "2026-03-10T12:00:00Z", 3'000)});
  EXPECT_EQ(Feature("anna", "spent_1d"), "60 PRESENT");
  EXPECT_EQ(Feature("anna", "spent_1d", "2026-03-10T12:00:00Z"), "30 PRESENT") << "what is stamped T is not before T";
  const Outcome verify = services_.Ebb({"verify", "--all", "--output", "json"});
  EXPECT_EQ(verify.exit_status, 0) << verify.err;
  EXPECT_THAT(verify.out, HasSubstr("\"mismatched\":0"));
  EXPECT_THAT(verify.out, HasSubstr("\"mismatches\":[]"));
}

TEST_F(RightAnswers, APartialOrMistypedEventIsRefusedByFieldAndNeverHalfStored) {
  v1::Event partial = PurchaseOf("anna", "partial", "2026-03-10T10:00:00Z", 1'000);
  v1::PurchaseLine* second = partial.mutable_purchase()->add_lines();
  *second = partial.purchase().lines(0);
  second->clear_quantity();
  v1::Event bodiless = EventOf("anna", "bodiless", "2026-03-10T10:00:00Z");
  const v1::Event good = PurchaseOf("bert", "good", "2026-03-10T10:00:00Z", 500);
  EXPECT_THAT(Push({partial, good, bodiless}), ElementsAre("partial purchase.lines[1].quantity", "bodiless body"));
  EXPECT_THAT(Get({"anna", "bert"}).found(), ElementsAre(false, true)) << "the good one beside them counts";

  // The same as lines of JSON: text for a number, a field that there is not, an event cut off.
  struct Case {
    std::string line, says;
  };
  const std::string head = R"({"customerId":"anna","eventId":"j","eventTime":"2026-03-10T10:00:00Z",)";
  const std::string line = R"("purchase":{"orderId":"o","lines":[{"productId":"p","category":"toys","quantity":)";
  const Case cases[] = {
      {head + line + R"("three","unitPriceMinor":"100"}]}})", "quantity"},
      {head + line + R"(1.5,"unitPriceMinor":"100"}]}})", "quantity"},
      {head + line + R"(1,"unitPriceMinor":"100","colour":"red"}]}})", "purchase.lines[0].colour"},
      {head + line + R"(0,"unitPriceMinor":"100"}]}})", "purchase.lines[0].quantity"},
      {head + line + "1", "syntax error"},
  };
  for (const Case& one : cases) {
    const Outcome outcome =
        services_.Ebb({"push", "-", "--rejected", services_.folder() + "/rejected.jsonl"}, one.line + "\n");
    EXPECT_NE(outcome.exit_status, 0) << one.line;
    EXPECT_THAT(outcome.err, HasSubstr(one.says)) << one.line;
  }
  EXPECT_THAT(Get({"anna"}).found(), ElementsAre(false));
  const auto stats = client_.GetStats();
  EXPECT_EQ(stats->events(), 1);
}

}  // namespace
}  // namespace ebb::testing
