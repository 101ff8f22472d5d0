#include "feature_store/event_check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "feature_store/clean_text.h"
#include "feature_store/event_limits.h"
#include "feature_store/event_time.h"
#include "feature_store/violation_list.h"

namespace ebb::feature_store {
namespace {

constexpr int kMostNamedSegments = 64;

class EventCheck {
 public:
  EventCheck(const v1::Event& event, absl::Time now, const EventLimits& limits)
      : event_(event), now_(now), limits_(limits) {}

  std::vector<Violation> Run() {
    list_.Text("customer_id", event_.customer_id(), {.required = true, .most_bytes = kLongestCustomerId});
    list_.Text("event_id", event_.event_id(), {.required = true, .most_bytes = kLongestEventId});
    CheckTimes();
    CheckBody();
    return list_.Take();
  }

 private:
  void CheckTimes() {
    if (!event_.has_event_time()) return list_.Add("event_time", "", "required");
    if (!list_.Timestamp("event_time", event_.event_time())) return;
    const absl::Time time = EventTime(event_);
    const absl::Time latest = now_ + limits_.max_ahead;
    const absl::Time oldest = limits_.store_clock.value_or(now_) - limits_.retention;
    const auto shown = [&] { return absl::FormatTime(time, absl::UTCTimeZone()); };
    if (time > latest) {
      list_.Add("event_time", shown(),
                absl::StrCat("must not be more than ", absl::FormatDuration(limits_.max_ahead),
                             " ahead of the store's wall clock; check the sender's clock"));
    }
    if (time < oldest) {
      list_.Add("event_time", shown(),
                absl::StrCat("must not be older than the store's retention of ", limits_.retention / absl::Hours(24),
                             " days; leave the event out"));
    }
    if (!limits_.backfill || !event_.has_known_at() || !list_.Timestamp("known_at", event_.known_at())) return;
    const absl::Time known_at = ToTime(event_.known_at());
    const std::string known_shown = absl::FormatTime(known_at, absl::UTCTimeZone());
    if (known_at < time) list_.Add("known_at", known_shown, "must not be before event_time");
    if (known_at > latest)
      list_.Add("known_at", known_shown,
                absl::StrCat("must not be more than ", absl::FormatDuration(limits_.max_ahead),
                             " ahead of the store's wall clock"));
  }

  void CheckBody() {
    switch (event_.body_case()) {
      case v1::Event::kPageView:
        list_.Text("page_view.visit_id", event_.page_view().visit_id(), {.required = true});
        return list_.Text("page_view.category", event_.page_view().category(), {});
      case v1::Event::kBasketChange:
        return CheckBasketChange(event_.basket_change());
      case v1::Event::kServiceError:
        list_.Text("service_error.visit_id", event_.service_error().visit_id(), {.required = true});
        return list_.Text("service_error.code", event_.service_error().code(), {});
      case v1::Event::kMarketingContact:
        return CheckMarketingContact(event_.marketing_contact());
      case v1::Event::kProfileChange:
        return CheckProfileChange(event_.profile_change());
      case v1::Event::kPurchase:
        return CheckPurchase(event_.purchase());
      case v1::Event::kRefund:
        list_.Text("refund.order_id", event_.refund().order_id(), {.required = true});
        list_.Range("refund.amount_minor", event_.refund().amount_minor(), 1, kMostMoney);
        return;
      case v1::Event::kProfitStatement:
        list_.Range("profit_statement.year", event_.profit_statement().year(), 1900, 9999);
        list_.Range("profit_statement.month", event_.profit_statement().month(), 1, 12);
        list_.Range("profit_statement.profit_minor", event_.profit_statement().profit_minor(), -kMostMoney, kMostMoney);
        return;
      case v1::Event::kTimeOnSite:
        list_.Text("time_on_site.visit_id", event_.time_on_site().visit_id(), {.required = true});
        list_.Range("time_on_site.duration_ms", event_.time_on_site().duration_ms(), 1, kMostDurationMs);
        return;
      case v1::Event::kActivityLabel: {
        const int activity = event_.activity_label().activity();
        if (activity != v1::ActivityLabel::DECLINED && activity != v1::ActivityLabel::STEADY) {
          list_.Add("activity_label.activity", absl::StrCat(activity), "must be DECLINED or STEADY");
        }
        return;
      }
      case v1::Event::kOfferDecision:
        return CheckOfferDecision(event_.offer_decision());
      case v1::Event::kOfferOutcome:
        return CheckOfferOutcome(event_.offer_outcome());
      case v1::Event::kImportedSnapshot:
        return list_.Add("imported_snapshot", "", "is made by the RPC ImportSnapshot alone; send the row there");
      case v1::Event::BODY_NOT_SET:
        return list_.Add("body", "", "required: exactly one of page_view, purchase and the other kinds of event.proto");
    }
  }

