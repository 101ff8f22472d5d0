#include "feature_store/residency.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kCustomersAtOnce = 1'024;       // looked up, or saved while others wait
constexpr size_t kRecordsOfAFile = 512;          // fewer are cheaper in the write-ahead log
constexpr size_t kLeastResidentBytes = 1 << 20;  // whatever the rows take

using Encoded = std::vector<std::pair<std::string, std::string>>;

std::string NameOf(const storage::v1::CustomerRecord& record) {
  storage::v1::CustomerName name;
  name.set_customer_id(record.customer_id());
  return EncodeRecord(name);
}

// In order of keys.
absl::Status WriteAll(Family family, Encoded records, Storage* storage) {
  if (records.size() < kRecordsOfAFile) {
    WriteSet changes;
    for (auto& [key, value] : records) changes.Add(family, std::move(key), std::move(value));
    return changes.puts.empty() ? absl::OkStatus() : storage->Write(changes, Durability::kBuffered);
  }
  std::vector<RecordView> views;
  views.reserve(records.size());
  for (const auto& [key, value] : records) views.push_back({key, value});
  return storage->AddSorted(family, views);
}

}  // namespace

absl::Status Residency::Load(std::vector<uint32_t> customers) {
  std::sort(customers.begin(), customers.end());
  customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
  {
    ReaderMutexLock lock(&live_->mutex);
    std::erase_if(customers,
                  [&](uint32_t id) ABSL_NO_THREAD_SAFETY_ANALYSIS { return live_->table.at(id) != nullptr; });
  }
  for (size_t first = 0; first < customers.size(); first += kCustomersAtOnce) {
    const std::span<const uint32_t> ids =
        std::span(customers).subspan(first, std::min(kCustomersAtOnce, customers.size() - first));
    std::vector<std::string> keys;
    for (const uint32_t id : ids) keys.push_back(StateKey(id));
    const absl::StatusOr<std::vector<std::optional<std::string>>> values = storage_->GetMany(Family::kState, keys);
    if (!values.ok()) return values.status();
    std::vector<Customer> read(ids.size());
    storage::v1::CustomerRecord record;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (!(*values)[i]) return absl::DataLossError(absl::StrCat("customer ", ids[i], " has no record"));
      const std::string what = absl::StrCat("the record of customer ", ids[i]);
      if (absl::Status decoded = DecodeRecord(*(*values)[i], what, &record); !decoded.ok()) return decoded;
      if (absl::Status parsed = ReadCustomer(live_->declarations(), record, &read[i]); !parsed.ok()) return parsed;
    }
    MutexLock lock(&live_->mutex);
    for (size_t i = 0; i < ids.size(); ++i) live_->table.MakeResident(ids[i], std::move(read[i]));
  }
  return absl::OkStatus();
}

size_t Residency::BytesToFree() const {
  const size_t rows = live_->table.OverheadBytes(), bytes = live_->table.MemoryBytes();
  const size_t budget = std::max(budget_bytes_, rows + kLeastResidentBytes);
  return bytes <= budget ? 0 : bytes - budget + (budget - rows) / 8;
}

absl::Status Residency::MakeRoom() {
  {
    ReaderMutexLock lock(&live_->mutex);
    if (BytesToFree() == 0) return absl::OkStatus();
  }
  MutexLock records_lock(&live_->records_mutex);  // waits for a checkpoint to write what it has saved
  std::vector<uint32_t> idle;
  {
    MutexLock lock(&live_->mutex);
    idle = live_->table.FindIdle(BytesToFree());
  }
  if (absl::Status written = WriteBack(idle); !written.ok()) return written;
  MutexLock lock(&live_->mutex);
  live_->table.Evict(idle);
  return absl::OkStatus();
}

absl::Status Residency::WriteBack(std::span<const uint32_t> customers) {
  std::vector<std::pair<uint32_t, storage::v1::CustomerRecord>> records;
  uint32_t named = 0;
  for (size_t first = 0; first < customers.size(); first += kCustomersAtOnce) {
    MutexLock lock(&live_->mutex);
    named = live_->named_customers;
    for (const uint32_t id : customers.subspan(first, std::min(kCustomersAtOnce, customers.size() - first))) {
      if (live_->table.IsDirty(id)) records.emplace_back(id, live_->table.Save(id, live_->position));
    }
  }
  return WriteRecords(std::move(records), named, storage_);
}

absl::Status WriteRecords(std::vector<std::pair<uint32_t, storage::v1::CustomerRecord>> records, uint32_t named,
                          Storage* storage) {
  Encoded names, states;
  states.reserve(records.size());
  for (auto& [id, record] : records) {
    if (id >= named && !record.erased()) names.emplace_back(record.pseudonym(), NameOf(record));
    states.emplace_back(StateKey(id), EncodeRecord(record));
    record.Clear();
  }
  std::sort(names.begin(), names.end());
  if (absl::Status written = WriteAll(Family::kNames, std::move(names), storage); !written.ok()) return written;
  return WriteAll(Family::kState, std::move(states), storage);
}

}  // namespace ebb::feature_store
