// The part of a customer that can leave memory for its record in Family::kState and come back.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"
#include "feature_store/feature_values.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Times are microseconds since 1970 UTC.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::min();

struct Customer {
  std::string customer_id;
  CustomerState state;
  std::vector<v1::Event> parked;  // ahead of T; folded when T passes
  int64_t as_of_us = kBeforeAll;  // T of the last fold or sweep
  int64_t changed_us = 0;
  bool erased = false;       // nothing is left of it but its place
  Pseudonym digest{};        // of an erased one: what those who follow changes are told
  uint64_t counted_at = 0;   // end of the last entry with an event of it
  size_t counted_bytes = 0;  // of memory, as the table last counted it
};

// Reads what a record says of a customer. FAILED_PRECONDITION when its aggregates were made by other declarations: the
// customer then has all but those, and they have to be folded anew from the raw events.
absl::Status ReadCustomer(const CompiledDeclarations& declarations, const storage::v1::CustomerRecord& record,
                          Customer* customer);

// The vector of a customer as of its last fold or sweep.
void ComputeValues(const CompiledDeclarations& declarations, const Customer& customer, FeatureValues* values);

// The first T at which a parked event shows.
int64_t ShowsFrom(const v1::Event& event);
// Of all that are parked; kNever where none is.
int64_t NextToShow(const std::vector<v1::Event>& parked);

// Memory held, including this object.
size_t MemoryBytes(const Customer& customer);

}  // namespace ebb::feature_store
