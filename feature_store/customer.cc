#include "feature_store/customer.h"

#include <algorithm>

#include "feature_store/event_time.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {

absl::Status ReadCustomer(const CompiledDeclarations& declarations, const storage::v1::CustomerRecord& record,
                          Customer* customer) {
  customer->customer_id = record.customer_id();
  customer->parked.assign(record.parked().begin(), record.parked().end());
  customer->as_of_us = record.as_of_us();
  customer->changed_us = record.changed_us();
  customer->erased = record.erased();
  if (customer->erased) {
    std::copy_n(record.digest().begin(), std::min(record.digest().size(), customer->digest.size()),
                customer->digest.begin());
  }
  if (customer->erased) return absl::OkStatus();  // under whatever declarations
  absl::StatusOr<CustomerState> state = CustomerState::Parse(declarations, record.state());
  if (!state.ok()) return state.status();
  customer->state = *std::move(state);
  return absl::OkStatus();
}

void ComputeValues(const CompiledDeclarations& declarations, const Customer& customer, FeatureValues* values) {
  ComputeValues(declarations, customer.state, absl::FromUnixMicros(customer.as_of_us), values);
}

int64_t ShowsFrom(const v1::Event& event) {
  return ToMicros(event.event_time()) + (event.has_imported_snapshot() ? 0 : 1);
}

int64_t NextToShow(const std::vector<v1::Event>& parked) {
  int64_t next = kNever;
  for (const v1::Event& event : parked) next = std::min(next, ShowsFrom(event));
  return next;
}

size_t MemoryBytes(const Customer& customer) {
  size_t bytes = sizeof(customer) - sizeof(customer.state) + customer.state.MemoryBytes();
  if (customer.customer_id.capacity() > 15) bytes += customer.customer_id.capacity() + 1;
  for (const v1::Event& event : customer.parked) bytes += event.SpaceUsedLong();
  return bytes;
}

}  // namespace ebb::feature_store
