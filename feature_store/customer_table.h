// Every customer, and the aggregates of those that are resident: what the log folds into.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer.h"
#include "feature_store/customer_rows.h"
#include "feature_store/event_view.h"
#include "feature_store/waiting_events.h"
#include "runtime/change_list.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// An event that counts.
struct CountedEvent {
  uint32_t customer;
  const EventView* event;
};

// Where in the log an entry lies, and when it is folded.
struct EntryPosition {
  uint64_t begin;
  uint64_t end;
  int64_t clock_us;  // T
};

// Folds entries of the log in order. Folding is deterministic: the same entries give the same dense ids, states and
// change sequences, at first and in a replay. Not thread-safe: the owner's lock covers it; const members may run side
// by side.
//
// A customer is folded while it is resident (see residency.h). One that is not is in its record; its events need not
// bring it back: they wait beside it, and whoever reads the customer folds them in (ReadCustomer). So an event costs no
// look at the disk, and a change of it is told at once.
//
// A checkpoint may have saved customers at different positions. Folding an entry again skips the customers that already
// hold it but counts their change, so the sequences of all the others come out as they were.
class CustomerTable {
 public:
  static constexpr uint32_t kUnknown = CustomerRows::kNone;

  // All are borrowed.
  CustomerTable(const Definitions& definitions, const Pseudonymizer* pseudonyms)
      : definitions_(definitions), pseudonyms_(pseudonyms) {}

  Pseudonym PseudonymOf(absl::string_view customer_id) const { return pseudonyms_->Of(customer_id); }
  uint32_t Find(absl::string_view customer_id) const { return Find(pseudonyms_->Of(customer_id)); }
  uint32_t Find(const Pseudonym& customer) const;
  // Ids are given in the order in which customers first have an event that counts. A new one is resident.
  uint32_t FindOrAdd(const Pseudonym& pseudonym, absl::string_view customer_id);
  uint32_t FindOrAdd(absl::string_view customer_id) { return FindOrAdd(pseudonyms_->Of(customer_id), customer_id); }
  // The same for an event, folded at that T or later: a new customer whose first event can wait need not be resident
  // once LetNewWait was called.
  uint32_t FindOrAdd(const Pseudonym& pseudonym, const EventView& event, int64_t clock_us);
  void LetNewWait() { new_wait_ = true; }
  const CustomerRow& row(uint32_t id) const { return rows_[id]; }
  // Null where the customer is not resident.
  const Customer* at(uint32_t id) const { return rows_[id].resident.get(); }
  // Customers with a folded event: ids 0 to this are complete, later ones wait for their first fold.
  uint32_t folded_customers() const { return folded_customers_; }
  const Definitions& definitions() const { return definitions_; }
  const CompiledDeclarations& served() const { return *definitions_.served; }

  // Hints for many events in a row: first the slots of some, then the rows of those found, then their states.
  void PrefetchSlot(const Pseudonym& pseudonym) const { rows_.PrefetchSlot(pseudonym); }
  void PrefetchRow(const Pseudonym& pseudonym) const { rows_.PrefetchRow(pseudonym); }
  void PrefetchRow(uint32_t id) const { rows_.PrefetchRow(id); }

  // Whether the customer has to be made resident before the event is folded at that T or later.
  bool MustLoad(uint32_t id, const EventView& event, int64_t clock_us) const;
  // Events of a customer that is not resident, as its record may not have them yet; oldest first.
  std::vector<WaitingEvent> WaitingOf(uint32_t id) const { return waiting_.All(rows_[id].waiting); }
  // customer_id of one whose events wait.
  std::string WaitingId(uint32_t id) const { return CustomerIdOf(waiting_.NewestOf(rows_[id].waiting)); }
  size_t waiting_events() const { return waiting_.size(); }
  size_t waiting_bytes() const { return waiting_.empty() ? 0 : waiting_.MemoryBytes(); }
  // Whose events wait; ids ascend. Once their records are written, DropWaiting forgets the events of all.
  std::vector<uint32_t> FindWaiting();
  void DropWaiting();

  // Folds the events of one entry, or has them wait, and touches their customers.
  void Fold(const EntryPosition& entry, std::span<const CountedEvent> events);
  // Time alone changed these customers: folds what they have parked before T and touches them.
  void Advance(const EntryPosition& entry, std::span<const uint32_t> customers);

  // Forgets the customer, now resident, keeps its dense id taken and touches it.
  void Erase(const EntryPosition& entry, uint32_t id, const Pseudonym& digest);
  bool IsErased(const Pseudonym& customer) const;
  bool IsErased(absl::string_view customer_id) const { return IsErased(pseudonyms_->Of(customer_id)); }
  uint32_t erased_customers() const { return erased_customers_; }

  // Takes up to `max` customers whose vectors may have changed by T: they have to be given to KeepChanged.
  std::vector<uint32_t> TakeDue(int64_t clock_us, size_t max);
  // Of these, now resident, those whose vectors really have changed by T. The others are looked at again at their next
  // date; the returned ones have to be given to Advance.
  std::vector<uint32_t> KeepChanged(std::span<const uint32_t> customers, int64_t clock_us);
  // What TakeDue has not looked at yet. A customer that was touched meanwhile may still be counted.
  struct DueBacklog {
    uint64_t customers = 0;
    int64_t first_us = kNever;
  };
  DueBacklog DueBy(int64_t clock_us) const;
  bool HasDue(int64_t clock_us) const { return !due_.empty() && due_.begin()->first <= clock_us; }

  std::vector<ChangeList::Entry> ChangedAfter(uint64_t sequence, size_t max) const {
    return changes_.ReadAfter(sequence, max);
  }
  // Of the last change of a customer that has been folded.
  uint64_t SequenceOf(uint32_t id) const { return changes_.SequenceOf(id).value_or(0); }
  uint64_t change_sequence() const { return change_sequence_; }
  uint64_t events() const { return events_; }

