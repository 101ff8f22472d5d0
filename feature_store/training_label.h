#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/event_check.h"
#include "feature_store/event_view.h"
#include "feature_store/shop_calendar.h"

// What a row of a training set is labelled with, or why it has no label. Pure functions. Times are microseconds since
// 1970 UTC.
namespace ebb::feature_store {

using LabelRule = std::variant<v1::ImportedLabels, v1::PurchaseDecline>;

// Everything wrong with a rule, paths from the request of ReadTrainingSet; empty: it may be used.
std::vector<Violation> CheckLabelRule(const LabelRule& rule);

// An as-of time T, with what a rule needs of the calendar for it: computed once for all customers.
struct LabelDate {
  int64_t as_of_us = 0;
  int64_t month_after_us = 0;                        // T + 1 month
  bool revenue_known = false;                        // of the month after T; MarkKnownRevenue says so
  int64_t end_us = 0;                                // of the horizon after T; of imported labels T itself
  absl::InlinedVector<int64_t, 4> months_before_us;  // T, T - 1 month, … T - horizon; of imported labels T alone
};
std::vector<LabelDate> LabelDatesOf(const LabelRule& rule, const ShopCalendar& calendar,
                                    std::span<const absl::Time> as_of);

// What the store has of purchases and refunds.
struct RevenueReach {
  int64_t now_us = 0;             // the store's clock: the month must be over by then
  int64_t first_purchase_us = 0;  // the earliest of all customers
  int64_t expired_before_us = 0;  // events before it may be gone
};
// Sets `revenue_known`: the month has passed, nothing of it has left with the retention, and somebody's purchase of T's
// day or before shows that purchases were pushed by then.
void MarkKnownRevenue(const RevenueReach& reach, const ShopCalendar& calendar, std::span<LabelDate> dates);

// An event of a customer; `known_us` is what KnownAt (event_time.h) says of it.
struct HistoryEvent {
  const EventView* view;  // borrowed
  int64_t known_us = 0;
};

// Why there is no row: `unlabelled`, `label_not_mature`, `not_active`, or what an import named. Borrowed from the
// events, or a literal.
struct Exclusion {
  std::string_view reason;
};
using Label = std::variant<bool, Exclusion>;  // whether the customer declined

// The labels of one customer after the other. Not thread-safe.
class Labeller {
 public:
  // `rule` has passed CheckLabelRule. `now_us` is the store's clock: labels must be over by then. `with_revenue`:
  // RevenueAfter will be asked.
  Labeller(LabelRule rule, int64_t now_us, bool with_revenue);

  // `events` are sorted by (event_time, event_id), each once, and borrowed until the next call.
  void Begin(std::span<const HistoryEvent> events);
  // Whether a customer is eligible depends on what was known before `known_before_us` alone, T as a rule: else rows
  // would be picked with hindsight. The label itself is the truth, whenever it came to be known.
  Label LabelAt(const LabelDate& date, int64_t known_before_us) const;
  // Purchases less refunds of [T, T + 1 month) in minor units, whenever they came to be known; may be negative. Nothing
  // where it is not known of the date.
  std::optional<int64_t> RevenueAfter(const LabelDate& date) const;

 private:
  // A purchase, or a refund.
  struct Measured {
    int64_t time_us;
    int64_t known_us;
    bool purchase;
    int64_t amount;      // in a measure
    int64_t sum_before;  // of all earlier ones
  };
  // All of a customer's, by time.
  struct MeasuredEvents {
    std::vector<Measured> list;
    int64_t total = 0;

    void Collect(std::span<const HistoryEvent> events, v1::PurchaseDecline::Measure measure);
    int64_t SumBefore(int64_t time_us) const;
  };
  Label ImportedLabel(int64_t as_of_us) const;
  Label DeclineLabel(const v1::PurchaseDecline& rule, const LabelDate& date, int64_t known_before_us) const;
  bool IsEligible(const LabelDate& date, int64_t known_before_us) const;

  const LabelRule rule_;
  const int64_t now_us_;
  const bool with_revenue_;
  std::span<const HistoryEvent> events_;
  MeasuredEvents measured_;  // of a decline, in its measure
  MeasuredEvents spent_;     // with revenue
};

// The snapshot stamped exactly T; of several the one with the greatest id; null where there is none.
const v1::ImportedSnapshot* SnapshotAt(std::span<const HistoryEvent> events, int64_t as_of_us);

}  // namespace ebb::feature_store
