// Who changed since when, with no history kept: each id once, at the place of its latest change.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"

namespace ebb {

// A list of ids in the order of their last change. A reader that has seen everything up to sequence S asks for what
// came after S and gets every id whose latest sequence is greater than S, in order of sequence, each once: many changes
// of one id cost a slow reader one entry.
//
// Ids are dense numbers from 0, given by the owner. Sequences grow strictly; 0 is "before everything".
//
// How: a doubly linked list through an array indexed by id (16 bytes an id), and a sorted array of markers, each naming
// one entry of the list, with fewer than kMarkerGap entries from one marker to the next. So
//   - TouchAt is O(1) amortised: moving a marked id hands its marker to the next entry by binary search, at most one
//     touch in kMarkerGap adds a marker, and when markers have become twice as many as needed they are set anew in one
//     walk over the list, paid for by the touches that added them;
//   - finding a resume position is O(log n) for the marker and at most kMarkerGap steps from it;
//   - a reader that continues at an entry that has not changed since goes on from there: O(returned).
//
// Not thread-safe: the owner's lock covers it.
class ChangeList {
 public:
  struct Entry {
    uint32_t id = 0;
    uint64_t sequence = 0;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  static constexpr uint32_t kMarkerGap = 128;

  // Moves the id to the end, adding it if it is new. `sequence` must be greater than last_sequence().
  void TouchAt(uint32_t id, uint64_t sequence);

  // Hints that TouchAt is about to come: what it looks at, then, once that is there, what this leads to.
  void Prefetch(uint32_t id) const {
    if (id < nodes_.size()) __builtin_prefetch(&nodes_[id]);
  }
  void PrefetchNeighbours(uint32_t id) const {
    if (id >= nodes_.size()) return;
    if (nodes_[id].previous != kNone) __builtin_prefetch(&nodes_[nodes_[id].previous]);
    if (nodes_[id].next != kNone) __builtin_prefetch(&nodes_[nodes_[id].next]);
  }

  // The first `max` entries after `sequence`; fewer than `max` means that the end is reached.
  std::vector<Entry> ReadAfter(uint64_t sequence, size_t max) const;
  // The same after an entry that ReadAfter returned earlier, faster while that entry has not changed since.
  std::vector<Entry> ReadAfter(const Entry& last, size_t max) const;

  // Replaces all content with what was persisted, in any order. `last_sequence` may be greater than every entry's.
  // DATA_LOSS when an id or a sequence occurs twice, is 0, or is beyond
  // `last_sequence`; the list is then unchanged.
  absl::Status Restore(const std::vector<Entry>& entries, uint64_t last_sequence);

  // The same one by one, for many: Note each id's sequence, the last call for an id stands, then Order. Between the two
  // nothing but SequenceOf may be called. Takes 4 bytes an id beside the list.
  void Note(uint32_t id, uint64_t sequence);
  // DATA_LOSS as Restore; the list is then of no use.
  absl::Status Order(uint64_t last_sequence);

  std::optional<uint64_t> SequenceOf(uint32_t id) const;
  uint64_t last_sequence() const { return last_sequence_; }
  size_t size() const { return size_; }
  size_t marker_count() const { return markers_.size(); }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Node {
    uint64_t sequence : 63 = 0;  // 0: not in the list
    uint64_t marked : 1 = 0;
    uint32_t previous = kNone;
    uint32_t next = kNone;
  };
  static_assert(sizeof(Node) == 16);

  void Append(uint32_t id, uint64_t sequence);
  void Unlink(uint32_t id);
  void PassMarkerOn(uint32_t id);
  void ResetMarkers();
  uint32_t FirstAfter(uint64_t sequence) const;
  std::vector<Entry> ReadFrom(uint32_t id, size_t max) const;

  std::vector<Node> nodes_;     // by id
  std::vector<Entry> markers_;  // by sequence; each equals the entry of its id
  uint32_t first_ = kNone;
  uint32_t last_ = kNone;
  uint32_t appended_since_marker_ = 0;
  size_t size_ = 0;
  uint64_t last_sequence_ = 0;
};

}  // namespace ebb
