// Sorts a piece of the log into the history.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "feature_store/log_reader.h"
#include "feature_store/storage.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// What sorting a piece of the log put into the history.
struct SortedSegment {
  std::vector<std::pair<Pseudonym, int64_t>> latest_us;  // of each customer: the time of its latest event
  uint64_t events = 0;
};

// Collects events as records of the history, side by side in one buffer, and hands them over in order of their keys:
// sorting moves 40 bytes an event, and most comparisons look at nothing else. Not thread-safe.
class SegmentSorter {
 public:
  // `pseudonyms` is borrowed. About so many events are to be expected.
  SegmentSorter(const Pseudonymizer& pseudonyms, size_t expected_events);

  // DATA_LOSS when a batch of the unit cannot be read. The unit's batch is taken as bytes (BatchForm::kBytes).
  absl::Status Add(const LogUnit& unit);
  // What was added, in order of keys; views into the sorter, until the next Add.
  std::vector<RecordView> Sorted();
  // Writes what was added. Call once.
  absl::StatusOr<SortedSegment> Finish(Storage* storage);

 private:
  // Orders as its key does: the first numbers are the key's own bytes.
  struct Row {
    uint64_t customer_high;
    uint64_t customer_low;
    int64_t event_time_us;
    size_t begin;  // of the key in bytes_; the value follows
    uint32_t key_size;
    uint32_t value_size;
  };

  void Sort();
  SortedSegment Summary() const;
  // Writes the key and the head of the value; the caller appends the value's message, then calls End.
  void Begin(absl::string_view customer_id, int64_t event_time_us, absl::string_view event_id);
  void End();
  void AddParsed(const v1::Event& event);
  absl::Status AddBatch(const LogUnit& unit);

  const Pseudonymizer& pseudonyms_;
  std::string bytes_;
  std::vector<Row> rows_;
};

// Adds the events of log entries in [from, to) to the history; both are ends of units. May be repeated for the same
// range.
absl::StatusOr<SortedSegment> SortIntoHistory(Storage* storage, const Pseudonymizer& pseudonyms, uint64_t from,
                                              uint64_t to);

}  // namespace ebb::feature_store
