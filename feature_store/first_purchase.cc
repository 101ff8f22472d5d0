#include "feature_store/first_purchase.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "google/protobuf/arena.h"

namespace ebb::feature_store {
namespace {

// Of a customer of the block: its first purchase that is known; `before_us` where it has none before that.
absl::StatusOr<int64_t> FirstOf(const CustomerBlock& block, size_t customer, int64_t before_us, int64_t known_before_us,
                                google::protobuf::Arena* arena) {
  arena->Reset();
  for (size_t i = block.customers()[customer].first_event; i < block.EndOf(customer); ++i) {
    const absl::StatusOr<EventView> event = block.ReadEvent(i, arena);
    if (!event.ok()) return event.status();
    if (event->event_time_us >= before_us) return before_us;
    if (event->body != v1::Event::kPurchase) continue;
    const int64_t known_us = event->known_at_us == EventView::kNoTime ? event->event_time_us : event->known_at_us;
    if (known_us < known_before_us) return event->event_time_us;
  }
  return before_us;
}

}  // namespace

absl::StatusOr<int64_t> FirstPurchase(CustomerWalk::Source source, const Pseudonymizer& pseudonyms,
                                      int64_t early_enough_us, int64_t known_before_us) {
  constexpr size_t kCustomers = 256, kBytes = 1 << 20;  // of a block
  auto walk = CustomerWalk::Open(std::move(source), pseudonyms, std::nullopt);
  if (!walk.ok()) return walk.status();
  int64_t first_us = std::numeric_limits<int64_t>::max();
  CustomerBlock block;
  google::protobuf::Arena arena;
  for (bool more = true; more;) {
    const absl::StatusOr<bool> filled = (*walk)->Fill(kCustomers, kBytes, &block);
    if (!filled.ok()) return filled.status();
    more = *filled;
    for (size_t customer = 0; customer < block.customers().size(); ++customer) {
      const absl::StatusOr<int64_t> first = FirstOf(block, customer, first_us, known_before_us, &arena);
      if (!first.ok()) return first.status();
      first_us = *first;
      if (first_us < early_enough_us) return first_us;
    }
  }
  return first_us;
}

}  // namespace ebb::feature_store
