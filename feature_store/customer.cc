#include "feature_store/customer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "feature_store/event_time.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {

std::optional<absl::string_view> StateUnder(const CompiledDeclarations& declarations,
                                            const storage::v1::CustomerRecord& record) {
  if (CustomerState::IsOf(declarations, record.state())) return record.state();
  if (record.state().empty() && !record.unfolded().empty()) return "";  // nothing was folded yet
  const bool complete = !record.next_state().empty() && !record.has_next_from();
  if (complete && CustomerState::IsOf(declarations, record.next_state())) return record.next_state();
  return std::nullopt;
}

namespace {

// Null where the record has nothing of use under the next declarations.
absl::StatusOr<std::unique_ptr<NextState>> ReadNext(const Definitions& definitions,
                                                    const storage::v1::CustomerRecord& record) {
  if (definitions.next == nullptr || !record.unfolded().empty()) return nullptr;  // what is unfolded is not in it
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

// Reads the bytes of an event that was checked when it came.
absl::Status ReadEvent(absl::string_view bytes, google::protobuf::Arena* arena, EventView* view) {
  if (ReadEventView({bytes.data(), bytes.size()}, arena, view)) return absl::OkStatus();
  auto* const message = google::protobuf::Arena::CreateMessage<v1::Event>(arena);
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("an event that is not folded yet cannot be read: it is damaged");
  }
  *view = ViewOf(*message, arena);
  return absl::OkStatus();
}

absl::Status FoldBytes(const CompiledDeclarations& declarations, absl::string_view bytes, Customer* customer) {
  google::protobuf::Arena arena;
  EventView event;
  if (absl::Status read = ReadEvent(bytes, &arena, &event); !read.ok()) return read;
  if (customer->customer_id.empty()) customer->customer_id = std::string(event.customer_id);
  customer->state.Fold(declarations, event);
  return absl::OkStatus();
}

// Folding commutes, so it does not matter what came when: all of them show by now.
absl::Status FoldUnfolded(const CompiledDeclarations& declarations, const storage::v1::CustomerRecord& record,
                          const std::vector<WaitingEvent>& waiting, Customer* customer) {
  for (const std::string& event : record.unfolded()) {
    if (absl::Status folded = FoldBytes(declarations, event, customer); !folded.ok()) return folded;
  }
  for (const WaitingEvent& event : waiting) {
    if (event.end <= record.folded_to()) continue;
    if (absl::Status folded = FoldBytes(declarations, event.bytes, customer); !folded.ok()) return folded;
    customer->as_of_us = customer->changed_us = event.clock_us;
  }
  for (const v1::Event& event : TakeShown(customer->as_of_us, &customer->parked)) {
    customer->state.Fold(declarations, event);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadCustomer(const Definitions& definitions, const storage::v1::CustomerRecord& record,
                          const std::vector<WaitingEvent>& waiting, Customer* customer) {
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
  const bool anything_folded = !served.empty() || (record.unfolded().empty() && waiting.empty());
  if (anything_folded) {
    absl::StatusOr<CustomerState> state = CustomerState::Parse(*definitions.served, {served.data(), served.size()});
    if (!state.ok()) return state.status();
    customer->state = *std::move(state);
  }
  if (absl::Status folded = FoldUnfolded(*definitions.served, record, waiting, customer); !folded.ok()) return folded;
  customer->ahead_of_record = !record.unfolded().empty();
  absl::StatusOr<std::unique_ptr<NextState>> next = ReadNext(definitions, record);
  if (!next.ok()) return next.status();
  customer->next = *std::move(next);
  return absl::OkStatus();
}

void ComputeValues(const CompiledDeclarations& declarations, const Customer& customer, FeatureValues* values) {
  ComputeValues(declarations, customer.state, absl::FromUnixMicros(customer.as_of_us), values);
}

std::string CustomerIdOf(absl::string_view event) {
  google::protobuf::Arena arena;
  EventView view;
  return ReadEvent(event, &arena, &view).ok() ? std::string(view.customer_id) : std::string();
}

std::vector<v1::Event> TakeShown(int64_t clock_us, std::vector<v1::Event>* parked) {
  const auto first = std::partition(parked->begin(), parked->end(),
                                    [&](const v1::Event& event) { return ShowsFrom(event) > clock_us; });
  std::vector<v1::Event> shown(std::make_move_iterator(first), std::make_move_iterator(parked->end()));
  parked->erase(first, parked->end());
  return shown;
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
