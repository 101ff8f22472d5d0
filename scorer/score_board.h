#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "runtime/change_list.h"
#include "runtime/mutex.h"
#include "scorer/customer_score.h"

namespace ebb::scorer {

// What readers see: the latest score of every customer, in memory, and who changed since when. Each customer has a
// dense number, 0, 1, 2, … in the order customers became known; it is the number of the score table.
//
// Memory: about 240 bytes a customer (136 score, 32 identifier, about 40 index, 18 change list) and the identifier once
// more where it is longer than 15 bytes.
//
// Thread-safe. One writer changes it, after what it writes is on disk: nobody ever reads a score that a crash could
// take back.
class ScoreBoard {
 public:
  struct Named {
    std::string customer_id;
    CustomerScore score;
  };

  // A customer's score, or that a customer is known without one yet. `published`: subscribers shall hear of it, under
  // its sequence.
  struct Update {
    uint32_t customer = 0;
    std::string customer_id;  // used only where the customer is new; then `customer` is size()
    CustomerScore score;
    bool published = false;
  };

  // A subscriber's place: the entry of the change list it stands at.
  using Position = ChangeList::Entry;

  // One step of a subscriber.
  struct Step {
    Position position;           // where to go on
    std::optional<Named> found;  // the next change that passes
    bool at_end = false;         // nothing is left
  };

  // Numbers of customers, known with and without a score.
  size_t size() const;
  // With one.
  size_t scored() const;
  int64_t last_sequence() const;

  std::optional<uint32_t> Find(std::string_view customer_id) const;
  // Of a customer that is known; empty: erased.
  std::string NameOf(uint32_t customer) const;
  // Of a customer that is known.
  CustomerScore Get(uint32_t customer) const;

  // One answer each, in order; nothing for unknown customers and those without a score.
  std::vector<std::optional<Named>> Look(std::span<const std::string> customer_ids) const;
  // Up to `limit` scored customers from number `first` on, and the number to go on with; it is size() at the end.
  std::vector<Named> List(uint32_t first, size_t limit, uint32_t* next) const;
  // All scored customers, of one moment. Writers wait: about 5 ms for a million.
  void ForEachScored(const std::function<void(const std::string& customer_id, const CustomerScore&)>& visit) const;

  // The first change after `position` that passes; a customer is asked about by number. Looks at no more than
  // `max_looks` changes, so it may come back with neither a change nor the end.
  using Filter = std::function<bool(uint32_t customer, const std::string& customer_id, const CustomerScore&)>;
  Step Next(const Position& position, const Filter& passes, size_t max_looks) const;

  // All at once for readers.
  void Apply(std::vector<Update> updates);

  // Numbers of the known customers whose identifier passes.
  std::vector<uint32_t> FindAll(const std::function<bool(const std::string& customer_id)>& passes) const;
  // Numbers of the scored customers whose score passes.
  std::vector<uint32_t> FindScored(const std::function<bool(const CustomerScore&)>& passes) const;
  // Forgets them; their numbers stay taken. Subscribers hear nothing: the next score of such a customer never comes.
  void Erase(const std::vector<uint32_t>& customers);

  // Fills an empty board with what was on disk, in order of number; erased customers have no identifier. DATA_LOSS
  // where a sequence is there twice or beyond `last_sequence`.
  absl::Status Restore(std::vector<Named> customers, int64_t last_sequence);

 private:
  void Add(std::string customer_id, const CustomerScore& score) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::deque<std::string> ids_ ABSL_GUARDED_BY(mutex_);  // a deque: the index looks into its strings
  std::vector<CustomerScore> scores_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string_view, uint32_t> index_ ABSL_GUARDED_BY(mutex_);
  ChangeList changes_ ABSL_GUARDED_BY(mutex_);  // erased ones stay in it and are passed over
  size_t scored_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace ebb::scorer
