#include "feature_store/training_row.h"

#include <algorithm>
#include <utility>

#include "feature_store/event_time.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {
namespace {

bool IsKnown(const v1::Event& event, absl::Time as_of, absl::Time known_before) {
  if (!IsBefore(event, as_of)) return false;
  return event.has_imported_snapshot() ? KnownAt(event) <= known_before : KnownAt(event) < known_before;
}

std::vector<FeatureWindows> WindowsOf(const CompiledDeclarations& declarations, std::span<const LabelDate> dates) {
  std::vector<FeatureWindows> windows;
  windows.reserve(dates.size());
  for (const LabelDate& date : dates) windows.emplace_back(declarations, absl::FromUnixMicros(date.as_of_us));
  return windows;
}

}  // namespace

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

TrainingRows::TrainingRows(const CompiledDeclarations* declarations, LabelRule rule, std::span<const LabelDate> dates,
                           const Knowledge& knowledge, bool with_revenue)
    : declarations_(declarations),
      dates_(dates),
      windows_(WindowsOf(*declarations, dates)),
      knowledge_(knowledge),
      labeller_(std::move(rule), knowledge.now_us, with_revenue) {}

bool TrainingRows::Build(std::span<const EventView> history, Visit visit) {
  events_.clear();
  shown_.clear();
  for (const EventView& event : history) {
    const int64_t time_us = event.event_time_us;
    if (event.body == v1::Event::kImportedSnapshot) {
      events_.push_back({&event, time_us});
      shown_.push_back({time_us, &event});
      continue;
    }
    const int64_t known_us = event.known_at_us == EventView::kNoTime ? time_us : event.known_at_us;
    if (known_us >= knowledge_.known_before_us) continue;
    events_.push_back({&event, known_us});
    shown_.push_back({(knowledge_.late ? time_us : std::max(time_us, known_us)) + 1, &event});
  }
  if (events_.empty()) return false;
  const auto earlier = [](const Shown& a, const Shown& b) { return a.from_us < b.from_us; };
  if (!std::is_sorted(shown_.begin(), shown_.end(), earlier)) std::sort(shown_.begin(), shown_.end(), earlier);
  labeller_.Begin(events_);
  state_.Clear();
  by_measure_.Clear(*declarations_);
  auto next = shown_.begin();
  Day changed_from = kLastDay;
  for (size_t i = 0; i < dates_.size(); ++i) {
    const LabelDate& date = dates_[i];
    const int64_t t = date.as_of_us;
    const Label label = labeller_.LabelAt(date, knowledge_.late ? knowledge_.known_before_us : t);
    if (std::holds_alternative<Exclusion>(label)) {
      visit(date, label, nullptr);
      continue;
    }
    const v1::ImportedSnapshot* snapshot = SnapshotAt(events_, t);
    if (snapshot != nullptr && !snapshot->training_exclusions().empty()) {
      visit(date, Exclusion{snapshot->training_exclusions(0)}, nullptr);
      continue;
    }
    if (shown_.front().from_us > t) {  // A label alone makes no vector.
      visit(date, Exclusion{"not_active"}, nullptr);
      continue;
    }
    for (; next != shown_.end() && next->from_us <= t; ++next) {
      changed_from = std::min(changed_from, state_.Fold(*declarations_, *next->event));
    }
    by_measure_.Update(*declarations_, state_, std::exchange(changed_from, kLastDay), windows_[i].today());
    ComputeValues(*declarations_, state_, by_measure_, windows_[i], &values_);
    visit(date, label, &values_);
  }
  return true;
}

}  // namespace ebb::feature_store
