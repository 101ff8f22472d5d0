#include "feature_store/vector_reader.h"

#include <algorithm>

#include "feature_store/customer_reading.h"

namespace ebb::feature_store {
namespace {

// Under one hold of the lock: a microsecond or two.
constexpr size_t kFoundAtOnce = 64;

}  // namespace

absl::Status VectorReader::ReadColumns(const CompiledDeclarations& declarations,
                                       const google::protobuf::RepeatedPtrField<std::string>& customer_ids,
                                       FeatureColumns* columns) {
  std::vector<Pseudonym> pseudonyms;
  pseudonyms.reserve(static_cast<size_t>(customer_ids.size()));
  for (const std::string& customer_id : customer_ids) pseudonyms.push_back(pseudonyms_->Of(customer_id));
  const std::optional<Found> asked = Find(declarations, pseudonyms);
  if (!asked) return WentOver();
  const Found& found = *asked;
  Found changed;
  size_t next = 0;
  const auto all_before_changed = [&](size_t end) {
    for (; next < end; ++next) changed.Add(found.keys[next], found.rows[next]);
  };
  cache_.Read(found.keys, [&](size_t i, const FeatureValues& values) {
    all_before_changed(i);
    next = i + 1;
    columns->Set(found.rows[i], values);
  });
  all_before_changed(found.keys.size());
  return changed.keys.empty() ? absl::OkStatus() : Compute(declarations, changed, columns);
}

std::optional<VectorReader::Found> VectorReader::Find(const CompiledDeclarations& declarations,
                                                      std::span<const Pseudonym> customers) const {
  Found found;
  found.keys.reserve(customers.size());
  found.rows.reserve(customers.size());
  for (size_t begin = 0; begin < customers.size(); begin += kFoundAtOnce) {
    const auto some = customers.subspan(begin, std::min(kFoundAtOnce, customers.size() - begin));
    ReaderMutexLock lock(&live_->mutex);
    if (&live_->table.served() != &declarations) return std::nullopt;
    // Each look at memory is asked for, for all of them, before it is needed: the waits overlap.
    for (const Pseudonym& customer : some) live_->table.PrefetchSlot(customer);
    for (const Pseudonym& customer : some) live_->table.PrefetchRow(customer);
    for (size_t i = 0; i < some.size(); ++i) {
      const uint32_t id = live_->table.Find(some[i]);
      if (id >= live_->table.folded_customers()) continue;
      found.Add({id, live_->table.row(id).folded_to, &declarations}, static_cast<int>(begin + i));
    }
  }
  return found;
}

absl::Status VectorReader::Compute(const CompiledDeclarations& declarations, const Found& found,
                                   FeatureColumns* columns) {
  std::vector<uint32_t> ids;
  ids.reserve(found.keys.size());
  for (const VectorCache::Key& key : found.keys) ids.push_back(key.customer);
  FeatureValues values;
  return VisitCustomers(live_, *storage_, declarations, ids, [&](size_t i, const Customer& customer, uint64_t version) {
    if (customer.erased) return;
    ComputeValues(declarations, customer, &values);
    Keep({ids[i], version, &declarations}, values);
    columns->Set(found.rows[i], values);
  });
}

void VectorReader::ReadOne(const CompiledDeclarations& declarations, uint32_t id, uint64_t version,
                           const Customer& customer, FeatureValues* values) {
  const VectorCache::Key key{id, version, &declarations};
  bool hit = false;
  cache_.Read({&key, 1}, [&](size_t, const FeatureValues& cached) {
    *values = cached;
    hit = true;
  });
  if (hit) return;
  ComputeValues(declarations, customer, values);
  Keep(key, *values);
}

void VectorReader::Keep(const VectorCache::Key& key, const FeatureValues& values) {
  cache_.Put(key, values, live_->vector_room.load(std::memory_order_relaxed));
  live_->vector_bytes.store(cache_.bytes(), std::memory_order_relaxed);
}

ServedCustomer Describe(const Customer& customer) {
  ServedCustomer served;
  served.customer_id = customer.customer_id;
  served.changed_us = customer.changed_us;
  served.erased = customer.erased;
  served.digest = customer.digest;
  return served;
}

ServedCustomer VectorReader::Serve(const CompiledDeclarations& declarations, uint32_t id, uint64_t version,
                                   const Customer& customer) {
  ServedCustomer served = Describe(customer);
  if (!served.erased) ReadOne(declarations, id, version, customer, &served.values);
  return served;
}

absl::StatusOr<std::vector<ServedCustomer>> VectorReader::ReadCustomers(const CompiledDeclarations& declarations,
                                                                        std::span<const uint32_t> ids) {
  std::vector<ServedCustomer> served(ids.size());
  const absl::Status visited =
      VisitCustomers(live_, *storage_, declarations, ids, [&](size_t i, const Customer& customer, uint64_t version) {
        served[i] = Serve(declarations, ids[i], version, customer);
      });
  if (!visited.ok()) return visited;
  return served;
}

}  // namespace ebb::feature_store
