#include "runtime/change_list.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ebb {
namespace {

constexpr absl::string_view kZeroOrTwice = "has a sequence that is zero or occurs twice";

absl::Status Wrong(const ChangeList::Entry& entry, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("change list: entry (id ", entry.id, ", sequence ", entry.sequence, ") ", what));
}

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

absl::Status ChangeList::Restore(const std::vector<Entry>& entries, uint64_t last_sequence) {
  ChangeList restored;
  for (const Entry& entry : entries) {
    if (restored.SequenceOf(entry.id).has_value()) return Wrong(entry, "names an id twice");
    if (entry.sequence == 0) return Wrong(entry, kZeroOrTwice);
    restored.Note(entry.id, entry.sequence);
  }
  if (absl::Status ordered = restored.Order(last_sequence); !ordered.ok()) return ordered;
  *this = std::move(restored);
  return absl::OkStatus();
}

void ChangeList::Note(uint32_t id, uint64_t sequence) {
  if (id >= nodes_.size()) nodes_.resize(size_t{id} + 1);
  nodes_[id].sequence = sequence;
}

// By ranges of sequences, so that little is sorted, and copied for it, at once.
absl::Status ChangeList::Order(uint64_t last_sequence) {
  constexpr size_t kRanges = 256;
  std::array<size_t, kRanges + 1> ends{};  // of each range in `ids`, one place further on
  const auto range_of = [last_sequence](uint64_t sequence) {
    const double part = static_cast<double>(sequence) / (static_cast<double>(last_sequence) + 1);
    return std::min(static_cast<size_t>(part * kRanges), kRanges - 1);
  };
  for (uint32_t id = 0; id < nodes_.size(); ++id) {
    const uint64_t sequence = nodes_[id].sequence;
    if (sequence > last_sequence) {
      return Wrong({id, sequence}, absl::StrCat("is beyond the last sequence, ", last_sequence));
    }
    if (sequence > 0) ++ends[range_of(sequence) + 1];
  }
  for (size_t range = 1; range <= kRanges; ++range) ends[range] += ends[range - 1];
  std::vector<uint32_t> ids(ends[kRanges]);
  for (uint32_t id = 0; id < nodes_.size(); ++id) {
    const uint64_t sequence = nodes_[id].sequence;
    if (sequence > 0) ids[ends[range_of(sequence)]++] = id;
  }
  std::vector<Entry> entries;
  size_t begin = 0;
  for (size_t range = 0; range < kRanges; begin = ends[range++]) {
    entries.clear();
    for (size_t i = begin; i < ends[range]; ++i) entries.push_back({ids[i], nodes_[ids[i]].sequence});
    std::sort(entries.begin(), entries.end(), BySequence);
    for (const Entry& entry : entries) {
      if (entry.sequence == last_sequence_) return Wrong(entry, kZeroOrTwice);
      Append(entry.id, entry.sequence);
    }
  }
  last_sequence_ = last_sequence;
  return absl::OkStatus();
}

std::optional<uint64_t> ChangeList::SequenceOf(uint32_t id) const {
  if (id >= nodes_.size() || nodes_[id].sequence == 0) return std::nullopt;
  return nodes_[id].sequence;
}

}  // namespace ebb
