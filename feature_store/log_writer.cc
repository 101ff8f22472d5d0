#include "feature_store/log_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "feature_store/event_time.h"
#include "feature_store/log_entry.h"
#include "feature_store/record_key.h"
#include "feature_store/snapshot_commit.h"
#include "feature_store/wire_event.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kMaxGroupBytes = 8 << 20;

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

// A batch between the check for duplicates and the fold.
struct LogWriter::Planned {
  IncomingBatch* batch = nullptr;
  storage::v1::LogEntry header;
  std::vector<CountedEvent> counted;
  std::vector<uint32_t> absent;           // customers that are not resident
  std::vector<uint32_t> counted_index;    // of each counted event, in the batch
  std::vector<uint32_t> refused;          // indexes of events that are not even written
  std::vector<size_t> maybe_in_history;   // places in `counted`
  std::vector<std::string> history_keys;  // of these
  EntryPosition entry{};
};

LogWriter::LogWriter(const WriterOptions& options, Surroundings surroundings)
    : options_(options),
      with_(std::move(surroundings)),
      live_(with_.live),
      tail_(options, {.live = live_,
                      .storage = with_.storage,
                      .clock = with_.clock,
                      .free_bytes = with_.free_bytes,
                      .on_failure = with_.on_failure}),
      residency_(options.state_memory_bytes, with_.storage, live_),
      sweep_(options, &tail_, &residency_, live_),
      worker_("log-writer", [this] { return Step(); }) {}

LogWriter::~LogWriter() { Stop(); }

void LogWriter::Stop() {
  {
    MutexLock lock(&queue_mutex_);
    closed_ = true;
  }
  worker_.Stop();
  while (true) {
    {
      MutexLock lock(&queue_mutex_);
      if (queue_.empty()) return;
    }
    worker_.RunOnce();
  }
}

void LogWriter::Submit(std::unique_ptr<IncomingBatch> batch) {
  absl::Status refused;
  {
    MutexLock lock(&queue_mutex_);
    if (closed_) {
      refused = absl::UnavailableError("the store is shutting down; send the batch again later");
    } else if (queued_bytes_ + batch->bytes.size() > options_.queue_bytes) {
      refused = absl::ResourceExhaustedError(
          absl::StrCat("batches of ", queued_bytes_, " bytes are waiting already; send it again later"));
    } else {
      queued_bytes_ += batch->bytes.size();
      queue_.push_back(std::move(batch));
    }
  }
  if (refused.ok()) return worker_.Wake();
  batch->done(WithRetryDelay(refused, absl::Seconds(1)));
}

void LogWriter::Submit(std::unique_ptr<StagedSnapshot> snapshot, SnapshotDone done) {
  auto waiting = std::make_unique<WaitingSnapshot>(WaitingSnapshot{std::move(snapshot), std::move(done)});
  if (!Enqueue(&waiting)) waiting->done(absl::UnavailableError("the store is shutting down; import again later"));
}

void LogWriter::Submit(v1::EraseCustomerRequest request, ErasureDone done) {
  auto waiting = std::make_unique<WaitingErasure>(WaitingErasure{std::move(request), std::move(done)});
  if (!Enqueue(&waiting)) waiting->done(absl::UnavailableError("the store is shutting down; call again later"));
}

// False, and `*waiting` as it was, after Stop.
template <typename Waiting>
bool LogWriter::Enqueue(std::unique_ptr<Waiting>* waiting) {
  {
    MutexLock lock(&queue_mutex_);
    if (closed_) return false;
    queue_.push_back(Single(std::move(*waiting)));
  }
  worker_.Wake();
  return true;
}

absl::Duration LogWriter::Step() {
  tail_.Begin();
  Batches batches;
  Single single;
  const bool worked = TakeGroup(&batches, &single);
  if (!batches.empty()) Commit(std::move(batches));
  CommitSingle(single);
  if (!tail_.failure().ok()) return worked ? absl::ZeroDuration() : absl::InfiniteDuration();
  const ClockSweep::Result swept = sweep_.Step();
  const BackFill::Result filled = back_fill_ == nullptr ? BackFill::Result() : back_fill_->Step(&tail_, &residency_);
  if (swept.changed || filled.switched) TellOfChanges();
  return worked || swept.more || filled.more || filled.switched ? absl::ZeroDuration() : options_.sweep_interval;
}

