// The part of a customer that can leave memory for its record in Family::kState and come back.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"
#include "feature_store/definitions.h"
#include "feature_store/feature_values.h"
#include "feature_store/waiting_events.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Times are microseconds since 1970 UTC.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::min();

// Aggregates under the declarations that are to be served next.
struct NextState {
  CustomerState state;
  // Of the events before Definitions::next_from it lacks those that show at or before this T. Folding commutes, so they
  // may come after newer ones. kBeforeAll: it is complete.
  int64_t lacks_until_us = kBeforeAll;

  // Before anything is folded into it.
  static std::unique_ptr<NextState> Begun(int64_t lacks_until_us) {
    auto begun = std::make_unique<NextState>();
    begun->lacks_until_us = lacks_until_us;
    return begun;
  }
};

struct Customer {
  std::string customer_id;
  CustomerState state;              // under the declarations that are served
  std::unique_ptr<NextState> next;  // under the next ones; null: nothing yet
  std::vector<v1::Event> parked;    // ahead of T; folded when T passes
  int64_t as_of_us = kBeforeAll;    // T of the last fold or sweep
  int64_t changed_us = 0;
  bool erased = false;           // nothing is left of it but its place
  Pseudonym digest{};            // of an erased one: what those who follow changes are told
  uint64_t counted_at = 0;       // end of the last entry with an event of it
  bool ahead_of_record = false;  // its record has events unfolded that are folded here
  size_t counted_bytes = 0;      // of memory, as the table last counted it
};

// The record's aggregates under these declarations, serialised, empty where no event was folded yet; nothing where it
// has none, or none that are complete.
std::optional<absl::string_view> StateUnder(const CompiledDeclarations& declarations,
                                            const storage::v1::CustomerRecord& record);

// What a record says of a customer, with what it holds unfolded and what waits in memory folded in. An event that waits
// and is in the record already counts once. FAILED_PRECONDITION when there are no aggregates under what is served.
absl::Status ReadCustomer(const Definitions& definitions, const storage::v1::CustomerRecord& record,
                          const std::vector<WaitingEvent>& waiting, Customer* customer);

// The vector of a customer as of its last fold or sweep.
void ComputeValues(const CompiledDeclarations& declarations, const Customer& customer, FeatureValues* values);

// customer_id of an ebb.v1.Event's bytes; empty where they are damaged.
std::string CustomerIdOf(absl::string_view event);

// Takes what is parked and shows at T.
std::vector<v1::Event> TakeShown(int64_t clock_us, std::vector<v1::Event>* parked);
// The first T at which a parked event shows.
int64_t ShowsFrom(const v1::Event& event);
// Of all that are parked; kNever where none is.
int64_t NextToShow(const std::vector<v1::Event>& parked);

// Memory held, including this object.
size_t MemoryBytes(const Customer& customer);

}  // namespace ebb::feature_store
