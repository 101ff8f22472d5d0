#include "feature_store/log_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/log_entry.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "runtime/log.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kMaxGroupBytes = 8 << 20;
constexpr size_t kRowsInPart = 4'096;

}  // namespace

// A batch between the check for duplicates and the fold.
struct LogWriter::Planned {
  IncomingBatch* batch = nullptr;
  storage::v1::LogEntry header;
  std::vector<CountedEvent> counted;
  std::vector<uint32_t> counted_index;    // of each counted event, in the batch
  std::vector<size_t> maybe_in_history;   // places in `counted`
  std::vector<std::string> history_keys;  // of these
  EntryPosition entry{};
};

LogWriter::LogWriter(const WriterOptions& options, Surroundings surroundings)
    : options_(options),
      with_(std::move(surroundings)),
      live_(with_.live),
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
  bool closed;
  {
    MutexLock lock(&queue_mutex_);
    closed = closed_;
    if (!closed) {
      queue_.push_back(std::make_unique<WaitingSnapshot>(WaitingSnapshot{std::move(snapshot), std::move(done)}));
    }
  }
  if (closed) return done(absl::UnavailableError("the store is shutting down; import again later"));
  worker_.Wake();
}

absl::Duration LogWriter::Step() {
  if (!numbered_) {
    MutexLock lock(&live_->mutex);
    next_ = live_->position;
    clock_us_ = live_->clock_us;
    numbered_ = true;
  }
  Batches batches;
  std::unique_ptr<WaitingSnapshot> snapshot;
  const bool worked = TakeGroup(&batches, &snapshot);
  if (!batches.empty()) Commit(std::move(batches));
  if (snapshot != nullptr) snapshot->done(Commit(snapshot->rows.get()));
  if (!failure_.ok()) return worked ? absl::ZeroDuration() : absl::InfiniteDuration();
  const bool more_due = Sweep();
  return worked || more_due ? absl::ZeroDuration() : options_.sweep_interval;
}