  // Sorting put an event of this customer into the history.
  void RaiseHistoryUntil(uint32_t id, int64_t event_time_us);
  // Whether the history may hold an event of this customer at or after the time.
  bool MayBeInHistory(uint32_t id, int64_t event_time_us) const;

  // Of everything here that grows with customers.
  size_t MemoryBytes() const { return resident_bytes_ + waiting_bytes() + OverheadBytes(); }
  // The part of it that stays whoever is resident.
  size_t OverheadBytes() const {
    return rows_.MemoryBytes() + rows_.size() * (sizeof(uint64_t[2]) + 2 * sizeof(uint32_t));
  }
  uint32_t resident_customers() const { return resident_customers_; }
  // Customers brought back into memory since the process started.
  uint64_t loads() const { return loads_; }
  // Of the residents, in the order of their ids, those that were used least lately and that together free `bytes`.
  std::vector<uint32_t> FindIdle(size_t bytes);
  // Their records are written: their states leave memory.
  void Evict(std::span<const uint32_t> customers);
  // The record of a customer that is not resident was read.
  void MakeResident(uint32_t id, Customer customer);

  // Residents changed since the last call, for a checkpoint. Save may come at any time after: a record says itself how
  // far it is folded.
  std::vector<uint32_t> TakeDirty();
  bool AnyDirty() const { return !dirty_.empty(); }  // or evicted since
  bool IsDirty(uint32_t id) const {
    return rows_[id].dirty && (rows_[id].resident != nullptr || rows_[id].waiting != WaitingEvents::kNone);
  }
  // Of a dirty one that is resident, and of a dirty one that is not: its events that wait, without those of the last
  // call, as a stored record (stored_record.h) to be appended to the one on the disk, if there is one (IsRecorded).
  storage::v1::CustomerRecord Save(uint32_t id, uint64_t folded_to);
  // `customer_id`: of one without a record; otherwise it is not used.
  std::string SaveWaiting(uint32_t id, const std::string& customer_id, uint64_t folded_to);
  // Its record was written, or is about to be, and so its name.
  bool IsRecorded(uint32_t id) const { return rows_[id].recorded; }
  // Load each record, then BeginReplay, fold what follows the checkpoint, EndReplay. The row alone: it is not resident
  // afterwards. DATA_LOSS for a damaged record, FAILED_PRECONDITION for one of other declarations than those served.
  absl::Status Load(uint32_t id, const storage::v1::CustomerRecord& record);
  void BeginReplay(const storage::v1::Checkpoint& checkpoint, int64_t history_until_us);
  absl::Status EndReplay();

  // Aggregates under the next declarations. Call once, after the replay: what is folded from `position` on goes into
  // those of everybody.
  void BeginBackFill(uint64_t position) { definitions_.next_from = position; }
  // Customers whose aggregates under them lack the events before that position.
  uint32_t incomplete_customers() const { return incomplete_customers_; }
  // Of such a customer, now resident, what there is so far: whoever takes it folds in what it lacks and gives it to
  // Complete before anything else is folded. Null where it lacks nothing.
  std::unique_ptr<NextState> TakeNext(uint32_t id);
  void Complete(uint32_t id, std::unique_ptr<NextState> next);
  // The next declarations are served from now on. Nobody may be incomplete.
  void Switch();

 private:
  uint32_t FindOrAddRow(const Pseudonym& pseudonym);
  void MakeNew(uint32_t id, absl::string_view customer_id);
  // Whether the event, folded at that T or later, can wait beside a customer that is not resident.
  bool CanWait(const EventView& event, int64_t clock_us) const;
  bool Wait(uint32_t id, const EventView& event, const EntryPosition& entry);
  void PrefetchCustomer(uint32_t id) const;
  void FoldOrPark(Customer* customer, const EventView& event, int64_t clock_us);
  void FoldUnderAll(Customer* customer, const EventView& event);
  void Unpark(Customer* customer, int64_t clock_us);
  void Touch(uint32_t id, const EntryPosition& entry);
  void SetDue(uint32_t id, int64_t due_us);
  void Count(Customer* customer);
  int64_t NextMidnight(int64_t time_us);
  void MarkDirty(uint32_t id);

  Definitions definitions_;
  const Pseudonymizer* const pseudonyms_;
  CustomerRows rows_;
  uint32_t erased_customers_ = 0;
  uint32_t incomplete_customers_ = 0;
  uint32_t next_id_ = 0;  // during a replay records of later customers may be loaded already
  uint32_t folded_customers_ = 0;
  ChangeList changes_;
  uint64_t change_sequence_ = 0;
  uint64_t events_ = 0;
  size_t resident_bytes_ = 0;
  uint32_t resident_customers_ = 0;
  uint64_t loads_ = 0;
  WaitingEvents waiting_;
  std::deque<uint32_t> waiting_ids_;  // whose events wait, and some who were loaded since
  bool new_wait_ = false;
  uint32_t hand_ = 0;  // where FindIdle looks next
  bool replaying_ = false;
  int64_t replayed_history_until_us_ = kBeforeAll;
  // Many ids: in deques, which never hold two copies of themselves while they grow.
  std::map<int64_t, std::deque<uint32_t>> due_;  // an entry counts where it equals the customer's due_us
  std::deque<uint32_t> dirty_;
  std::vector<uint32_t> touched_;                 // of the entry in hand
  absl::flat_hash_set<uint32_t> touched_before_;  // of these, those that are not resident and had it already
  int64_t day_begin_us_ = kNever;                 // the day that NextMidnight saw last
  int64_t day_end_us_ = kBeforeAll;
};

}  // namespace ebb::feature_store
