#include "feature_store/vector_cache.h"

#include <algorithm>
#include <utility>

namespace ebb::feature_store {
namespace {

constexpr size_t kAtOnce = 16;
constexpr size_t kCacheLine = 64;

// What the heap takes for a block: a word of its own, all in steps of sixteen.
size_t HeapBytes(const char* packed) {
  return std::max<size_t>(32, (FeatureValues::PackedSize(packed) + 8 + 15) / 16 * 16);
}

}  // namespace

void VectorCache::Read(std::span<const Key> keys, absl::FunctionRef<void(size_t, const FeatureValues&)> hit) {
  uint64_t hits = 0;
  FeatureValues values;  // its memory serves all of them
  Slot* slots[kAtOnce];
  for (size_t begin = 0; begin < keys.size(); begin += kAtOnce) {
    const size_t count = std::min(kAtOnce, keys.size() - begin);
    ReaderMutexLock lock(&mutex_);
    for (size_t i = 0; i < count; ++i) {
      const uint32_t customer = keys[begin + i].customer;
      if (customer < places_.size()) __builtin_prefetch(&places_[customer]);
    }
    for (size_t i = 0; i < count; ++i) {
      slots[i] = Find(keys[begin + i].customer);
      __builtin_prefetch(slots[i]);
    }
    for (size_t i = 0; i < count; ++i) {
      if (slots[i] == nullptr) continue;
      const Key& key = keys[begin + i];
      if (slots[i]->version != key.version || slots[i]->declarations != key.declarations) {
        slots[i] = nullptr;
        continue;
      }
      const char* packed = slots[i]->packed.get();
      for (size_t line = 0; line < 3; ++line) __builtin_prefetch(packed + line * kCacheLine);
    }
    for (size_t i = 0; i < count; ++i) {
      if (slots[i] == nullptr) continue;
      if (!slots[i]->read.load(std::memory_order_relaxed)) slots[i]->read.store(true, std::memory_order_relaxed);
      values.Unpack(slots[i]->packed.get());
      hit(begin + i, values);
      ++hits;
    }
  }
  hits_.fetch_add(hits, std::memory_order_relaxed);
  misses_.fetch_add(keys.size() - hits, std::memory_order_relaxed);
}

void VectorCache::Put(const Key& key, const FeatureValues& values, size_t at_most) {
  const size_t budget = std::min(budget_, at_most);
  std::unique_ptr<char[]> packed(new char[values.PackedSize()]);
  values.Pack(packed.get());
  MutexLock lock(&mutex_);
  if (key.customer >= places_.size()) {
    const size_t places = key.customer + 1 + key.customer / 8;
    if (places * sizeof(uint32_t) > budget / 2) return;  // no room for what they stand for
    places_.reserve(places);                             // not twice as many
    places_.resize(places);
  }
  Slot* slot = Find(key.customer);
  if (slot == nullptr) {
    if (size_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique<Slot[]>(kBlock));
    slot = &this->slot(size_++);
    slot->customer = key.customer;
    places_[key.customer] = size_;
  } else {
    heap_bytes_ -= HeapBytes(slot->packed.get());
  }
  slot->packed = std::move(packed);
  slot->version = key.version;
  slot->declarations = key.declarations;
  heap_bytes_ += HeapBytes(slot->packed.get());
  while (Bytes() > budget && size_ > 0) RemoveIdle();
  bytes_.store(Bytes(), std::memory_order_relaxed);
}

VectorCache::Counts VectorCache::counts() {
  ReaderMutexLock lock(&mutex_);
  Counts counts;
  counts.hits = hits_.load(std::memory_order_relaxed);
  counts.misses = misses_.load(std::memory_order_relaxed);
  counts.vectors = size_;
  counts.bytes = Bytes();
  return counts;
}

size_t VectorCache::Bytes() const {
  return places_.capacity() * sizeof(uint32_t) + blocks_.size() * (kBlock * sizeof(Slot) + sizeof(blocks_[0])) +
         heap_bytes_;
}

// The next one that was not read since the hand last passed; the last one takes its slot.
void VectorCache::RemoveIdle() {
  do {
    hand_ = (hand_ + 1) % size_;
  } while (slot(hand_).read.exchange(false, std::memory_order_relaxed));
  Slot& victim = slot(hand_);
  Slot& last = slot(size_ - 1);
  heap_bytes_ -= HeapBytes(victim.packed.get());
  places_[last.customer] = hand_ + 1;
  places_[victim.customer] = 0;
  victim.packed = std::move(last.packed);  // of itself: gone in the end
  victim.version = last.version;
  victim.declarations = last.declarations;
  victim.customer = last.customer;
  victim.read.store(last.read.exchange(false, std::memory_order_relaxed), std::memory_order_relaxed);
  last.packed.reset();
  if (--size_ % kBlock == 0) blocks_.pop_back();
}

}  // namespace ebb::feature_store
