#include "feature_store/waiting_events.h"

#include <algorithm>
#include <cstring>

namespace ebb::feature_store {
namespace {

constexpr size_t kBlockBytes = 256 << 10;
constexpr uint32_t kMostCounted = 255;

}  // namespace

uint32_t WaitingEvents::Add(uint32_t chain, uint64_t end, int64_t clock_us, absl::string_view bytes) {
  char* const copy = Room(bytes.size());
  std::memcpy(copy, bytes.data(), bytes.size());
  Entry entry;
  entry.end = end;
  entry.clock_us = clock_us;
  entry.bytes = copy;
  entry.previous = chain;
  entry.size = static_cast<uint32_t>(bytes.size());
  entry.count = std::min(CountOf(chain) + 1, kMostCounted);
  entries_.push_back(entry);
  return static_cast<uint32_t>(entries_.size() - 1);
}

std::vector<WaitingEvent> WaitingEvents::All(uint32_t chain) const {
  std::vector<WaitingEvent> events;
  for (; chain != kNone; chain = entries_[chain].previous) {
    const Entry& entry = entries_[chain];
    events.push_back({entry.end, entry.clock_us, std::string(entry.bytes, entry.size)});
  }
  std::reverse(events.begin(), events.end());
  return events;
}

absl::InlinedVector<absl::string_view, 8> WaitingEvents::TakeNew(uint32_t chain) {
  absl::InlinedVector<absl::string_view, 8> events;
  for (uint32_t at = chain; at != kNone && entries_[at].taken == 0; at = entries_[at].previous) {
    events.emplace_back(entries_[at].bytes, size_t{entries_[at].size});
  }
  if (chain != kNone) entries_[chain].taken = 1;
  std::reverse(events.begin(), events.end());
  return events;
}

void WaitingEvents::Clear() {
  entries_ = std::deque<Entry>(1);
  blocks_.clear();
  free_ = nullptr;
  free_bytes_ = block_bytes_ = 0;
}

char* WaitingEvents::Room(size_t bytes) {
  if (bytes > free_bytes_) {
    free_bytes_ = std::max(bytes, kBlockBytes);
    free_ = blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(free_bytes_)).get();
    block_bytes_ += free_bytes_;
  }
  char* const room = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return room;
}

}  // namespace ebb::feature_store