void LogWriter::CommitSingle(const Single& single) {
  if (const auto* snapshot = std::get_if<std::unique_ptr<WaitingSnapshot>>(&single)) {
    const auto response = CommitSnapshot(options_, (*snapshot)->rows.get(), &tail_, &residency_, live_);
    if (response.ok()) TellOfChanges();
    (*snapshot)->done(response);
  } else if (const auto* erasure = std::get_if<std::unique_ptr<WaitingErasure>>(&single)) {
    const auto response = CommitErasure((*erasure)->request, options_, *with_.pseudonyms, *with_.erasure_names, &tail_,
                                        &residency_, live_);
    if (response.ok()) TellOfChanges();
    (*erasure)->done(response);
  }
}

void LogWriter::TellOfChanges() {
  const bool full_segment = [this] {
    ReaderMutexLock lock(&live_->mutex);
    return live_->segments.size() > 1;
  }();
  with_.on_change();
  if (full_segment) with_.on_full_segment();
}

// Takes waiting batches up to the first of what is committed alone, or that.
bool LogWriter::TakeGroup(Batches* batches, Single* single) {
  const bool sorter_is_behind = [this] {
    ReaderMutexLock lock(&live_->mutex);
    return live_->segments.size() > options_.max_unsorted_segments;
  }();
  MutexLock lock(&queue_mutex_);
  if (sorter_is_behind && tail_.failure().ok() && !closed_) return false;  // it wakes us
  size_t bytes = 0;
  while (!queue_.empty() && bytes < kMaxGroupBytes) {
    if (auto* waiting = std::get_if<Single>(&queue_.front())) {
      if (!batches->empty()) break;
      *single = std::move(*waiting);
      queue_.pop_front();
      return true;
    }
    auto batch = std::move(std::get<std::unique_ptr<IncomingBatch>>(queue_.front()));
    queue_.pop_front();
    bytes += batch->bytes.size();
    batches->push_back(std::move(batch));
  }
  queued_bytes_ -= bytes;
  return !batches->empty();
}

void LogWriter::Commit(Batches batches) {
  size_t bytes = 0;
  for (const auto& batch : batches) bytes += batch->bytes.size();
  absl::Status status = tail_.CheckRoom(bytes);
  std::vector<Planned> group(batches.size());
  if (status.ok()) {
    MutexLock lock(&live_->mutex);
    for (size_t i = 0; i < batches.size(); ++i) Plan(batches[i].get(), &group[i]);
  }
  if (status.ok()) status = RemoveKnownToHistory(&group);
  if (status.ok()) status = Load(group);
  if (status.ok()) {
    Number(&group);
    status = Write(group);
  }
  if (!status.ok()) {
    for (const auto& batch : batches) batch->done(status);
    return;
  }
  Fold(&group);
  for (const auto& batch : batches) {
    Count(batch->response);
    with_.figures->commit_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - batch->received));
    batch->done(std::move(batch->response));
  }
  TellOfChanges();
  if (absl::Status room = residency_.MakeRoom(); !room.ok()) tail_.Fail(room);
}

// Before the write: what cannot be folded must not be acknowledged.
absl::Status LogWriter::Load(const std::vector<Planned>& group) {
  std::vector<uint32_t> absent;
  for (const Planned& planned : group) absent.insert(absent.end(), planned.absent.begin(), planned.absent.end());
  if (absent.empty()) return absl::OkStatus();
  const absl::Status loaded = residency_.Load(std::move(absent));
  if (!loaded.ok()) {
    tail_.Fail(absl::InternalError(absl::StrCat("a customer's record cannot be read: ", loaded.message())));
  }
  return tail_.failure();
}

