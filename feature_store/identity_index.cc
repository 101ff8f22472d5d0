#include "feature_store/identity_index.h"

#include <cstring>

namespace ebb::feature_store {

Identity IdentityHash::Of(const Pseudonym& customer, absl::string_view event_id) const {
  SipHash hash(key_);
  uint64_t words[2];
  static_assert(sizeof(words) == sizeof(customer));
  std::memcpy(words, customer.data(), sizeof(words));
  hash.Add(words[0]);
  hash.Add(words[1]);
  hash.AddLast(event_id, sizeof(words));
  const auto [first, second] = hash.Finish();
  return {first, second};
}

IdentityIndex::Verdict IdentityIndex::Insert(const Identity& identity, int64_t event_time_us, int64_t* seen_us) {
  const auto verdict_on = [&](int64_t seen) {
    *seen_us = seen;
    return seen == event_time_us ? Verdict::kDuplicate : Verdict::kOtherTime;
  };
  for (auto segment = segments_.begin(); segment + 1 != segments_.end(); ++segment) {
    const auto found = segment->times.find(identity);
    if (found != segment->times.end()) return verdict_on(found->second);
  }
  const auto [entry, is_new] = segments_.back().times.try_emplace(identity, event_time_us);
  return is_new ? Verdict::kNew : verdict_on(entry->second);
}

void IdentityIndex::Prefetch(const Identity& identity) const {
  for (const Segment& segment : segments_) segment.times.prefetch(identity);
}

void IdentityIndex::BeginSegment(uint64_t sequence) {
  // As many as before are to be expected: growing step by step would hash each of them again and again.
  const size_t expected = segments_.back().times.size();
  segments_.push_back({sequence, {}});
  segments_.back().times.reserve(expected);
}

void IdentityIndex::ForgetBefore(uint64_t sequence) {
  while (segments_.size() > 1 && segments_[1].first_sequence <= sequence) segments_.pop_front();
}

size_t IdentityIndex::size() const {
  size_t size = 0;
  for (const Segment& segment : segments_) size += segment.times.size();
  return size;
}

}  // namespace ebb::feature_store
