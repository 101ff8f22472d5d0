#include "feature_store/event_view.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "feature_store/event_check.h"
#include "feature_store/quick_check.h"
#include "feature_store/test_events.h"
#include "tests/support/seed.h"

namespace ebb::feature_store {
namespace {

// Everything of a view as text.
std::string Text(const EventView& view) {
  std::string text = absl::StrCat(
      std::string(view.customer_id), "/", std::string(view.event_id), "/", view.event_time_us, "/", view.known_at_us,
      "/", static_cast<int>(view.body), "/", std::string(view.visit_id), "/", std::string(view.category), "/",
      std::string(view.order_id), "/", view.duration_ms, "/", static_cast<int>(view.action));
  for (const LineView& line : view.lines) {
    absl::StrAppend(&text, " ", std::string(line.product_id), "*", std::string(line.category), "*", line.quantity, "*",
                    line.unit_price_minor, "*", line.on_promotion);
  }
  return text;
}

// Events of every kind, good ones and such as break a rule here and there.
class RandomEvent {
 public:
  explicit RandomEvent(uint64_t seed) : random_(seed) {}

  v1::Event Next() {
    v1::Event event;
    event.set_customer_id(Word());
    event.set_event_id(Word());
    if (!Rarely()) {
      event.mutable_event_time()->set_seconds(Number());
      event.mutable_event_time()->set_nanos(static_cast<int32_t>(Below(1'100'000'000)));
    }
    if (Rarely()) event.mutable_known_at()->set_seconds(Number());
    switch (Below(6)) {
      case 0:
        event.mutable_page_view()->set_visit_id(Word());
        event.mutable_page_view()->set_category(Word());
        break;
      case 1:
        event.mutable_time_on_site()->set_visit_id(Word());
        event.mutable_time_on_site()->set_duration_ms(Number());
        break;
      case 2:
        event.mutable_basket_change()->set_visit_id(Word());
        event.mutable_basket_change()->set_action(static_cast<v1::BasketChange::Action>(Below(3)));
        for (uint64_t i = Below(3); i > 0; --i) {
          v1::BasketItem& item = *event.mutable_basket_change()->add_items();
          item.set_product_id(Word());
          item.set_category(Word());
          item.set_quantity(Number());
        }
        break;
      case 3:
        event.mutable_purchase()->set_order_id(Word());
        if (Rarely()) event.mutable_purchase()->set_visit_id(Word());
        for (uint64_t i = Below(4); i > 0; --i) {
          v1::PurchaseLine& line = *event.mutable_purchase()->add_lines();
          line.set_product_id(Word());
          line.set_category(Word());
          line.set_quantity(Number());
          line.set_unit_price_minor(Number());
          line.set_on_promotion(Below(2) == 0);
        }
        break;
      case 4:
        event.mutable_service_error()->set_visit_id(Word());
        break;
      default:
        break;
    }
    return event;
  }

  uint64_t Below(uint64_t n) { return random_() % n; }

 private:
  bool Rarely() { return Below(10) == 0; }
  int64_t Number() {
    switch (Below(12)) {
      case 0:
        return 0;
      case 1:
        return -1;
      case 2:
        return static_cast<int64_t>(random_());
      case 3:
        return 1'000'000;
      default:
        return static_cast<int64_t>(1 + Below(100));
    }
  }
  std::string Word() {
    switch (Below(16)) {
      case 0:
        return "";
      case 1:
        return "tab\there";
      case 2:
        return std::string(60 + Below(250), 'x');
      case 3:
        return "Категория товаров";
      case 4:
        return "ends in a letter ж";
      default:
        return absl::StrCat("word", Below(1'000));
    }
  }

  std::mt19937_64 random_;
};

TEST(EventViewTest, SaysWhatProtobufReads) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  RandomEvent random(seed);
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    const v1::Event event = random.Next();
    const std::string bytes = event.SerializeAsString();
    google::protobuf::Arena arena;
    EventView view;
    if (!ReadEventView(bytes, &arena, &view)) continue;
    ++read;
    EXPECT_EQ(Text(view), Text(ViewOf(event, &arena))) << event.ShortDebugString();
    EXPECT_EQ(ToMessage(view).SerializeAsString(), bytes);
  }
  EXPECT_GT(read, 5'000);
}

TEST(EventViewTest, DamagedBytesAreNeverReadBeyondTheirEnd) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  RandomEvent random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = random.Next().SerializeAsString();
    if (bytes.empty()) continue;
    if (random.Below(2) == 0) bytes.resize(random.Below(bytes.size()));
    if (!bytes.empty()) bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
    const auto exact = std::make_unique<char[]>(bytes.size());  // so that the address sanitizer sees a step too far
    std::copy(bytes.begin(), bytes.end(), exact.get());
    google::protobuf::Arena arena;
    EventView view;
    if (!ReadEventView({exact.get(), bytes.size()}, &arena, &view)) continue;
    v1::Event parsed;
    if (!parsed.ParseFromString(bytes)) continue;  // a text that is not UTF-8
    EXPECT_EQ(Text(view), Text(ViewOf(parsed, &arena)));
  }
}

TEST(EventViewTest, AnOrderThatProtobufDoesNotWriteIsLeftToIt) {
  v1::Event id, rest;
  id.set_customer_id("anna");
  rest.set_event_id("e1");
  google::protobuf::Arena arena;
  EventView view;
  EXPECT_TRUE(ReadEventView(id.SerializeAsString(), &arena, &view));
  EXPECT_FALSE(ReadEventView(rest.SerializeAsString() + id.SerializeAsString(), &arena, &view));
  EXPECT_FALSE(ReadEventView(id.SerializeAsString() + id.SerializeAsString(), &arena, &view));
}

TEST(QuickCheckTest, NeverPassesWhatTheFullCheckRefuses) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  RandomEvent random(seed);
  const absl::Time now = absl::FromUnixSeconds(1'000);
  EventLimits limits;
  limits.retention = absl::Seconds(990);
  limits.max_ahead = absl::Seconds(5);
  const TimeBounds bounds{.earliest_us = 10'000'001, .latest_us = 1'005'000'000};
  int passed = 0;
  for (int i = 0; i < 50'000; ++i) {
    const v1::Event event = random.Next();
    const std::string bytes = event.SerializeAsString();
    google::protobuf::Arena arena;
    EventView view;
    if (!ReadEventView(bytes, &arena, &view) || !PassesQuickly(view, bounds)) continue;
    ++passed;
    const std::vector<Violation> violations = CheckEvent(event, now, limits);
    EXPECT_TRUE(violations.empty()) << violations[0].field << " " << violations[0].rule << event.ShortDebugString();
  }
  EXPECT_GT(passed, 1'000);
}

TEST(QuickCheckTest, PassesTheCommonKinds) {
  for (const char* body :
       {"page_view { visit_id: 'v' }", "time_on_site { visit_id: 'v' duration_ms: 1 }",
        "basket_change { visit_id: 'v' action: ADD items { product_id: 'p' category: 'ж' quantity: 1 } }",
        "purchase { order_id: 'o' lines { product_id: 'p' category: 'c' quantity: 1 } }"}) {
    const std::string bytes = EventAt(absl::FromUnixSeconds(5), "e", body).SerializeAsString();
    google::protobuf::Arena arena;
    EventView view;
    ASSERT_TRUE(ReadEventView(bytes, &arena, &view)) << body;
    EXPECT_TRUE(PassesQuickly(view, {.earliest_us = 5'000'000, .latest_us = 5'000'000})) << body;
    EXPECT_FALSE(PassesQuickly(view, {.earliest_us = 5'000'001, .latest_us = 9'000'000})) << body;
    EXPECT_FALSE(PassesQuickly(view, {.earliest_us = 0, .latest_us = 4'999'999})) << body;
  }
}

}  // namespace
}  // namespace ebb::feature_store
