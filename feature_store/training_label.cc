#include "feature_store/training_label.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/violation_list.h"

namespace ebb::feature_store {
namespace {

constexpr double kDefaultDeclineShare = 0.3;
constexpr int kDefaultHorizonMonths = 3;
constexpr int kMostHorizonMonths = 12;

int HorizonOf(const v1::PurchaseDecline& rule) {
  return rule.horizon_months() == 0 ? kDefaultHorizonMonths : rule.horizon_months();
}

// What a purchase or a refund adds to the measure that a decline is told by.
int64_t Contribution(const EventView& event, v1::PurchaseDecline::Measure measure) {
  const bool purchase = event.body == v1::Event::kPurchase;
  switch (measure) {
    case v1::PurchaseDecline::ORDERS:
      return purchase ? 1 : 0;
    case v1::PurchaseDecline::SPEND: {
      if (!purchase) return -event.message->refund().amount_minor();
      int64_t spend = 0;
      for (const LineView& line : event.lines) spend += line.quantity * line.unit_price_minor;
      return spend;
    }
    default: {
      int64_t items = 0;
      for (const LineView& line : event.lines) items += line.quantity;
      return items;
    }
  }
}

// The events stamped exactly so.
std::span<const HistoryEvent> StampedAt(std::span<const HistoryEvent> events, int64_t time_us) {
  const auto first = std::lower_bound(events.begin(), events.end(), time_us, [](const HistoryEvent& event, int64_t us) {
    return event.view->event_time_us < us;
  });
  auto last = first;
  while (last != events.end() && last->view->event_time_us == time_us) ++last;
  return {first, last};
}

}  // namespace

std::vector<Violation> CheckLabelRule(const LabelRule& rule) {
  ViolationList list;
  const auto* decline = std::get_if<v1::PurchaseDecline>(&rule);
  if (decline == nullptr) return {};
  const std::string path = "purchase_decline.";
  if (!v1::PurchaseDecline::Measure_IsValid(decline->measure())) {
    list.Add(path + "measure", absl::StrCat(static_cast<int>(decline->measure())), "must be ITEMS, ORDERS or SPEND");
  }
  const double share = decline->decline_share();
  if (!(share >= 0 && share <= 1)) {
    list.Add(path + "decline_share", absl::StrCat(share), "must be above 0 and at most 1; 0 stands for 0.3");
  }
  if (decline->horizon_months() < 0 || decline->horizon_months() > kMostHorizonMonths) {
    list.Add(path + "horizon_months", absl::StrCat(decline->horizon_months()),
             absl::StrCat("must be 1 to ", kMostHorizonMonths, "; 0 stands for 3"));
  }
  return list.Take();
}

std::vector<LabelDate> LabelDatesOf(const LabelRule& rule, const ShopCalendar& calendar,
                                    std::span<const absl::Time> as_of) {
  const auto* decline = std::get_if<v1::PurchaseDecline>(&rule);
  const int horizon = decline == nullptr ? 0 : HorizonOf(*decline);
  std::vector<LabelDate> dates;
  for (const absl::Time time : as_of) {
    LabelDate& date = dates.emplace_back();
    date.as_of_us = absl::ToUnixMicros(time);
    date.month_after_us = absl::ToUnixMicros(calendar.MonthsAfter(time, 1));
    date.end_us = absl::ToUnixMicros(calendar.MonthsAfter(time, horizon));
    for (int month = 0; month <= horizon; ++month) {
      date.months_before_us.push_back(absl::ToUnixMicros(calendar.MonthsAfter(time, -month)));
    }
  }
  return dates;
}

void MarkKnownRevenue(const RevenueReach& reach, const ShopCalendar& calendar, std::span<LabelDate> dates) {
  for (LabelDate& date : dates) {
    const Day day = calendar.DayOf(absl::FromUnixMicros(date.as_of_us));
    const bool reaches = reach.first_purchase_us < absl::ToUnixMicros(calendar.StartOf(day + 1));
    date.revenue_known = reaches && date.month_after_us <= reach.now_us && date.as_of_us >= reach.expired_before_us;
  }
}

void Labeller::MeasuredEvents::Collect(std::span<const HistoryEvent> events, v1::PurchaseDecline::Measure measure) {
  list.clear();
  total = 0;
  for (const HistoryEvent& one : events) {
    const bool purchase = one.view->body == v1::Event::kPurchase;
    if (!purchase && one.view->body != v1::Event::kRefund) continue;
    const int64_t amount = Contribution(*one.view, measure);
    list.push_back({one.view->event_time_us, one.known_us, purchase, amount, total});
    total += amount;
  }
}

int64_t Labeller::MeasuredEvents::SumBefore(int64_t time_us) const {
  const auto next = std::lower_bound(list.begin(), list.end(), time_us,
                                     [](const Measured& one, int64_t us) { return one.time_us < us; });
  return next == list.end() ? total : next->sum_before;
}

Labeller::Labeller(LabelRule rule, int64_t now_us, bool with_revenue)
    : rule_(std::move(rule)), now_us_(now_us), with_revenue_(with_revenue) {}

void Labeller::Begin(std::span<const HistoryEvent> events) {
  events_ = events;
  if (const auto* decline = std::get_if<v1::PurchaseDecline>(&rule_)) measured_.Collect(events, decline->measure());
  if (with_revenue_) spent_.Collect(events, v1::PurchaseDecline::SPEND);
}

Label Labeller::LabelAt(const LabelDate& date, int64_t known_before_us) const {
  const auto* decline = std::get_if<v1::PurchaseDecline>(&rule_);
  return decline == nullptr ? ImportedLabel(date.as_of_us) : DeclineLabel(*decline, date, known_before_us);
}

// A label event weighs more than a snapshot's column: it was said of this customer alone.
Label Labeller::ImportedLabel(int64_t as_of_us) const {
  v1::ActivityLabel::Activity activity = v1::ActivityLabel::ACTIVITY_UNSPECIFIED;
  if (const v1::ImportedSnapshot* snapshot = SnapshotAt(events_, as_of_us)) activity = snapshot->activity();
  for (const HistoryEvent& one : StampedAt(events_, as_of_us)) {
    if (one.view->body == v1::Event::kActivityLabel) activity = one.view->message->activity_label().activity();
  }
  if (activity == v1::ActivityLabel::ACTIVITY_UNSPECIFIED) return Exclusion{"unlabelled"};
  return activity == v1::ActivityLabel::DECLINED;
}

Label Labeller::DeclineLabel(const v1::PurchaseDecline& rule, const LabelDate& date, int64_t known_before_us) const {
  if (date.end_us > now_us_) return Exclusion{"label_not_mature"};
  if (!IsEligible(date, known_before_us)) return Exclusion{"not_active"};
  const int64_t until_t = measured_.SumBefore(date.as_of_us);
  const int64_t before = until_t - measured_.SumBefore(date.months_before_us.back());
  const int64_t after = measured_.SumBefore(date.end_us) - until_t;
  const double share = rule.decline_share() == 0 ? kDefaultDeclineShare : rule.decline_share();
  return static_cast<double>(before - after) > share * static_cast<double>(before);
}

std::optional<int64_t> Labeller::RevenueAfter(const LabelDate& date) const {
  if (!with_revenue_ || !date.revenue_known) return std::nullopt;
  return spent_.SumBefore(date.month_after_us) - spent_.SumBefore(date.as_of_us);
}

// A purchase in each month, and not all money sent back: else nothing is left to decline.
bool Labeller::IsEligible(const LabelDate& date, int64_t known_before_us) const {
  auto next = std::lower_bound(measured_.list.begin(), measured_.list.end(), date.as_of_us,
                               [](const Measured& one, int64_t us) { return one.time_us < us; });
  int64_t before = 0;
  for (size_t month = 1; month < date.months_before_us.size(); ++month) {
    bool bought = false;
    while (next != measured_.list.begin() && std::prev(next)->time_us >= date.months_before_us[month]) {
      --next;
      if (next->known_us >= known_before_us) continue;
      bought |= next->purchase;
      before += next->amount;
    }
    if (!bought) return false;
  }
  return before > 0;
}

const v1::ImportedSnapshot* SnapshotAt(std::span<const HistoryEvent> events, int64_t as_of_us) {
  const v1::ImportedSnapshot* snapshot = nullptr;
  for (const HistoryEvent& one : StampedAt(events, as_of_us)) {
    if (one.view->body == v1::Event::kImportedSnapshot) snapshot = &one.view->message->imported_snapshot();
  }
  return snapshot;
}

}  // namespace ebb::feature_store
