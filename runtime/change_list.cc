#include "runtime/change_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ebb {
namespace {

bool BySequence(const ChangeList::Entry& a, const ChangeList::Entry& b) { return a.sequence < b.sequence; }

}  // namespace

void ChangeList::TouchAt(uint32_t id, uint64_t sequence) {
  if (id >= nodes_.size()) nodes_.resize(size_t{id} + 1);
  Unlink(id);
  Append(id, sequence);
  if (markers_.size() > 2 * (size_ / kMarkerGap + 1)) ResetMarkers();
}

void ChangeList::Append(uint32_t id, uint64_t sequence) {
  nodes_[id] = Node{.sequence = sequence, .marked = 0, .previous = last_, .next = kNone};
  if (last_ == kNone) {
    first_ = id;
  } else {
    nodes_[last_].next = id;
  }
  last_ = id;
  last_sequence_ = sequence;
  ++size_;
  // Entries that left since the last marker only make its gap shorter than counted.
  if (markers_.empty() || ++appended_since_marker_ >= kMarkerGap) {
    markers_.push_back({id, sequence});
    nodes_[id].marked = 1;
    appended_since_marker_ = 0;
  }
}

void ChangeList::Unlink(uint32_t id) {
  Node& node = nodes_[id];
  if (node.sequence == 0) return;
  if (node.marked) PassMarkerOn(id);
  (node.previous == kNone ? first_ : nodes_[node.previous].next) = node.next;
  (node.next == kNone ? last_ : nodes_[node.next].previous) = node.previous;
  node = Node{};
  --size_;
}

// No gap grows: the entry's successor takes its place as marker, or is a marker already.
void ChangeList::PassMarkerOn(uint32_t id) {
  const Node& node = nodes_[id];
  const auto marker = std::lower_bound(markers_.begin(), markers_.end(), Entry{id, node.sequence}, BySequence);
  if (node.next == kNone || nodes_[node.next].marked) {
    // The last marker may leave the entries before it to the one before; what is appended next continues that gap.
    if (node.next == kNone) appended_since_marker_ = kMarkerGap;
    markers_.erase(marker);
    return;
  }
  *marker = Entry{node.next, nodes_[node.next].sequence};
  nodes_[node.next].marked = 1;
}

void ChangeList::ResetMarkers() {
  for (const Entry& marker : markers_) nodes_[marker.id].marked = 0;
  markers_.clear();
  appended_since_marker_ = 0;
  uint32_t position = 0;
  for (uint32_t id = first_; id != kNone; id = nodes_[id].next, ++position) {
    appended_since_marker_ = position % kMarkerGap;
    if (appended_since_marker_ != 0) continue;
    markers_.push_back({id, nodes_[id].sequence});
    nodes_[id].marked = 1;
  }
}

uint32_t ChangeList::FirstAfter(uint64_t sequence) const {
  if (sequence >= last_sequence_) return kNone;
  const auto after = std::upper_bound(markers_.begin(), markers_.end(), Entry{0, sequence}, BySequence);
  uint32_t id = after == markers_.begin() ? first_ : std::prev(after)->id;
  while (id != kNone && nodes_[id].sequence <= sequence) id = nodes_[id].next;
  return id;
}

std::vector<ChangeList::Entry> ChangeList::ReadFrom(uint32_t id, size_t max) const {
  std::vector<Entry> entries;
  entries.reserve(std::min(max, size_));
  for (; id != kNone && entries.size() < max; id = nodes_[id].next) entries.push_back({id, nodes_[id].sequence});
  return entries;
}

std::vector<ChangeList::Entry> ChangeList::ReadAfter(uint64_t sequence, size_t max) const {
  return ReadFrom(FirstAfter(sequence), max);
}

std::vector<ChangeList::Entry> ChangeList::ReadAfter(const Entry& last, size_t max) const {
  const bool unchanged = last.sequence != 0 && last.id < nodes_.size() && nodes_[last.id].sequence == last.sequence;
  return ReadFrom(unchanged ? nodes_[last.id].next : FirstAfter(last.sequence), max);
}

absl::Status ChangeList::Restore(std::vector<Entry> entries, uint64_t last_sequence) {
  std::sort(entries.begin(), entries.end(), BySequence);
  ChangeList restored;
  for (const Entry& entry : entries) {
    std::string wrong;
    if (restored.SequenceOf(entry.id).has_value()) wrong = "names an id twice";
    if (entry.sequence <= restored.last_sequence_) wrong = "has a sequence that is zero or occurs twice";
    if (entry.sequence > last_sequence) wrong = absl::StrCat("is beyond the last sequence, ", last_sequence);
    if (!wrong.empty()) {
      return absl::DataLossError(
          absl::StrCat("change list: entry (id ", entry.id, ", sequence ", entry.sequence, ") ", wrong));
    }
    restored.TouchAt(entry.id, entry.sequence);
  }
  restored.last_sequence_ = last_sequence;
  *this = std::move(restored);
  return absl::OkStatus();
}

std::optional<uint64_t> ChangeList::SequenceOf(uint32_t id) const {
  if (id >= nodes_.size() || nodes_[id].sequence == 0) return std::nullopt;
  return nodes_[id].sequence;
}

}  // namespace ebb
