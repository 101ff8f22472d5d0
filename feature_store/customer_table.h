// Every customer's aggregates in memory: what the log folds into.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"
#include "runtime/change_list.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Times are microseconds since 1970 UTC.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::min();

struct Customer {
  std::string customer_id;
  Pseudonym pseudonym{};
  CustomerState state;
  std::vector<v1::Event> parked;  // ahead of T; folded when T passes
  int64_t as_of_us = kBeforeAll;  // T of the last fold or sweep
  int64_t changed_us = 0;
  int64_t due_us = kNever;                // when time alone may next change the vector; never too late
  int64_t history_until_us = kBeforeAll;  // no event in the sorted history is later
  uint64_t sequence = 0;                  // of the last change; 0: nothing folded yet
  uint64_t folded_to = 0;                 // log entries before this position are in it
  uint64_t counted_at = 0;                // end of the last entry with an event of it
  bool dirty = false;                     // changed since the last checkpoint took it
  bool erased = false;                    // nothing is left of it but its place
  Pseudonym digest{};                     // of an erased one: what those who follow changes are told
  bool unannounced = false;               // folded anew under other declarations, and no change says so yet
};

// An event that counts.
struct CountedEvent {
  uint32_t customer;
  const v1::Event* event;
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
// A checkpoint may have saved customers at different positions. Folding an entry again skips the customers that already
// hold it but counts their change, so the sequences of all the others come out as they were.
class CustomerTable {
 public:
  static constexpr uint32_t kUnknown = std::numeric_limits<uint32_t>::max();

  // Both are borrowed.
  CustomerTable(const CompiledDeclarations* declarations, const Pseudonymizer* pseudonyms)
      : declarations_(declarations), pseudonyms_(pseudonyms) {}

  uint32_t Find(absl::string_view customer_id) const;
  // Ids are given in the order in which customers first have an event that counts.
  uint32_t FindOrAdd(absl::string_view customer_id);
  const Customer& at(uint32_t id) const { return customers_[id]; }
  // Customers with a folded event: ids 0 to this are complete, later ones wait for their first fold.
  uint32_t folded_customers() const { return folded_customers_; }

  // Folds the events of one entry and touches their customers.
  void Fold(const EntryPosition& entry, std::span<const CountedEvent> events);
  // Time alone changed these customers: folds what they have parked before T and touches them.
  void Advance(const EntryPosition& entry, std::span<const uint32_t> customers);

  // Forgets the customer, keeps its dense id taken and touches it.
  void Erase(const EntryPosition& entry, uint32_t id, const Pseudonym& digest);
  // Whether a customer of this name was erased. Costs next to nothing for one that is known.
  bool IsErased(absl::string_view customer_id) const;
  size_t erased_customers() const { return erased_.size(); }

  // Looks at up to `max` customers whose vectors may have changed by T and returns those whose really have. The others
  // are looked at again at their next date; the returned ones have to be given to Advance.
  std::vector<uint32_t> TakeDue(int64_t clock_us, size_t max);
  // What TakeDue has not looked at yet. A customer that was touched meanwhile may still be counted.
  struct DueBacklog {
    uint64_t customers = 0;
    int64_t first_us = kNever;
  };
  DueBacklog DueBy(int64_t clock_us) const;
  bool HasDue(int64_t clock_us) const { return !due_.empty() && due_.begin()->first <= clock_us; }

  v1::FeatureVector Vector(uint32_t id) const;
  std::vector<ChangeList::Entry> ChangedAfter(uint64_t sequence, size_t max) const {
    return changes_.ReadAfter(sequence, max);
  }
  uint64_t change_sequence() const { return change_sequence_; }
  uint64_t events() const { return events_; }

  // Sorting put an event of this customer into the history.
  void RaiseHistoryUntil(uint32_t id, int64_t event_time_us);

  // Customers changed since the last call, for a checkpoint. Save may come at any time after: a record says itself how
  // far it is folded.
  std::vector<uint32_t> TakeDirty();
  storage::v1::CustomerRecord Save(uint32_t id, uint64_t folded_to);
  // Load each record, then BeginReplay, fold what follows the checkpoint, EndReplay.
  // DATA_LOSS for a damaged record; FAILED_PRECONDITION when its aggregates were made by other declarations: the
  // customer is then loaded without them, for Refold.
  absl::Status Load(uint32_t id, const storage::v1::CustomerRecord& record);
  // The customer is `unannounced` until its next change; a checkpoint keeps that in mind.
  void Refold(uint32_t id, std::span<const v1::Event> events);
  void BeginReplay(const storage::v1::Checkpoint& checkpoint, int64_t history_until_us);
  absl::Status EndReplay();

 private:
  absl::Status LoadErased(uint32_t id, const storage::v1::CustomerRecord& record);
  void FoldOrPark(Customer* customer, const v1::Event& event, int64_t clock_us);
  bool Unpark(Customer* customer, int64_t clock_us);
  void Touch(uint32_t id, const EntryPosition& entry);
  void SetDue(uint32_t id, int64_t due_us);
  int64_t NextMidnight(int64_t time_us);

  const CompiledDeclarations* const declarations_;
  const Pseudonymizer* const pseudonyms_;
  std::deque<Customer> customers_;  // a deque: index_ borrows the ids' text
  absl::flat_hash_map<absl::string_view, uint32_t> index_;
  absl::flat_hash_map<Pseudonym, uint32_t> erased_;
  uint32_t next_id_ = 0;  // during a replay records of later customers may be loaded already
  uint32_t folded_customers_ = 0;
  ChangeList changes_;
  uint64_t change_sequence_ = 0;
  uint64_t events_ = 0;
  bool replaying_ = false;
  int64_t replayed_history_until_us_ = kBeforeAll;
  std::map<int64_t, std::vector<uint32_t>> due_;  // an entry counts where it equals the customer's due_us
  std::vector<uint32_t> dirty_;
  std::vector<uint32_t> touched_;  // of the entry in hand
  int64_t day_begin_us_ = kNever;  // the day that NextMidnight saw last
  int64_t day_end_us_ = kBeforeAll;
};

}  // namespace ebb::feature_store
