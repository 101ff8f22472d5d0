#include "feature_store/customer_records.h"

#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kRecordsOfAFile = 512;  // fewer are cheaper in the write-ahead log

using Encoded = std::vector<WriteSet::Put>;

struct Records {
  Encoded names;
  Encoded states;
};

WriteSet::Put NameOf(const Pseudonym& pseudonym, const std::string& customer_id) {
  storage::v1::CustomerName name;
  name.set_customer_id(customer_id);
  return {Family::kNames, std::string(reinterpret_cast<const char*>(pseudonym.data()), pseudonym.size()),
          EncodeRecord(name)};
}

// In order of keys: many at once become a sorted file, past the write-ahead log.
absl::Status WriteSorted(Family family, Encoded records, Durability of_few, Storage* storage) {
  if (records.empty()) return absl::OkStatus();
  if (records.size() < kRecordsOfAFile) {
    WriteSet changes;
    changes.puts = std::move(records);
    return storage->Write(changes, of_few);
  }
  std::vector<RecordView> views;
  views.reserve(records.size());
  for (const WriteSet::Put& put : records) views.push_back({put.key, put.value, put.appends});
  return storage->AddSorted(family, views);
}

absl::Status Write(Records records, Storage* storage) {
  const auto by_key = [](const auto& a, const auto& b) { return a.key < b.key; };
  std::sort(records.names.begin(), records.names.end(), by_key);
  std::sort(records.states.begin(), records.states.end(), by_key);  // whole and appended ones come in two runs
  // Never a state on the disk whose name a crash can still take back.
  absl::Status written = WriteSorted(Family::kNames, std::move(records.names), Durability::kSynced, storage);
  if (written.ok()) written = WriteSorted(Family::kState, std::move(records.states), Durability::kBuffered, storage);
  return written;
}

absl::Status NoRecord(uint32_t id) { return absl::DataLossError(absl::StrCat("customer ", id, " has no record")); }

// Without a record a customer is what waits.
absl::Status Decode(const Definitions& definitions, const AbsentCustomer& absent,
                    const std::optional<absl::string_view>& bytes, Customer* customer) {
  storage::v1::CustomerRecord record;
  if (!bytes && absent.waiting.empty()) return NoRecord(absent.id);
  if (bytes) {
    absl::Status decoded = DecodeRecord(*bytes, absl::StrCat("the record of customer ", absent.id), &record);
    if (!decoded.ok()) return decoded;
  }
  return ReadCustomer(definitions, record, absent.waiting, customer);
}

// Of customers off the front of `rest`.
Records MakeRecords(const SaveLimits& limits, std::span<const uint32_t>* rest, LiveState* live)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->records_mutex) ABSL_LOCKS_EXCLUDED(live->mutex) {
  Encoded names, states;
  for (size_t bytes = 0; bytes < limits.bytes && !rest->empty();) {
    std::vector<std::pair<uint32_t, storage::v1::CustomerRecord>> records;
    const std::span<const uint32_t> some = rest->first(std::min(rest->size(), limits.customers));
    *rest = rest->subspan(some.size());
    const size_t before = states.size();
    {
      MutexLock lock(&live->mutex);
      for (const uint32_t id : some) {
        if (!live->table.IsDirty(id)) continue;
        const bool first = !live->table.IsRecorded(id) && !live->table.row(id).erased;
        if (live->table.at(id) == nullptr) {
          const std::string customer_id = first ? live->table.WaitingId(id) : "";
          if (first) names.push_back(NameOf(live->table.row(id).pseudonym, customer_id));
          std::string record = live->table.SaveWaiting(id, customer_id, live->position);
          states.push_back({Family::kState, StateKey(id), std::move(record), /*appends=*/!first});
        } else {
          records.emplace_back(id, live->table.Save(id, live->position));
          if (first) names.push_back(NameOf(live->table.row(id).pseudonym, live->table.at(id)->customer_id));
        }
      }
    }
    for (const auto& [id, record] : records) states.push_back({Family::kState, StateKey(id), EncodeRecord(record)});
    for (size_t i = before; i < states.size(); ++i) bytes += states[i].value.size();
  }
  return {std::move(names), std::move(states)};
}

}  // namespace

absl::Status SaveSome(const SaveLimits& limits, std::span<const uint32_t>* rest, Storage* storage, LiveState* live) {
  return Write(MakeRecords(limits, rest, live), storage);
}

absl::Status SaveAll(const SaveLimits& limits, std::span<const uint32_t> customers, Storage* storage, LiveState* live) {
  std::future<absl::Status> writing;
  while (!customers.empty()) {
    Records records = MakeRecords(limits, &customers, live);
    if (writing.valid()) {
      if (absl::Status written = writing.get(); !written.ok()) return written;
    }
    writing = std::async(std::launch::async, [records = std::move(records), storage]() mutable {
      return Write(std::move(records), storage);
    });
  }
  return writing.valid() ? writing.get() : absl::OkStatus();
}

absl::StatusOr<std::vector<Customer>> ReadCustomers(const Definitions& definitions, const Storage& storage,
                                                    std::span<const AbsentCustomer> customers) {
  std::vector<std::string> keys;
  keys.reserve(customers.size());
  for (const AbsentCustomer& absent : customers) keys.push_back(StateKey(absent.id));
  const absl::StatusOr<std::vector<std::optional<std::string>>> values = storage.GetMany(Family::kState, keys);
  if (!values.ok()) return values.status();
  std::vector<Customer> read(customers.size());
  for (size_t i = 0; i < customers.size(); ++i) {
    if (absl::Status decoded = Decode(definitions, customers[i], (*values)[i], &read[i]); !decoded.ok()) return decoded;
  }
  return read;
}

absl::StatusOr<Customer> ReadCustomerIn(const Definitions& definitions, const StorageView& view,
                                        const AbsentCustomer& customer) {
  const std::string key = StateKey(customer.id);
  const std::unique_ptr<Cursor> cursor = view.Scan(Family::kState, key, key + '\0');
  if (!cursor->status().ok()) return cursor->status();
  std::optional<absl::string_view> bytes;
  if (cursor->Valid()) bytes = cursor->value();
  Customer read;
  if (absl::Status decoded = Decode(definitions, customer, bytes, &read); !decoded.ok()) return decoded;
  return read;
}

}  // namespace ebb::feature_store
