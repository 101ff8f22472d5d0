#include "feature_store/customer.h"

#include <algorithm>
#include <utility>

#include "feature_store/event_time.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {

std::optional<absl::string_view> StateUnder(const CompiledDeclarations& declarations,
                                            const storage::v1::CustomerRecord& record) {
  if (CustomerState::IsOf(declarations, record.state())) return record.state();
  const bool complete = !record.next_state().empty() && !record.has_next_from();
  if (complete && CustomerState::IsOf(declarations, record.next_state())) return record.next_state();
  return std::nullopt;
}

namespace {

// Null where the record has nothing of use under the next declarations.
absl::StatusOr<std::unique_ptr<NextState>> ReadNext(const Definitions& definitions,
                                                    const storage::v1::CustomerRecord& record) {
  if (definitions.next == nullptr) return nullptr;
  std::optional<absl::string_view> bytes = StateUnder(*definitions.next, record);
  const bool begun_by_us = record.has_next_from() && record.next_from() == definitions.next_from;
  const bool partial = !bytes.has_value() && begun_by_us && CustomerState::IsOf(*definitions.next, record.next_state());
  if (partial) bytes = record.next_state();
  if (!bytes.has_value()) return nullptr;
  absl::StatusOr<CustomerState> state = CustomerState::Parse(*definitions.next, {bytes->data(), bytes->size()});
  if (!state.ok()) return state.status();
  std::unique_ptr<NextState> next = NextState::Begun(partial ? record.next_lacks_until_us() : kBeforeAll);
  next->state = *std::move(state);
  return next;
}

}  // namespace

absl::Status ReadCustomer(const Definitions& definitions, const storage::v1::CustomerRecord& record,
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
  const absl::string_view served = StateUnder(*definitions.served, record).value_or(record.state());
  absl::StatusOr<CustomerState> state = CustomerState::Parse(*definitions.served, {served.data(), served.size()});
  if (!state.ok()) return state.status();
  customer->state = *std::move(state);
  absl::StatusOr<std::unique_ptr<NextState>> next = ReadNext(definitions, record);
  if (!next.ok()) return next.status();
  customer->next = *std::move(next);
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
  if (customer.next != nullptr) {
    bytes += sizeof(NextState) - sizeof(CustomerState) + customer.next->state.MemoryBytes();
  }
  if (customer.customer_id.capacity() > 15) bytes += customer.customer_id.capacity() + 1;
  for (const v1::Event& event : customer.parked) bytes += event.SpaceUsedLong();
  return bytes;
}

}  // namespace ebb::feature_store