void LogWriter::Count(const v1::IngestResponse& response) {
  const int64_t second = absl::ToUnixSeconds(with_.clock->Now());
  with_.figures->accepted.Add(second, static_cast<uint64_t>(response.accepted()));
  with_.figures->duplicate.Add(second, static_cast<uint64_t>(response.duplicate()));
  with_.figures->rejected.Add(second, static_cast<uint64_t>(response.rejected()));
  with_.figures->batch_events.Observe(
      static_cast<double>(response.accepted() + response.duplicate() + response.rejected()));
}

absl::Status LogWriter::Write(const std::vector<Planned>& group) {
  WriteSet changes;
  for (const Planned& planned : group) {
    if (planned.counted.empty()) continue;
    const IncomingBatch& batch = *planned.batch;
    changes.Add(Family::kLog, LogKey(planned.entry.begin),
                planned.refused.empty()
                    ? EncodeBatchEntry(planned.header, batch.bytes)
                    : EncodeBatchEntry(planned.header, WithoutEvents(batch.bytes, planned.refused)));
  }
  return changes.puts.empty() ? absl::OkStatus() : tail_.Write(changes, Durability::kSynced);
}

void LogWriter::Fold(std::vector<Planned>* group) {
  uint64_t counted = 0;
  for (Planned& planned : *group) {
    v1::IngestResponse& response = planned.batch->response;
    response.set_accepted(static_cast<int64_t>(planned.counted.size()));
    response.set_log_sequence(static_cast<int64_t>(planned.entry.end));
    MutexLock lock(&live_->mutex);
    live_->accepted += response.accepted();
    live_->duplicate += response.duplicate();
    live_->rejected += response.rejected();
    if (planned.counted.empty()) continue;
    live_->table.Fold(planned.entry, planned.counted);
    live_->position = planned.entry.end;
    live_->clock_us = planned.entry.clock_us;
    if (planned.batch->backfill) live_->past_changed_at = planned.entry.end;
    counted += planned.counted.size();
  }
  if (counted == 0) return;
  // A segment ends with a group, never within: the identities of all its batches are in the segment that was open when
  // they were planned, and must not be forgotten before their events are sorted.
  MutexLock lock(&live_->mutex);
  CountInSegment(live_, live_->position, counted, options_.segment_events);
}

void LogWriter::Plan(IncomingBatch* batch, Planned* planned) {
  constexpr size_t kAhead = 8;
  planned->batch = batch;
  planned->counted.reserve(batch->events.size());
  planned->counted_index.reserve(batch->events.size());
  bool rejected = false;
  const auto reject = [&](size_t i, Violation violation) {
    Reject(static_cast<int>(i), {std::move(violation)}, batch);
    planned->refused.push_back(static_cast<uint32_t>(i));
    rejected = true;
  };
  for (size_t i = 0; i < batch->events.size(); ++i) {
    if (i + kAhead < batch->events.size()) {
      const IncomingEvent& soon = batch->events[i + kAhead];
      live_->identities.Prefetch(soon.identity);
      live_->table.PrefetchSlot(soon.customer);
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
    const std::string_view id = event.view.customer_id;
    const uint32_t customer = live_->table.FindOrAdd(event.customer, {id.data(), id.size()});
    if (live_->table.at(customer) == nullptr) planned->absent.push_back(customer);
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
absl::Status LogWriter::RemoveKnownToHistory(std::vector<Planned>* group) {
  for (Planned& planned : *group) {
    if (planned.maybe_in_history.empty()) continue;
    const absl::StatusOr<std::vector<bool>> found = with_.storage->Contains(Family::kEvents, planned.history_keys);
    if (!found.ok()) {
      tail_.Fail(absl::InternalError(absl::StrCat("the history cannot be read: ", found.status().message())));
      return tail_.failure();
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

// Gives each entry its place in the log, its T, and the list of events that do not count.
void LogWriter::Number(std::vector<Planned>* group) {
  const bool watermark = options_.clock_mode == ClockMode::kWatermark;
  for (Planned& planned : *group) {
    planned.entry = {tail_.next(), tail_.next() + planned.counted.size(), tail_.NextUs()};
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
    tail_.MoveTo(planned.entry);
  }
}

}  // namespace ebb::feature_store
