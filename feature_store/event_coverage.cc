#include "feature_store/event_coverage.h"

#include <algorithm>
#include <cstring>

namespace ebb::feature_store {

EventCoverage::EventCoverage(const CompiledDeclarations* declarations)
    : declarations_(declarations), imported_(declarations->features().size()) {
  earliest_us_.fill(std::numeric_limits<int64_t>::max());
}

void EventCoverage::Note(const EventView& event) {
  int64_t& earliest = earliest_us_[event.body];
  earliest = std::min(earliest, event.event_time_us);
  if (event.body != v1::Event::kImportedSnapshot) return;
  for (const v1::ImportedValue& value : event.message->imported_snapshot().values()) {
    const int feature = declarations_->FindFeature(value.feature());
    if (feature >= 0) imported_[static_cast<size_t>(feature)] = true;
  }
}

void EventCoverage::Add(const EventCoverage& other) {
  for (size_t i = 0; i < earliest_us_.size(); ++i) earliest_us_[i] = std::min(earliest_us_[i], other.earliest_us_[i]);
  for (size_t i = 0; i < imported_.size(); ++i) imported_[i] = imported_[i] || other.imported_[i];
}

std::string EventCoverage::Save() const {
  std::string bytes(reinterpret_cast<const char*>(earliest_us_.data()), sizeof(earliest_us_));
  for (const bool imported : imported_) bytes.push_back(imported ? 1 : 0);
  return bytes;
}

void EventCoverage::AddSaved(std::string_view bytes) {
  if (bytes.size() != sizeof(earliest_us_) + imported_.size()) return;  // of other declarations
  EventCoverage saved(declarations_);
  std::memcpy(saved.earliest_us_.data(), bytes.data(), sizeof(earliest_us_));
  for (size_t i = 0; i < imported_.size(); ++i) saved.imported_[i] = bytes[sizeof(earliest_us_) + i] != 0;
  Add(saved);
}

std::vector<std::string> EventCoverage::Uncovered(absl::Time as_of) const {
  const ShopCalendar& calendar = declarations_->calendar();
  const Day today = calendar.DayOf(as_of);
  std::vector<std::string> uncovered;
  for (size_t i = 0; i < declarations_->features().size(); ++i) {
    const CompiledFeature& feature = declarations_->features()[i];
    if (!declarations_->source().features(static_cast<int>(i)).once_covered() || imported_[i]) continue;
    const bool lifetime = feature.window.unit == CompiledWindow::Unit::kLifetime;
    // An event of the window's first day shows that they were pushed by then.
    const absl::Time by = lifetime ? as_of - absl::Microseconds(1)
                                   : calendar.StartOf(ShopCalendar::DaysOf(feature.window, today).begin + 1);
    const bool both = feature.second_measure < 0 || Covers(feature.second_measure, by);
    if (!both || !Covers(feature.measure, by)) uncovered.push_back(feature.name);
  }
  return uncovered;
}

bool EventCoverage::Covers(int measure, absl::Time by) const {
  for (size_t body = 0; body < earliest_us_.size(); ++body) {
    const std::vector<uint16_t>& touched = declarations_->MeasuresOf(static_cast<v1::Event::BodyCase>(body));
    const bool counts = std::find(touched.begin(), touched.end(), measure) != touched.end();
    if (counts && earliest_us_[body] <= absl::ToUnixMicros(by)) return true;
  }
  return false;
}

}  // namespace ebb::feature_store
