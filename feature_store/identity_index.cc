#include "feature_store/identity_index.h"

#include <bit>
#include <cstring>
#include <utility>

namespace ebb::feature_store {
namespace {

// SipHash-2-4 with 128 bits of output, from its specification (Aumasson, Bernstein).
class SipHash {
 public:
  SipHash(uint64_t key0, uint64_t key1)
      : a_(key0 ^ 0x736f6d6570736575),
        b_(key1 ^ 0x646f72616e646f6d ^ 0xee),
        c_(key0 ^ 0x6c7967656e657261),
        d_(key1 ^ 0x7465646279746573) {}

  void Add(uint64_t word) {
    d_ ^= word;
    Round(), Round();
    a_ ^= word;
  }

  void Add(absl::string_view bytes) {
    uint64_t word;
    for (; bytes.size() >= sizeof(word); bytes.remove_prefix(sizeof(word))) {
      std::memcpy(&word, bytes.data(), sizeof(word));
      Add(word);
    }
    word = 0;
    if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
    Add(word);
  }

  std::pair<uint64_t, uint64_t> Finish() {
    c_ ^= 0xee;
    for (int i = 0; i < 4; ++i) Round();
    const uint64_t high = a_ ^ b_ ^ c_ ^ d_;
    b_ ^= 0xdd;
    for (int i = 0; i < 4; ++i) Round();
    return {high, a_ ^ b_ ^ c_ ^ d_};
  }

 private:
  void Round() {
    a_ += b_, b_ = std::rotl(b_, 13), b_ ^= a_, a_ = std::rotl(a_, 32);
    c_ += d_, d_ = std::rotl(d_, 16), d_ ^= c_;
    a_ += d_, d_ = std::rotl(d_, 21), d_ ^= a_;
    c_ += b_, b_ = std::rotl(b_, 17), b_ ^= c_, c_ = std::rotl(c_, 32);
  }

  uint64_t a_, b_, c_, d_;
};

}  // namespace

IdentityIndex::IdentityIndex(absl::string_view key) {
  std::memcpy(&key0_, key.data(), sizeof(key0_));
  std::memcpy(&key1_, key.data() + sizeof(key0_), sizeof(key1_));
  segments_.push_back({0, {}});
}

IdentityIndex::Fingerprint IdentityIndex::FingerprintOf(uint32_t customer, absl::string_view event_id) const {
  SipHash hash(key0_, key1_);
  hash.Add(uint64_t{customer} << 32 | event_id.size());
  hash.Add(event_id);
  const auto [high, low] = hash.Finish();
  return {high, low};
}

IdentityIndex::Verdict IdentityIndex::Insert(uint32_t customer, absl::string_view event_id, int64_t event_time_us,
                                             int64_t* seen_us) {
  const Fingerprint print = FingerprintOf(customer, event_id);
  for (auto segment = segments_.begin(); segment + 1 != segments_.end(); ++segment) {
    const auto found = segment->times.find(print);
    if (found == segment->times.end()) continue;
    *seen_us = found->second;
    return found->second == event_time_us ? Verdict::kDuplicate : Verdict::kOtherTime;
  }
  const auto [entry, is_new] = segments_.back().times.try_emplace(print, event_time_us);
  if (is_new) return Verdict::kNew;
  *seen_us = entry->second;
  return entry->second == event_time_us ? Verdict::kDuplicate : Verdict::kOtherTime;
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