  void CheckBasketChange(const v1::BasketChange& change) {
    list_.Text("basket_change.visit_id", change.visit_id(), {.required = true});
    if (change.action() != v1::BasketChange::ADD && change.action() != v1::BasketChange::REMOVE) {
      list_.Add("basket_change.action", absl::StrCat(static_cast<int>(change.action())), "must be ADD or REMOVE");
    }
    CheckNumberOf("basket_change.items", change.items_size());
    for (int i = 0; i < std::min(change.items_size(), kMostLines); ++i) {
      const std::string path = absl::StrCat("basket_change.items[", i, "].");
      list_.Text(path + "product_id", change.items(i).product_id(), {.required = true});
      list_.Text(path + "category", change.items(i).category(), {.required = true});
      list_.Range(path + "quantity", change.items(i).quantity(), 1, kMostQuantity);
    }
  }

  void CheckMarketingContact(const v1::MarketingContact& contact) {
    const int channel = contact.channel();
    if (channel == v1::MarketingContact::CHANNEL_UNSPECIFIED || !v1::MarketingContact::Channel_IsValid(channel)) {
      list_.Add("marketing_contact.channel", absl::StrCat(channel),
                "must be MAILING, CALL, AD_IMPRESSION, PUSH, SMS or OTHER");
    }
    list_.Text("marketing_contact.campaign_id", contact.campaign_id(), {});
    list_.Text("marketing_contact.offer_id", contact.offer_id(), {});
  }

  void CheckProfileChange(const v1::ProfileChange& change) {
    if (change.has_service_tier()) {
      list_.Text("profile_change.service_tier", change.service_tier(), {.required = true});
    }
    if (change.has_registration_date()) {
      const v1::Date& date = change.registration_date();
      const std::string path = "profile_change.registration_date.";
      const bool year = list_.Range(path + "year", date.year(), 1900, 9999);
      const bool month = list_.Range(path + "month", date.month(), 1, 12);
      if (year && month) {
        const Day first = ShopCalendar::FromDate(date.year(), date.month(), 1);
        list_.Range(path + "day", date.day(), 1, ShopCalendar::LastOfMonth(date.year(), date.month()) - first + 1);
      }
    }
    if (change.has_birthday()) {
      constexpr int kLeapYear = 2000;
      const v1::MonthDay& birthday = change.birthday();
      if (list_.Range("profile_change.birthday.month", birthday.month(), 1, 12)) {
        const Day first = ShopCalendar::FromDate(kLeapYear, birthday.month(), 1);
        list_.Range("profile_change.birthday.day", birthday.day(), 1,
                    ShopCalendar::LastOfMonth(kLeapYear, birthday.month()) - first + 1);
      }
    }
  }

  void CheckPurchase(const v1::Purchase& purchase) {
    list_.Text("purchase.order_id", purchase.order_id(), {.required = true});
    list_.Text("purchase.visit_id", purchase.visit_id(), {});
    CheckNumberOf("purchase.lines", purchase.lines_size());
    bool in_range = true;
    __int128 amount = 0;
    for (int i = 0; i < std::min(purchase.lines_size(), kMostLines); ++i) {
      const v1::PurchaseLine& line = purchase.lines(i);
      const std::string path = absl::StrCat("purchase.lines[", i, "].");
      list_.Text(path + "product_id", line.product_id(), {.required = true});
      list_.Text(path + "category", line.category(), {.required = true});
      in_range &= list_.Range(path + "quantity", line.quantity(), 1, kMostQuantity);
      in_range &= list_.Range(path + "unit_price_minor", line.unit_price_minor(), 0, kMostMoney);
      amount += static_cast<__int128>(line.quantity()) * line.unit_price_minor();
    }
    if (in_range && amount > kMostPurchase) {
      list_.Add("purchase.lines", "", "quantities times unit prices must be at most 10^15 minor units together");
    }
  }

