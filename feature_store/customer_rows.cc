#include "feature_store/customer_rows.h"

#include <cstring>

namespace ebb::feature_store {

// A pseudonym is random already: its first bytes are as good a hash as any.
size_t CustomerRows::SlotOf(const Pseudonym& pseudonym) const {
  uint64_t hash = 0;
  std::memcpy(&hash, pseudonym.data(), sizeof(hash));
  return hash & (slots_.size() - 1);
}

uint32_t CustomerRows::Find(const Pseudonym& pseudonym) const {
  if (slots_.empty()) return kNone;
  for (size_t slot = SlotOf(pseudonym);; slot = (slot + 1) & (slots_.size() - 1)) {
    const uint32_t id = slots_[slot];
    if (id == kNone || (*this)[id].pseudonym == pseudonym) return id;
  }
}

void CustomerRows::Add(uint32_t id, const Pseudonym& pseudonym) {
  while (blocks_.size() * kBlock <= id) blocks_.push_back(std::make_unique<CustomerRow[]>(kBlock));
  size_ = std::max(size_, id + 1);
  (*this)[id].pseudonym = pseudonym;
  if (4 * (used_slots_ + size_t{1}) > 3 * slots_.size()) Grow();
  size_t slot = SlotOf(pseudonym);
  while (slots_[slot] != kNone) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = id;
  ++used_slots_;
}

void CustomerRows::Grow() {
  const std::vector<uint32_t> before(std::move(slots_));
  slots_.assign(std::max<size_t>(1024, 2 * before.size()), kNone);
  for (const uint32_t id : before) {
    if (id == kNone) continue;
    size_t slot = SlotOf((*this)[id].pseudonym);
    while (slots_[slot] != kNone) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = id;
  }
}

void CustomerRows::PrefetchSlot(const Pseudonym& pseudonym) const {
  if (!slots_.empty()) __builtin_prefetch(&slots_[SlotOf(pseudonym)]);
}

void CustomerRows::PrefetchRow(const Pseudonym& pseudonym) const {
  if (slots_.empty()) return;
  // Nearly always the first one looked at.
  if (const uint32_t id = slots_[SlotOf(pseudonym)]; id != kNone) PrefetchRow(id);
}

}  // namespace ebb::feature_store
