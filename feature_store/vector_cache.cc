#include "feature_store/vector_cache.h"

#include <utility>

namespace ebb::feature_store {

bool VectorCache::Get(uint32_t customer, uint64_t version, FeatureValues* values) {
  Shard& shard = shards_[customer % kShards];
  MutexLock lock(&shard.mutex);
  Slot* slot = Find(customer, &shard);
  if (slot == nullptr || slot->version != version) {
    ++shard.misses;
    return false;
  }
  ++shard.hits;
  slot->read = true;
  *values = slot->values;
  return true;
}

void VectorCache::Put(uint32_t customer, uint64_t version, const FeatureValues& values) {
  Shard& shard = shards_[customer % kShards];
  MutexLock lock(&shard.mutex);
  Slot* slot = Find(customer, &shard);
  if (slot == nullptr) slot = Add(customer, values.HeapBytes(), &shard);
  if (slot == nullptr) return;
  shard.bytes -= slot->values.HeapBytes();
  slot->version = version;
  slot->values = values;
  shard.bytes += slot->values.HeapBytes();
}

void VectorCache::Clear() {
  for (Shard& shard : shards_) {
    MutexLock lock(&shard.mutex);
    shard.place = std::vector<uint32_t>();
    shard.slots = std::deque<Slot>();
    shard.hand = shard.bytes = 0;
  }
}

VectorCache::Counts VectorCache::counts() {
  Counts counts;
  for (Shard& shard : shards_) {
    MutexLock lock(&shard.mutex);
    counts.hits += shard.hits;
    counts.misses += shard.misses;
    counts.vectors += shard.slots.size();
    counts.bytes += shard.bytes + shard.place.capacity() * sizeof(uint32_t);
  }
  return counts;
}

VectorCache::Slot* VectorCache::Find(uint32_t customer, Shard* shard) {
  const size_t index = customer / kShards;
  if (index >= shard->place.size() || shard->place[index] == 0) return nullptr;
  return &shard->slots[shard->place[index] - 1];
}

// A slot for a customer that has none, after others made room for it. Null where the budget is not enough for any.
VectorCache::Slot* VectorCache::Add(uint32_t customer, size_t bytes, Shard* shard) {
  const size_t index = customer / kShards;
  const size_t places = index < shard->place.size() ? shard->place.capacity() : index + 1 + index / 2;
  bytes += sizeof(Slot) + places * sizeof(uint32_t);
  while (shard->bytes + bytes > shard_budget_ && !shard->slots.empty()) RemoveOne(shard);
  if (shard->bytes + bytes > shard_budget_) return nullptr;
  shard->place.reserve(places);
  if (index >= shard->place.size()) shard->place.resize(places);
  Slot& slot = shard->slots.emplace_back();
  slot.customer = customer;
  shard->bytes += sizeof(Slot);
  shard->place[index] = static_cast<uint32_t>(shard->slots.size());
  return &slot;
}

// The next one that was not read since the hand last passed; the last one takes its slot.
void VectorCache::RemoveOne(Shard* shard) {
  do {
    shard->hand = (shard->hand + 1) % shard->slots.size();
  } while (std::exchange(shard->slots[shard->hand].read, false));
  Slot& victim = shard->slots[shard->hand];
  shard->bytes -= sizeof(Slot) + victim.values.HeapBytes();
  const uint32_t removed = victim.customer;
  shard->place[shard->slots.back().customer / kShards] = static_cast<uint32_t>(shard->hand + 1);
  shard->place[removed / kShards] = 0;
  if (&victim != &shard->slots.back()) victim = std::move(shard->slots.back());
  shard->slots.pop_back();
}

}  // namespace ebb::feature_store
