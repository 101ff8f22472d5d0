#include "feature_store/training_row.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "feature_store/customer_state.h"
#include "feature_store/event_time.h"
#include "feature_store/vector.h"
#include "feature_store/violation_list.h"

namespace ebb::feature_store {
namespace {

constexpr double kDefaultDeclineShare = 0.3;
constexpr int kDefaultHorizonMonths = 3;
constexpr int kMostHorizonMonths = 12;

bool IsKnown(const v1::Event& event, absl::Time as_of, absl::Time known_before) {
  if (!IsBefore(event, as_of)) return false;
  return event.has_imported_snapshot() ? KnownAt(event) <= known_before : KnownAt(event) < known_before;
}

// What an event adds to the measure that a decline is told by.
int64_t Contribution(const v1::Event& event, v1::PurchaseDecline::Measure measure) {
  int64_t items = 0, spend = 0;
  for (const v1::PurchaseLine& line : event.purchase().lines()) {
    items += line.quantity();
    spend += line.quantity() * line.unit_price_minor();
  }
  switch (measure) {
    case v1::PurchaseDecline::ORDERS:
      return event.has_purchase() ? 1 : 0;
    case v1::PurchaseDecline::SPEND:
      return spend - event.refund().amount_minor();
    default:
      return items;
  }
}

// The snapshot stamped exactly `as_of`; of several the one with the greatest id.
const v1::ImportedSnapshot* SnapshotAt(std::span<const v1::Event> history, absl::Time as_of) {
  const v1::ImportedSnapshot* snapshot = nullptr;
  for (const v1::Event& event : history) {
    if (event.has_imported_snapshot() && EventTime(event) == as_of) snapshot = &event.imported_snapshot();
  }
  return snapshot;
}

using Label = std::variant<bool, Exclusion>;

// A label event weighs more than a snapshot's column: it was said of this customer alone.
Label ImportedLabel(std::span<const v1::Event> history, absl::Time as_of) {
  v1::ActivityLabel::Activity activity = v1::ActivityLabel::ACTIVITY_UNSPECIFIED;
  if (const v1::ImportedSnapshot* snapshot = SnapshotAt(history, as_of)) activity = snapshot->activity();
  for (const v1::Event& event : history) {
    if (event.has_activity_label() && EventTime(event) == as_of) activity = event.activity_label().activity();
  }
  if (activity == v1::ActivityLabel::ACTIVITY_UNSPECIFIED) return Exclusion{"unlabelled"};
  return activity == v1::ActivityLabel::DECLINED;
}

Label DeclineLabel(const CompiledDeclarations& declarations, std::span<const v1::Event> history, absl::Time as_of,
                   const v1::PurchaseDecline& rule, absl::Time now) {
  const ShopCalendar& calendar = declarations.calendar();
  const int horizon = rule.horizon_months() == 0 ? kDefaultHorizonMonths : rule.horizon_months();
  const double share = rule.decline_share() == 0 ? kDefaultDeclineShare : rule.decline_share();
  const absl::Time end = calendar.MonthsAfter(as_of, horizon);
  if (end > now) return Exclusion{"label_not_mature"};

  // Whether a customer is eligible may only depend on what was known at T, or rows would be picked with hindsight.
  for (int month = 0; month < horizon; ++month) {
    const absl::Time from = calendar.MonthsAfter(as_of, -month - 1);
    const absl::Time to = calendar.MonthsAfter(as_of, -month);
    bool bought = false;
    for (const v1::Event& event : history) {
      bought |=
          event.has_purchase() && IsKnown(event, as_of, as_of) && EventTime(event) >= from && EventTime(event) < to;
    }
    if (!bought) return Exclusion{"not_active"};
  }

  const absl::Time begin = calendar.MonthsAfter(as_of, -horizon);
  int64_t before = 0, after = 0;
  for (const v1::Event& event : history) {
    const absl::Time time = EventTime(event);
    if (time < begin || time >= end) continue;
    (time < as_of ? before : after) += Contribution(event, rule.measure());
  }
  if (before <= 0) return Exclusion{"not_active"};  // All money went back: nothing is left to decline.
  return static_cast<double>(before - after) > share * static_cast<double>(before);
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

FeatureValues ValuesAsOf(const CompiledDeclarations& declarations, std::span<const v1::Event> history, absl::Time as_of,
                         absl::Time known_before) {
  CustomerState state;
  for (const v1::Event& event : history) {
    if (IsKnown(event, as_of, known_before)) state.Fold(declarations, event);
  }
  FeatureValues values;
  ComputeValues(declarations, state, as_of, &values);
  return values;
}

v1::FeatureVector VectorAsOf(const CompiledDeclarations& declarations, std::span<const v1::Event> history,
                             absl::Time as_of, absl::Time known_before) {
  return ToVector(declarations, ValuesAsOf(declarations, history, as_of, known_before));
}

std::variant<TrainingRow, Exclusion> BuildTrainingRow(const CompiledDeclarations& declarations,
                                                      std::span<const v1::Event> history, absl::Time as_of,
                                                      const LabelRule& rule, absl::Time now) {
  const auto* decline = std::get_if<v1::PurchaseDecline>(&rule);
  const Label label =
      decline != nullptr ? DeclineLabel(declarations, history, as_of, *decline, now) : ImportedLabel(history, as_of);
  if (const auto* exclusion = std::get_if<Exclusion>(&label)) return *exclusion;
  const v1::ImportedSnapshot* snapshot = SnapshotAt(history, as_of);
  if (snapshot != nullptr && !snapshot->training_exclusions().empty()) {
    return Exclusion{snapshot->training_exclusions(0)};
  }
  const bool known =
      std::any_of(history.begin(), history.end(), [&](const v1::Event& event) { return IsKnown(event, as_of, as_of); });
  if (!known) return Exclusion{"not_active"};  // A label alone makes no vector.
  return TrainingRow{VectorAsOf(declarations, history, as_of, as_of), std::get<bool>(label)};
}

}  // namespace ebb::feature_store
