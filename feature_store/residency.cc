#include "feature_store/residency.h"

#include <algorithm>
#include <utility>

#include "feature_store/customer_records.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kCustomersAtOnce = 1'024;       // looked up
constexpr size_t kLeastResidentBytes = 1 << 20;  // whatever the rows take

}  // namespace

absl::Status Residency::Load(std::vector<uint32_t> customers) {
  std::sort(customers.begin(), customers.end());
  customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
  Definitions definitions;
  {
    ReaderMutexLock lock(&live_->mutex);
    definitions = live_->table.definitions();
    std::erase_if(customers,
                  [&](uint32_t id) ABSL_NO_THREAD_SAFETY_ANALYSIS { return live_->table.at(id) != nullptr; });
  }
  for (size_t first = 0; first < customers.size(); first += kCustomersAtOnce) {
    const std::span<const uint32_t> ids =
        std::span(customers).subspan(first, std::min(kCustomersAtOnce, customers.size() - first));
    absl::StatusOr<std::vector<Customer>> read = ReadCustomers(definitions, *storage_, ids);
    if (!read.ok()) return read.status();
    MutexLock lock(&live_->mutex);
    for (size_t i = 0; i < ids.size(); ++i) live_->table.MakeResident(ids[i], std::move((*read)[i]));
  }
  return absl::OkStatus();
}

size_t Residency::BytesToFree() const {
  const size_t rows = live_->table.OverheadBytes(), bytes = live_->table.MemoryBytes();
  const size_t budget = std::max(budget_bytes_, rows + kLeastResidentBytes);
  return bytes <= budget ? 0 : bytes - budget + (budget - rows) / 8;
}

bool Residency::IsFull() const {
  ReaderMutexLock lock(&live_->mutex);
  return BytesToFree() > 0;
}

absl::Status Residency::MakeRoom() {
  {
    MutexLock lock(&live_->mutex);
    if (BytesToFree() == 0) return absl::OkStatus();
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
  std::vector<uint32_t> idle;
  {
    MutexLock lock(&live_->mutex);
    idle = live_->table.FindIdle(BytesToFree());
  }
  for (std::span<const uint32_t> rest = idle; !rest.empty();) {
    if (absl::Status saved = SaveSome({}, &rest, storage_, live_); !saved.ok()) return saved;
  }
  MutexLock lock(&live_->mutex);
  live_->table.Evict(idle);
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
