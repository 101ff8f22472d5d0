#include "feature_store/customer_records.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kRecordsOfAFile = 512;  // fewer are cheaper in the write-ahead log

using Encoded = std::vector<std::pair<std::string, std::string>>;

std::string NameOf(const storage::v1::CustomerRecord& record) {
  storage::v1::CustomerName name;
  name.set_customer_id(record.customer_id());
  return EncodeRecord(name);
}

// In order of keys: many at once become a sorted file, past the write-ahead log.
absl::Status WriteSorted(Family family, Encoded records, Durability of_few, Storage* storage) {
  if (records.empty()) return absl::OkStatus();
  if (records.size() < kRecordsOfAFile) {
    WriteSet changes;
    for (auto& [key, value] : records) changes.Add(family, std::move(key), std::move(value));
    return storage->Write(changes, of_few);
  }
  std::vector<RecordView> views;
  views.reserve(records.size());
  for (const auto& [key, value] : records) views.push_back({key, value});
  return storage->AddSorted(family, views);
}

absl::Status Write(Encoded names, Encoded states, Storage* storage) {
  std::sort(names.begin(), names.end());
  // Never a state on the disk whose name a crash can still take back: files are on the disk at once.
  const Durability of_names = states.size() < kRecordsOfAFile ? Durability::kBuffered : Durability::kSynced;
  absl::Status written = WriteSorted(Family::kNames, std::move(names), of_names, storage);
  if (written.ok()) written = WriteSorted(Family::kState, std::move(states), Durability::kBuffered, storage);
  return written;
}

absl::Status NoRecord(uint32_t id) { return absl::DataLossError(absl::StrCat("customer ", id, " has no record")); }

absl::Status Decode(const Definitions& definitions, uint32_t id, absl::string_view bytes, Customer* customer) {
  storage::v1::CustomerRecord record;
  absl::Status decoded = DecodeRecord(bytes, absl::StrCat("the record of customer ", id), &record);
  return decoded.ok() ? ReadCustomer(definitions, record, customer) : decoded;
}

}  // namespace

absl::Status SaveSome(const SaveLimits& limits, std::span<const uint32_t>* rest, Storage* storage, LiveState* live) {
  Encoded names, states;
  for (size_t bytes = 0; bytes < limits.bytes && !rest->empty();) {
    std::vector<std::pair<uint32_t, storage::v1::CustomerRecord>> records;
    const std::span<const uint32_t> some = rest->first(std::min(rest->size(), limits.customers));
    *rest = rest->subspan(some.size());
    uint32_t named;
    {
      MutexLock lock(&live->mutex);
      named = live->named_customers;
      for (const uint32_t id : some) {
        if (live->table.IsDirty(id)) records.emplace_back(id, live->table.Save(id, live->position));
      }
    }
    for (const auto& [id, record] : records) {
      if (id >= named && !record.erased()) names.emplace_back(record.pseudonym(), NameOf(record));
      states.emplace_back(StateKey(id), EncodeRecord(record));
      bytes += states.back().second.size();
    }
  }
  return Write(std::move(names), std::move(states), storage);
}

absl::StatusOr<std::vector<Customer>> ReadCustomers(const Definitions& definitions, const Storage& storage,
                                                    std::span<const uint32_t> customers) {
  std::vector<std::string> keys;
  keys.reserve(customers.size());
  for (const uint32_t id : customers) keys.push_back(StateKey(id));
  const absl::StatusOr<std::vector<std::optional<std::string>>> values = storage.GetMany(Family::kState, keys);
  if (!values.ok()) return values.status();
  std::vector<Customer> read(customers.size());
  for (size_t i = 0; i < customers.size(); ++i) {
    if (!(*values)[i]) return NoRecord(customers[i]);
    if (absl::Status decoded = Decode(definitions, customers[i], *(*values)[i], &read[i]); !decoded.ok()) {
      return decoded;
    }
  }
  return read;
}

absl::StatusOr<Customer> ReadCustomerIn(const Definitions& definitions, const StorageView& view, uint32_t customer) {
  const std::string key = StateKey(customer);
  const std::unique_ptr<Cursor> cursor = view.Scan(Family::kState, key, key + '\0');
  if (!cursor->Valid()) return cursor->status().ok() ? NoRecord(customer) : cursor->status();
  Customer read;
  if (absl::Status decoded = Decode(definitions, customer, cursor->value(), &read); !decoded.ok()) return decoded;
  return read;
}

}  // namespace ebb::feature_store
