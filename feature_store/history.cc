#include "feature_store/history.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "feature_store/event_time.h"
#include "feature_store/log_reader.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

absl::StatusOr<v1::Event> FromRecord(absl::string_view customer_id, absl::string_view key, absl::string_view value) {
  const absl::StatusOr<ParsedEventKey> parsed = ParseEventKey(key);
  if (!parsed.ok()) return parsed.status();
  v1::Event event;
  if (absl::Status read = DecodeRecord(value, "an event of the history", &event); !read.ok()) return read;
  event.set_customer_id(std::string(customer_id));
  event.set_event_id(std::string(parsed->event_id));
  *event.mutable_event_time() = ToTimestamp(absl::FromUnixMicros(parsed->event_time_us));
  return event;
}

bool Earlier(const v1::Event& a, const v1::Event& b) {
  return std::make_tuple(ToMicros(a.event_time()), absl::string_view(a.event_id())) <
         std::make_tuple(ToMicros(b.event_time()), absl::string_view(b.event_id()));
}

bool SameIdentity(const v1::Event& a, const v1::Event& b) { return !Earlier(a, b) && !Earlier(b, a); }

}  // namespace

HistoryReader::HistoryReader(std::shared_ptr<const StorageView> view, Tail tail)
    : view_(std::move(view)), cursor_(view_->Scan(Family::kEvents, "", "")), tail_(std::move(tail)) {}

absl::StatusOr<HistoryReader> HistoryReader::Open(LogMoment moment, const absl::flat_hash_set<std::string>* only) {
  Tail tail;
  const absl::StatusOr<uint64_t> end = ReadLog(*moment.view, moment.sorted_to, moment.position, [&](LogUnit& unit) {
    for (v1::Event* event : unit.events) {
      if (only != nullptr && !only->contains(event->customer_id())) continue;
      tail[event->customer_id()].push_back(std::move(*event));
    }
    return absl::OkStatus();
  });
  if (!end.ok()) return end.status();
  for (auto& [customer, events] : tail) std::sort(events.begin(), events.end(), Earlier);
  return HistoryReader(std::move(moment.view), std::move(tail));
}

absl::StatusOr<std::vector<v1::Event>> HistoryReader::EventsOf(absl::string_view customer_id,
                                                               const Pseudonym& pseudonym) {
  std::vector<v1::Event> events;
  const std::string prefix = EventPrefix(pseudonym);
  // Customers in order lie side by side: only a jump needs a seek.
  if (!cursor_->Valid() || !absl::StartsWith(cursor_->key(), prefix)) cursor_->Seek(prefix);
  for (; cursor_->Valid() && absl::StartsWith(cursor_->key(), prefix); cursor_->Next()) {
    absl::StatusOr<v1::Event> event = FromRecord(customer_id, cursor_->key(), cursor_->value());
    if (!event.ok()) return event.status();
    events.push_back(*std::move(event));
  }
  if (!cursor_->status().ok()) return cursor_->status();
  const auto tail = tail_.find(std::string(customer_id));
  if (tail == tail_.end()) return events;
  // A segment that was sorted just before the view was taken is in both.
  std::vector<v1::Event> both;
  both.reserve(events.size() + tail->second.size());
  std::merge(std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()), tail->second.begin(),
             tail->second.end(), std::back_inserter(both), Earlier);
  both.erase(std::unique(both.begin(), both.end(), SameIdentity), both.end());
  return both;
}

}  // namespace ebb::feature_store
