#include "feature_store/batch_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "feature_store/record_key.h"

namespace ebb::feature_store {
namespace {

Violation UsedAtAnotherTime(const std::string& event_id, int64_t time_us) {
  return {"event_id", event_id,
          absl::StrCat("was used by an event of this customer at ",
                       absl::FormatTime(absl::FromUnixMicros(time_us), absl::UTCTimeZone()),
                       "; a retry must carry the same event_time, another event another event_id")};
}

Violation OfErasedCustomer(const std::string& customer_id) {
  return {"customer_id", customer_id, "was erased from this store, which takes nothing of the customer any more"};
}

// The check of the batch found some, the identities others.
void SortByIndex(google::protobuf::RepeatedPtrField<v1::RejectedEvent>* rejections) {
  std::stable_sort(rejections->pointer_begin(), rejections->pointer_end(),
                   [](const auto* a, const auto* b) { return a->index() < b->index(); });
}

}  // namespace

absl::Status BatchPlanner::Plan(std::vector<PlannedBatch>* part) {
  {
    MutexLock lock(&live_->mutex);
    for (PlannedBatch& planned : *part) PlanOne(&planned);
  }
  if (absl::Status checked = RemoveKnownToHistory(part); !checked.ok()) return checked;
  if (absl::Status loaded = Load(*part); !loaded.ok()) return loaded;
  Number(part);
  return absl::OkStatus();
}

void BatchPlanner::PlanOne(PlannedBatch* planned) {
  constexpr size_t kSlotAhead = 16, kRowAhead = 8;
  IncomingBatch* const batch = planned->batch;
  // T of the entry at the least: the watermark is behind all of its events.
  const int64_t clock_us = options_.clock_mode == ClockMode::kWatermark ? kNever : tail_->NowUs();
  planned->counted.reserve(batch->events.size());
  planned->counted_index.reserve(batch->events.size());
  bool rejected = false;
  const auto reject = [&](size_t i, Violation violation) {
    Reject(static_cast<int>(i), {std::move(violation)}, batch);
    planned->refused.push_back(static_cast<uint32_t>(i));
    rejected = true;
  };
  for (size_t i = 0; i < batch->events.size(); ++i) {
    if (i + kSlotAhead < batch->events.size()) live_->table.PrefetchSlot(batch->events[i + kSlotAhead].customer);
    if (i + kRowAhead < batch->events.size()) {
      live_->identities.Prefetch(batch->events[i + kRowAhead].identity);
      live_->table.PrefetchRow(batch->events[i + kRowAhead].customer);
    }
    const IncomingEvent& event = batch->events[i];
    if (event.refused) {
      planned->refused.push_back(static_cast<uint32_t>(i));
      continue;
    }
    if (live_->table.IsErased(event.customer)) {
      reject(i, OfErasedCustomer(std::string(event.view.customer_id)));
      continue;
    }
    int64_t seen_us = 0;
    switch (live_->identities.Insert(event.identity, event.view.event_time_us, &seen_us)) {
      case IdentityIndex::Verdict::kDuplicate:
        batch->response.set_duplicate(batch->response.duplicate() + 1);
        continue;
      case IdentityIndex::Verdict::kOtherTime:
        reject(i, UsedAtAnotherTime(std::string(event.view.event_id), seen_us));
        continue;
      case IdentityIndex::Verdict::kNew:
        break;
    }
    const uint32_t customer = live_->table.FindOrAdd(event.customer, event.view, clock_us);
    if (live_->table.MustLoad(customer, event.view, clock_us)) planned->absent.push_back(customer);
    if (live_->table.MayBeInHistory(customer, event.view.event_time_us)) {
      planned->maybe_in_history.push_back(planned->counted.size());
      planned->history_keys.push_back(
          EventKey(event.customer, event.view.event_time_us, {event.view.event_id.data(), event.view.event_id.size()}));
    }
    planned->counted.push_back({customer, &event.view});
    planned->counted_index.push_back(static_cast<uint32_t>(i));
  }
  if (rejected) SortByIndex(batch->response.mutable_rejections());
}

// What memory has forgotten the history knows by exact key.
absl::Status BatchPlanner::RemoveKnownToHistory(std::vector<PlannedBatch>* part) {
  for (PlannedBatch& planned : *part) {
    if (planned.maybe_in_history.empty()) continue;
    const absl::StatusOr<std::vector<bool>> found = storage_->Contains(Family::kEvents, planned.history_keys);
    if (!found.ok()) {
      tail_->Fail(absl::InternalError(absl::StrCat("the history cannot be read: ", found.status().message())));
      return tail_->failure();
    }
    for (size_t i = found->size(); i-- > 0;) {
      if (!(*found)[i]) continue;
      const auto place = static_cast<std::ptrdiff_t>(planned.maybe_in_history[i]);
      planned.counted.erase(planned.counted.begin() + place);
      planned.counted_index.erase(planned.counted_index.begin() + place);
      planned.batch->response.set_duplicate(planned.batch->response.duplicate() + 1);
    }
  }
  return absl::OkStatus();
}

// Before the write: what cannot be folded must not be acknowledged.
absl::Status BatchPlanner::Load(const std::vector<PlannedBatch>& part) {
  std::vector<uint32_t> absent;
  for (const PlannedBatch& planned : part) absent.insert(absent.end(), planned.absent.begin(), planned.absent.end());
  if (absent.empty()) return absl::OkStatus();
  const absl::Status loaded = residency_->Load(std::move(absent));
  if (!loaded.ok()) {
    tail_->Fail(absl::InternalError(absl::StrCat("a customer's record cannot be read: ", loaded.message())));
  }
  return tail_->failure();
}

// Gives each entry its place in the log, its T, and the list of events that do not count.
void BatchPlanner::Number(std::vector<PlannedBatch>* part) {
  const bool watermark = options_.clock_mode == ClockMode::kWatermark;
  for (PlannedBatch& planned : *part) {
    planned.entry = {tail_->next(), tail_->next() + planned.counted.size(), tail_->NextUs()};
    if (planned.counted.empty()) continue;
    planned.header.set_watermark(watermark);
    planned.header.set_arrived_us(planned.entry.clock_us);
    if (watermark) {
      for (const CountedEvent& counted : planned.counted) {
        planned.entry.clock_us = std::max(planned.entry.clock_us, counted.event->event_time_us + 1);
      }
    }
    planned.header.set_clock_us(planned.entry.clock_us);
    planned.header.set_span(planned.counted.size());
    auto counted = planned.counted_index.begin();
    const auto events = static_cast<uint32_t>(planned.batch->events.size());
    for (uint32_t i = 0; i < events; ++i) {
      if (counted != planned.counted_index.end() && *counted == i) {
        ++counted;
      } else {
        planned.header.add_skipped(i);
      }
    }
    tail_->MoveTo(planned.entry);
  }
}

}  // namespace ebb::feature_store
