#include "feature_store/log_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "feature_store/log_entry.h"
#include "feature_store/record_key.h"
#include "feature_store/snapshot_commit.h"
#include "feature_store/wire_event.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kMaxGroupBytes = 8 << 20;

}  // namespace

// What is written with one sync.
struct LogWriter::Group {
  Batches batches;
  std::vector<PlannedBatch> planned;
  std::vector<uint64_t> segment_ends;  // of the segments that end within it
  size_t bytes = 0;
  absl::Status written;
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
      residency_(options_, with_.storage, live_),
      planner_(options_, with_.storage, &tail_, &residency_, live_),
      sweep_(options, &tail_, &residency_, live_),
      worker_("log-writer", [this] { return Step(); }) {}

LogWriter::~LogWriter() { Stop(); }

void LogWriter::Start() {
  disk_ = std::make_unique<WorkPool>(WorkPool::Options{.name = "log-disk", .threads = 1});
  worker_.Start();
}

void LogWriter::Stop() {
  {
    MutexLock lock(&queue_mutex_);
    closed_ = true;
  }
  worker_.Stop();
  while (true) {
    {
      MutexLock lock(&queue_mutex_);
      if (queue_.empty() && !IsBusy()) break;
    }
    worker_.RunOnce();
    Drain();
  }
  disk_ = nullptr;
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
  if (residency_.IsFull()) {
    Drain();  // who is planned for has to stay in memory
    if (absl::Status room = residency_.MakeRoom(); !room.ok()) tail_.Fail(room);
  }
  Single single;
  bool worked = Take(&single);
  worked |= Advance();
  if (!std::holds_alternative<std::monostate>(single)) {
    Drain();
    CommitSingle(single);
  }
  if (!tail_.failure().ok()) return worked ? absl::ZeroDuration() : absl::InfiniteDuration();
  const bool back_filling = back_fill_ != nullptr && !back_fill_->IsOver();
  if (IsBusy() && !back_filling && !sweep_.IsDue()) {
    return worked ? absl::ZeroDuration() : absl::InfiniteDuration();  // the disk wakes us, and so does a batch
  }
  Drain();
  const ClockSweep::Result swept = sweep_.Step();
  const BackFill::Result filled = back_filling ? back_fill_->Step(&tail_, &residency_) : BackFill::Result();
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

bool LogWriter::Take(Single* single) {
  Batches batches;
  if (!TakeBatches(&batches, single)) return false;
  if (!batches.empty()) Plan(std::move(batches));
  return true;
}

// Takes waiting batches up to the first of what is committed alone, or that.
bool LogWriter::TakeBatches(Batches* batches, Single* single) {
  const bool sorter_is_behind = [this] {
    ReaderMutexLock lock(&live_->mutex);
    return live_->segments.size() > options_.max_unsorted_segments;
  }();
  MutexLock lock(&queue_mutex_);
  if (sorter_is_behind && tail_.failure().ok() && !closed_) return false;  // it wakes us
  size_t bytes = 0;
  const size_t planned_bytes = planned_ == nullptr ? 0 : planned_->bytes;
  while (!queue_.empty() && planned_bytes + bytes < kMaxGroupBytes) {
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

// Adds the batches to the group that is written next.
void LogWriter::Plan(Batches batches) {
  size_t bytes = 0;
  std::vector<PlannedBatch> part(batches.size());
  for (size_t i = 0; i < batches.size(); ++i) {
    part[i].batch = batches[i].get();
    bytes += batches[i]->bytes.size();
  }
  absl::Status status = tail_.CheckRoom(bytes);
  if (status.ok()) status = planner_.Plan(&part);
  if (!status.ok()) {
    Drain();  // answers come in the order of the batches
    for (const auto& batch : batches) batch->done(status);
    return;
  }
  if (planned_ == nullptr) planned_ = std::make_unique<Group>();
  {
    // A segment ends with such a part, never within: the identities of all its batches are in the segment that was open
    // when they came, and must not be forgotten before their events are sorted.
    uint64_t counted = 0;
    for (const PlannedBatch& planned : part) counted += planned.counted.size();
    MutexLock lock(&live_->mutex);
    const uint64_t end = tail_.next();
    if (EndsSegment(live_, end, counted, options_.segment_events)) planned_->segment_ends.push_back(end);
  }
  planned_->bytes += bytes;
  std::move(batches.begin(), batches.end(), std::back_inserter(planned_->batches));
  std::move(part.begin(), part.end(), std::back_inserter(planned_->planned));
}

bool LogWriter::Advance() {
  bool acknowledged = false;
  while (true) {
    std::unique_ptr<Group> written = TakeWritten();
    const bool start = writing_ == nullptr && planned_ != nullptr;
    if (start) StartWriting();
    if (written == nullptr && !start) return acknowledged;
    if (written == nullptr) continue;
    Finish(std::move(written));
    acknowledged = true;
  }
}

void LogWriter::Drain() {
  while (IsBusy()) {
    Advance();
    if (writing_ == nullptr) continue;
    MutexLock lock(&written_mutex_);
    while (!written_) written_changed_.Wait(&written_mutex_);
  }
}

// Null while the disk is at it, or has nothing to do.
std::unique_ptr<LogWriter::Group> LogWriter::TakeWritten() {
  {
    MutexLock lock(&written_mutex_);
    if (!written_) return nullptr;
    written_ = false;
  }
  // Before the next one is begun: after a failed write there is none.
  writing_->written = tail_.Ended(writing_->written);
  return std::move(writing_);
}

void LogWriter::StartWriting() {
  writing_ = std::move(planned_);
  const auto write = [this, group = writing_.get(), failure = tail_.failure()] {
    group->written = failure.ok() ? Write(*group) : failure;
    MutexLock lock(&written_mutex_);
    written_ = true;
    written_changed_.SignalAll();
  };
  if (disk_ == nullptr) return write();
  disk_->Run([this, write] {
    write();
    worker_.Wake();
  });
}

void LogWriter::Finish(std::unique_ptr<Group> group) {
  if (!group->written.ok()) {
    for (const auto& batch : group->batches) batch->done(group->written);
    return;
  }
  Fold(group.get());
  for (const auto& batch : group->batches) {
    Count(batch->response);
    with_.figures->commit_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - batch->received));
    batch->done(std::move(batch->response));
  }
  TellOfChanges();
}

void LogWriter::Count(const v1::IngestResponse& response) {
  const int64_t second = absl::ToUnixSeconds(with_.clock->Now());
  with_.figures->accepted.Add(second, static_cast<uint64_t>(response.accepted()));
  with_.figures->duplicate.Add(second, static_cast<uint64_t>(response.duplicate()));
  with_.figures->rejected.Add(second, static_cast<uint64_t>(response.rejected()));
  with_.figures->batch_events.Observe(
      static_cast<double>(response.accepted() + response.duplicate() + response.rejected()));
}

absl::Status LogWriter::Write(const Group& group) {
  WriteSet changes;
  for (const PlannedBatch& planned : group.planned) {
    if (planned.counted.empty()) continue;
    const IncomingBatch& batch = *planned.batch;
    changes.Add(Family::kLog, LogKey(planned.entry.begin),
                planned.refused.empty()
                    ? EncodeBatchEntry(planned.header, batch.bytes)
                    : EncodeBatchEntry(planned.header, WithoutEvents(batch.bytes, planned.refused)));
  }
  return changes.puts.empty() ? absl::OkStatus() : with_.storage->Write(changes, Durability::kSynced);
}

void LogWriter::Fold(Group* group) {
  for (PlannedBatch& planned : group->planned) {
    v1::IngestResponse& response = planned.batch->response;
    response.set_accepted(static_cast<int64_t>(planned.counted.size()));
    response.set_log_sequence(static_cast<int64_t>(planned.entry.end));
    MutexLock lock(&live_->mutex);
    live_->accepted += response.accepted();
    live_->duplicate += response.duplicate();
    live_->rejected += response.rejected();
    if (planned.counted.empty()) continue;
    live_->table.Fold(planned.entry, planned.counted);
    for (const CountedEvent& counted : planned.counted) live_->goods.Apply(*counted.event);
    live_->position = planned.entry.end;
    live_->clock_us = planned.entry.clock_us;
    if (planned.batch->backfill) live_->past_changed_at = planned.entry.end;
  }
  if (group->segment_ends.empty()) return;
  MutexLock lock(&live_->mutex);
  for (const uint64_t end : group->segment_ends) live_->segments.push_back(end);
}

}  // namespace ebb::feature_store
