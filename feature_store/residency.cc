#include "feature_store/residency.h"

#include <algorithm>
#include <utility>

#include "feature_store/customer_records.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kCustomersAtOnce = 1'024;  // looked up
// Of the budget, what is there beside the rows whatever they take, so that records are written many at once: one in
constexpr size_t kLeastPart = 32;
constexpr size_t kWorthAFile = 2;  // of what has to be freed, the part that waits: one in

}  // namespace

absl::Status Residency::Load(std::vector<uint32_t> customers) {
  std::sort(customers.begin(), customers.end());
  customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
  for (size_t first = 0; first < customers.size(); first += kCustomersAtOnce) {
    const std::span<const uint32_t> ids =
        std::span(customers).subspan(first, std::min(kCustomersAtOnce, customers.size() - first));
    Definitions definitions;
    std::vector<AbsentCustomer> absent;
    {
      ReaderMutexLock lock(&live_->mutex);
      definitions = live_->table.definitions();
      for (const uint32_t id : ids) {
        if (live_->table.at(id) == nullptr) absent.push_back({id, live_->table.WaitingOf(id)});
      }
    }
    absl::StatusOr<std::vector<Customer>> read = ReadCustomers(definitions, *storage_, absent);
    if (!read.ok()) return read.status();
    MutexLock lock(&live_->mutex);
    for (size_t i = 0; i < absent.size(); ++i) live_->table.MakeResident(absent[i].id, std::move((*read)[i]));
  }
  return absl::OkStatus();
}

size_t Residency::BytesLeft() const {
  return options_.state_memory_bytes - std::min(options_.state_memory_bytes, live_->table.OverheadBytes());
}

size_t Residency::BytesToFree() const {
  const size_t bytes = live_->table.MemoryBytes() - live_->table.OverheadBytes(), left = BytesLeft();
  const size_t vectors = std::min(left, live_->vector_bytes.load(std::memory_order_relaxed));
  const size_t least = std::max(options_.least_state_bytes, options_.state_memory_bytes / kLeastPart);
  const size_t budget = std::max(left - vectors, least);
  return bytes <= budget ? 0 : bytes - budget + budget / 8;
}

bool Residency::IsFull() const {
  ReaderMutexLock lock(&live_->mutex);
  live_->vector_room.store(BytesLeft() / 2, std::memory_order_relaxed);
  return BytesToFree() > 0;
}

absl::Status Residency::MakeRoom() {
  {
    MutexLock lock(&live_->mutex);
    if (BytesToFree() == 0) return absl::OkStatus();
    live_->table.LetNewWait();
    live_->room_wanted = true;
  }
  absl::Status evicted;
  {
    MutexLock records_lock(&live_->records_mutex);  // waits for a checkpoint to write what it has saved
    evicted = Evict();
  }
  MutexLock lock(&live_->mutex);
  live_->room_wanted = false;
  live_->room_made.SignalAll();
  return evicted;
}

absl::Status Residency::Evict() {
  std::vector<uint32_t> waiting, idle;
  {
    MutexLock lock(&live_->mutex);
    // Where it is worth a file: what waits is cheap to append to the records, and nobody is the slower for it.
    if (live_->table.waiting_bytes() * kWorthAFile >= BytesToFree()) waiting = live_->table.FindWaiting();
  }
  if (absl::Status saved = SaveAll({}, waiting, storage_, live_); !saved.ok()) return saved;
  {
    MutexLock lock(&live_->mutex);
    if (!waiting.empty()) live_->table.DropWaiting();
    if (BytesToFree() > 0) idle = live_->table.FindIdle(BytesToFree());
  }
  if (absl::Status saved = SaveAll({}, idle, storage_, live_); !saved.ok()) return saved;
  MutexLock lock(&live_->mutex);
  live_->table.Evict(idle);
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