// Takes waiting batches up to the first snapshot, or a snapshot alone.
bool LogWriter::TakeGroup(Batches* batches, std::unique_ptr<WaitingSnapshot>* snapshot) {
  const bool sorter_is_behind = [this] {
    ReaderMutexLock lock(&live_->mutex);
    return live_->segments.size() > options_.max_unsorted_segments;
  }();
  MutexLock lock(&queue_mutex_);
  if (sorter_is_behind && failure_.ok() && !closed_) return false;  // it wakes us
  size_t bytes = 0;
  while (!queue_.empty() && bytes < kMaxGroupBytes) {
    if (auto* waiting = std::get_if<std::unique_ptr<WaitingSnapshot>>(&queue_.front())) {
      if (!batches->empty()) break;
      *snapshot = std::move(*waiting);
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

absl::Status LogWriter::CheckRoom(size_t bytes) const {
  if (!failure_.ok()) return failure_;
  const absl::StatusOr<uint64_t> free_bytes = with_.free_bytes();
  if (!free_bytes.ok()) return free_bytes.status();
  if (*free_bytes >= options_.reserve_bytes + bytes) return absl::OkStatus();
  return WithRetryDelay(absl::ResourceExhaustedError(
                            absl::StrCat("the disk has ", *free_bytes, " bytes free and ", options_.reserve_bytes,
                                         " are reserved; free some space or lower --disk-reserve, then send again")),
                        absl::Seconds(30));
}

void LogWriter::Commit(Batches batches) {
  size_t bytes = 0;
  for (const auto& batch : batches) bytes += batch->bytes.size();
  absl::Status status = CheckRoom(bytes);
  std::vector<Planned> group(batches.size());
  if (status.ok()) {
    MutexLock lock(&live_->mutex);
    for (size_t i = 0; i < batches.size(); ++i) Plan(batches[i].get(), &group[i]);
  }
  if (status.ok()) status = RemoveKnownToHistory(&group);
  if (status.ok()) {
    Number(&group);
    WriteSet changes;
    for (const Planned& planned : group) {
      if (planned.counted.empty()) continue;
      changes.Add(Family::kLog, LogKey(planned.entry.begin), EncodeBatchEntry(planned.header, planned.batch->bytes));
    }
    if (!changes.puts.empty()) status = WriteOrFail(changes, Durability::kSynced);
  }
  if (!status.ok()) {
    for (const auto& batch : batches) batch->done(status);
    return;
  }
  bool full_segment = false;
  for (Planned& planned : group) {
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
    CountInSegment(live_, planned.entry.end, planned.counted.size(), options_.segment_events);
    full_segment = live_->segments.size() > 1;
  }
  for (const auto& batch : batches) batch->done(std::move(batch->response));
  with_.on_change();
  if (full_segment) with_.on_full_segment();
}

void LogWriter::Plan(IncomingBatch* batch, Planned* planned) {
  planned->batch = batch;
  planned->counted.reserve(batch->request->events_size());
  auto refused = batch->refused.begin();
  for (int i = 0; i < batch->request->events_size(); ++i) {
    if (refused != batch->refused.end() && *refused == static_cast<uint32_t>(i)) {
      ++refused;
      continue;
    }
    const v1::Event& event = batch->request->events(i);
    const uint32_t customer = live_->table.FindOrAdd(event.customer_id());
    const int64_t time_us = ToMicros(event.event_time());
    int64_t seen_us = 0;
    switch (live_->identities.Insert(customer, event.event_id(), time_us, &seen_us)) {
      case IdentityIndex::Verdict::kDuplicate:
        batch->response.set_duplicate(batch->response.duplicate() + 1);
        continue;
      case IdentityIndex::Verdict::kOtherTime: {
        v1::RejectedEvent* rejection = batch->response.add_rejections();
        rejection->set_index(i);
        rejection->set_field("event_id");
        rejection->set_value(event.event_id());
        rejection->set_rule(absl::StrCat("was used by an event of this customer at ",
                                         absl::FormatTime(absl::FromUnixMicros(seen_us), absl::UTCTimeZone()),
                                         "; a retry must carry the same event_time, another event another event_id"));
        batch->response.set_rejected(batch->response.rejected() + 1);
        continue;
      }
      case IdentityIndex::Verdict::kNew:
        break;
    }
    const Customer& known = live_->table.at(customer);
    if (time_us <= known.history_until_us) {
      planned->maybe_in_history.push_back(planned->counted.size());
      planned->history_keys.push_back(EventKey(known.pseudonym, time_us, event.event_id()));
    }
    planned->counted.push_back({customer, &event});
    planned->counted_index.push_back(static_cast<uint32_t>(i));
  }
}

// What memory has forgotten the history knows by exact key.
absl::Status LogWriter::RemoveKnownToHistory(std::vector<Planned>* group) {
  for (Planned& planned : *group) {
    if (planned.maybe_in_history.empty()) continue;
    const absl::StatusOr<std::vector<bool>> found = with_.storage->Contains(Family::kEvents, planned.history_keys);
    if (!found.ok()) {
      failure_ = absl::InternalError(absl::StrCat("the history cannot be read: ", found.status().message()));
      with_.on_failure(failure_);
      return failure_;
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
  for (Planned& planned : *group) {
    planned.entry = {next_, next_ + planned.counted.size(), clock_us_};
    if (planned.counted.empty()) continue;
    planned.header.set_watermark(options_.clock_mode == ClockMode::kWatermark);
    planned.header.set_arrived_us(NowUs());
    if (options_.clock_mode == ClockMode::kWall) {
      clock_us_ = NowUs();
    } else {
      for (const CountedEvent& counted : planned.counted) {
        clock_us_ = std::max(clock_us_, ToMicros(counted.event->event_time()) + 1);
      }
    }
    planned.entry.clock_us = clock_us_;
    planned.header.set_clock_us(clock_us_);
    planned.header.set_span(planned.counted.size());
    auto counted = planned.counted_index.begin();
    const auto events = static_cast<uint32_t>(planned.batch->request->events_size());
    for (uint32_t i = 0; i < events; ++i) {
      if (counted != planned.counted_index.end() && *counted == i) {
        ++counted;
      } else {
        planned.header.add_skipped(i);
      }
    }
    next_ = planned.entry.end;
  }
}

absl::StatusOr<v1::ImportSnapshotResponse> LogWriter::Commit(StagedSnapshot* snapshot) {
  if (absl::Status room = CheckRoom(0); !room.ok()) return room;
  const absl::Time wall = with_.clock->Now();
  // A store that lives by a watermark and has seen nothing yet has no time of its own.
  const int64_t now_us =
      options_.clock_mode == ClockMode::kWatermark && clock_us_ == 0 ? absl::ToUnixMicros(wall) : NowUs();
  const int64_t as_of_us = snapshot->as_of_us().value_or(now_us);
  const absl::Time as_of = absl::FromUnixMicros(as_of_us);
  if (as_of > wall + options_.max_ahead || as_of < absl::FromUnixMicros(now_us) - options_.retention) {
    const std::string rule =
        absl::StrCat("is ", absl::FormatTime(as_of, absl::UTCTimeZone()), "; must not be more than ",
                     absl::FormatDuration(options_.max_ahead), " ahead of the clock nor older than the retention of ",
                     absl::FormatDuration(options_.retention));
    return WithFieldViolation(absl::InvalidArgumentError(absl::StrCat("header.as_of: ", rule)), "header.as_of", rule);
  }
  v1::ImportSnapshotResponse response;
  *response.mutable_as_of() = ToTimestamp(as_of);
  const std::string& id = snapshot->header().snapshot_id();
  {
    MutexLock lock(&live_->mutex);
    const auto committed = live_->imports.lower_bound({id, snapshot->as_of_us().value_or(kBeforeAll)});
    if (committed != live_->imports.end() && committed->first == id &&
        (!snapshot->as_of_us().has_value() || committed->second == as_of_us)) {
      response.set_already_imported(true);
      *response.mutable_as_of() = ToTimestamp(absl::FromUnixMicros(committed->second));
      return response;
    }
  }
  storage::v1::LogEntry end;
  end.set_arrived_us(NowUs());
  end.set_watermark(options_.clock_mode == ClockMode::kWatermark);
  clock_us_ = options_.clock_mode == ClockMode::kWall ? NowUs() : std::max(clock_us_, as_of_us);
  end.set_clock_us(clock_us_);
  end.set_span(1);
  end.mutable_snapshot_end()->set_snapshot_id(id);
  end.mutable_snapshot_end()->set_as_of_us(as_of_us);
  end.mutable_snapshot_end()->set_source(snapshot->header().source());
  end.mutable_snapshot_end()->set_rows(static_cast<int64_t>(snapshot->rows().size()));

  EntryPosition entry;
  std::vector<v1::Event> events;
  if (absl::Status written = WriteSnapshot(snapshot, end, &entry, &events); !written.ok()) return written;
  {
    MutexLock lock(&live_->mutex);
    std::vector<CountedEvent> counted;
    for (const v1::Event& event : events) counted.push_back({live_->table.FindOrAdd(event.customer_id()), &event});
    live_->table.Fold(entry, counted);
    live_->position = entry.end;
    live_->clock_us = entry.clock_us;
    live_->imports.emplace(id, as_of_us);
    CountInSegment(live_, entry.end, events.size(), options_.segment_events);
  }
  with_.on_change();
  with_.on_full_segment();
  response.set_customers(static_cast<int64_t>(events.size()));
  return response;
}

// Parts first, then the end with one sync for all: without the end a replay leaves the parts out.
absl::Status LogWriter::WriteSnapshot(StagedSnapshot* snapshot, const storage::v1::LogEntry& end, EntryPosition* entry,
                                      std::vector<v1::Event>* events) {
  std::vector<v1::SnapshotRow>& rows = snapshot->rows();
  *entry = {next_, next_, end.clock_us()};
  for (size_t begin = 0; begin < rows.size(); begin += kRowsInPart) {
    storage::v1::LogEntry part;
    part.set_arrived_us(end.arrived_us());
    part.set_clock_us(end.clock_us());
    const size_t part_end = std::min(rows.size(), begin + kRowsInPart);
    part.set_span(part_end - begin);
    for (size_t i = begin; i < part_end; ++i) {
      events->push_back(SnapshotEvent(end.snapshot_end(), rows[i]));
      *part.mutable_snapshot_part()->add_rows() = std::move(rows[i]);
    }
    WriteSet changes;
    changes.Add(Family::kLog, LogKey(entry->end), EncodeRecord(part));
    if (absl::Status written = WriteOrFail(changes, Durability::kBuffered); !written.ok()) return written;
    entry->end += part.span();
  }
  storage::v1::CommittedImport import;
  import.set_snapshot_id(end.snapshot_end().snapshot_id());
  import.set_as_of_us(end.snapshot_end().as_of_us());
  import.set_rows(end.snapshot_end().rows());
  import.set_source(end.snapshot_end().source());
  WriteSet changes;
  changes.Add(Family::kLog, LogKey(entry->end), EncodeRecord(end));
  changes.Add(Family::kMeta, absl::StrCat(kImportPrefix, import.as_of_us(), "/", import.snapshot_id()),
              EncodeRecord(import));
  entry->end += end.span();
  next_ = entry->end;
  return WriteOrFail(changes, Durability::kSynced);
}

// True when more is due at once.
bool LogWriter::Sweep() {
  const int64_t clock_us = options_.clock_mode == ClockMode::kWall ? NowUs() : clock_us_;
  std::vector<uint32_t> changed;
  bool more = false;
  {
    MutexLock lock(&live_->mutex);
    if (live_->segments.size() > options_.max_unsorted_segments) return false;
    const size_t refolded = std::min(live_->outdated.size(), options_.sweep_customers);
    if (refolded > 0) {
      changed.assign(live_->outdated.end() - static_cast<std::ptrdiff_t>(refolded), live_->outdated.end());
      live_->outdated.resize(live_->outdated.size() - refolded);
    } else {
      changed = live_->table.TakeDue(clock_us, options_.sweep_customers);
    }
    more = !live_->outdated.empty() || live_->table.HasDue(clock_us);
  }
  if (changed.empty()) return more;
  storage::v1::LogEntry header;
  header.set_arrived_us(clock_us);
  header.set_clock_us(clock_us);
  header.set_span(1);
  header.mutable_clock_advance()->mutable_customers()->Add(changed.begin(), changed.end());
  WriteSet changes;
  changes.Add(Family::kLog, LogKey(next_), EncodeRecord(header));
  if (!WriteOrFail(changes, Durability::kSynced).ok()) return false;
  const EntryPosition entry{next_, next_ + 1, clock_us};
  next_ = entry.end;
  clock_us_ = clock_us;
  {
    MutexLock lock(&live_->mutex);
    live_->table.Advance(entry, changed);
    live_->position = entry.end;
    live_->clock_us = clock_us;
    CountInSegment(live_, entry.end, 0, options_.segment_events);
  }
  with_.on_change();
  return more;
}

// The store's T: never goes back.
int64_t LogWriter::NowUs() const {
  if (options_.clock_mode == ClockMode::kWatermark) return clock_us_;
  return std::max(clock_us_, absl::ToUnixMicros(with_.clock->Now()));
}

absl::Status LogWriter::WriteOrFail(const WriteSet& changes, Durability durability) {
  const absl::Status written = with_.storage->Write(changes, durability);
  if (written.ok()) return written;
  failure_ = absl::InternalError(
      absl::StrCat("the log cannot be written and the store restarts; what was not acknowledged may or may "
                   "not count: ",
                   written.message()));
  Log(Level::kError, "store", "a write failed", {{"error", written.ToString()}});
  with_.on_failure(failure_);
  return failure_;
}

}  // namespace ebb::feature_store