  void CheckOfferDecision(const v1::OfferDecision& decision) {
    const ViolationList::TextRule word = {.required = true, .most_bytes = kLongestEventId};
    list_.Text("offer_decision.decision_id", decision.decision_id(), word);
    list_.Text("offer_decision.offer", decision.offer(), word);
    list_.Text("offer_decision.campaign", decision.campaign(), word);
    CheckKnown("offer_decision.status", decision.status(), v1::OfferDecision::Status_IsValid(decision.status()),
               "must be OFFERED, HELD_OUT, CONTROL, SUPPRESSED or NOT_ELIGIBLE");
    list_.Text("offer_decision.reason", decision.reason(), word);
    CheckKnown("offer_decision.channel", decision.channel(), v1::OfferDecision::Channel_IsValid(decision.channel()),
               "must be SITE, MAILING, CALL, PUSH or SMS");
    list_.Text("offer_decision.segment", decision.segment(), word);
    if (decision.named_segments_size() > kMostNamedSegments) {
      list_.Add("offer_decision.named_segments", absl::StrCat(decision.named_segments_size(), " entries"),
                "must have at most 64 entries");
    }
    for (int i = 0; i < std::min(decision.named_segments_size(), kMostNamedSegments); ++i) {
      list_.Text(absl::StrCat("offer_decision.named_segments[", i, "]"), decision.named_segments(i), word);
    }
    CheckShare("offer_decision.probability", decision.probability());
    CheckFinite("offer_decision.value_at_risk", decision.value_at_risk());
    CheckFinite("offer_decision.expected_net_value", decision.expected_net_value());
    CheckShare("offer_decision.untreated_share", decision.untreated_share());
    CheckShare("offer_decision.holdout_share", decision.holdout_share());
    list_.Text("offer_decision.code", decision.code(), {.required = false, .most_bytes = kLongestEventId});
    list_.Text("offer_decision.catalogue", decision.catalogue(), word);
  }

  void CheckOfferOutcome(const v1::OfferOutcome& outcome) {
    const ViolationList::TextRule word = {.required = true, .most_bytes = kLongestEventId};
    list_.Text("offer_outcome.decision_id", outcome.decision_id(), word);
    list_.Text("offer_outcome.offer", outcome.offer(), word);
    CheckKnown("offer_outcome.kind", outcome.kind(), v1::OfferOutcome::Kind_IsValid(outcome.kind()),
               "must be SHOWN, CLICKED, ACCEPTED, DECLINED or CONTACTED");
  }

  // An enum's value that must be set.
  void CheckKnown(const std::string& field, int value, bool valid, const char* rule) {
    if (value == 0 || !valid) list_.Add(field, absl::StrCat(value), rule);
  }
  void CheckShare(const std::string& field, double share) {
    if (!(share >= 0 && share <= 1)) list_.Add(field, absl::StrCat(share), "must be 0 to 1");
  }
  void CheckFinite(const std::string& field, double number) {
    if (!std::isfinite(number)) list_.Add(field, absl::StrCat(number), "must be finite");
  }

  void CheckNumberOf(const std::string& path, int count) {
    if (count < 1 || count > kMostLines)
      list_.Add(path, absl::StrCat(count, " entries"), "must have 1 to 1000 entries");
  }

  const v1::Event& event_;
  const absl::Time now_;
  const EventLimits& limits_;
  ViolationList list_;
};

}  // namespace

std::vector<Violation> CheckEvent(const v1::Event& event, absl::Time now, const EventLimits& limits) {
  return EventCheck(event, now, limits).Run();
}

}  // namespace ebb::feature_store
