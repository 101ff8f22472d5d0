#include "feature_store/vector_reader.h"

#include <algorithm>

#include "feature_store/customer_reading.h"

namespace ebb::feature_store {
namespace {

// Under one hold of the lock: some ten microseconds where they have to be computed.
constexpr size_t kCustomersAtOnce = 16;

}  // namespace

absl::Status VectorReader::ReadColumns(const google::protobuf::RepeatedPtrField<std::string>& customer_ids,
                                FeatureColumns* columns) {
  const auto asked = static_cast<size_t>(customer_ids.size());
  std::vector<Pseudonym> pseudonyms;
  pseudonyms.reserve(asked);
  for (const std::string& customer_id : customer_ids) pseudonyms.push_back(pseudonyms_->Of(customer_id));

  std::vector<Absent> absent;
  FeatureValues values;  // its memory serves all of them
  for (size_t begin = 0; begin < asked; begin += kCustomersAtOnce) {
    const size_t end = std::min(asked, begin + kCustomersAtOnce);
    ReaderMutexLock lock(&live_->mutex);
    for (size_t i = begin; i < end; ++i) live_->table.PrefetchSlot(pseudonyms[i]);
    for (size_t i = begin; i < end; ++i) {
      const uint32_t id = live_->table.Find(pseudonyms[i]);
      if (id >= live_->table.folded_customers()) continue;
      const int row = static_cast<int>(i);
      const uint64_t version = live_->table.row(id).folded_to;
      if (const Customer* customer = live_->table.at(id)) {
        ReadOne(id, version, *customer, &values);
      } else if (!cache_.Get(id, version, &values)) {
        absent.push_back({id, version, row});
        continue;
      }
      columns->Set(row, values);
    }
  }
  return absent.empty() ? absl::OkStatus() : ReadAbsent(absent, columns);
}

absl::Status VectorReader::ReadAbsent(const std::vector<Absent>& absent, FeatureColumns* columns) {
  std::vector<uint32_t> ids;
  for (const Absent& one : absent) ids.push_back(one.id);
  FeatureValues values;
  return VisitCustomers(live_, *storage_, ids, [&](size_t i, const Customer& customer, uint64_t) {
    if (customer.erased) return;
    ReadOne(ids[i], absent[i].version, customer, &values);
    columns->Set(absent[i].row, values);
  });
}

void VectorReader::ReadOne(uint32_t id, uint64_t version, const Customer& customer, FeatureValues* values) {
  if (cache_.Get(id, version, values)) return;
  ComputeValues(live_->declarations(), customer, values);
  cache_.Put(id, version, *values);
}

ServedCustomer Describe(const Customer& customer) {
  ServedCustomer served;
  served.customer_id = customer.customer_id;
  served.changed_us = customer.changed_us;
  served.erased = customer.erased;
  served.digest = customer.digest;
  return served;
}

ServedCustomer VectorReader::Serve(uint32_t id, uint64_t version, const Customer& customer) {
  ServedCustomer served = Describe(customer);
  if (!served.erased) ReadOne(id, version, customer, &served.values);
  return served;
}

absl::StatusOr<std::vector<ServedCustomer>> VectorReader::ReadCustomers(std::span<const uint32_t> ids) {
  std::vector<ServedCustomer> served(ids.size());
  const absl::Status visited =
      VisitCustomers(live_, *storage_, ids, [&](size_t i, const Customer& customer, uint64_t version) {
        served[i] = Serve(ids[i], version, customer);
      });
  if (!visited.ok()) return visited;
  return served;
}

}  // namespace ebb::feature_store
