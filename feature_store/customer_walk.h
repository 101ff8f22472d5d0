// Customers in order of their pseudonyms, each with all that its history holds: names and history walked side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "feature_store/event_view.h"
#include "feature_store/history_walk.h"
#include "feature_store/storage.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Some customers and copies of their events' records. Filling it again uses its memory again.
class CustomerBlock {
 public:
  struct Customer {
    Pseudonym pseudonym;
    std::string customer_id;
    size_t first_event;  // events up to the next customer's first are its own, by (event_time, event_id)
  };
  struct Event {
    absl::string_view key;
    absl::string_view value;
  };

  void Clear();
  void AddCustomer(const Pseudonym& pseudonym, absl::string_view customer_id);
  void AddEvent(absl::string_view key, absl::string_view value);  // of the last customer

  const std::vector<Customer>& customers() const { return customers_; }
  // Of a customer: where its events end.
  size_t EndOf(size_t customer) const {
    return customer + 1 < customers_.size() ? customers_[customer + 1].first_event : events_.size();
  }
  Event event(size_t index) const;
  // A customer's events in order of time, into memory that is used again; views into the block and the arena, which is
  // reset before. DATA_LOSS when one cannot be read.
  absl::Status ReadEvents(size_t customer, google::protobuf::Arena* arena, std::vector<EventView>* events) const;
  // One of them, into the arena. DATA_LOSS when it cannot be read.
  absl::StatusOr<EventView> ReadEvent(size_t index, google::protobuf::Arena* arena) const;
  size_t bytes() const { return bytes_.size(); }

 private:
  struct Place {
    size_t begin;
    uint32_t key_size;
    uint32_t value_size;
  };
  std::vector<Customer> customers_;
  std::vector<Place> events_;
  std::string bytes_;
};

// Memory does not grow with the number of customers. Not thread-safe.
class CustomerWalk {
 public:
  using Name = std::pair<Pseudonym, std::string>;
  // A moment of the store: `view` and what HistoryWalk::Open needs beside it. `unnamed` are the customers of whom no
  // checkpoint has written the name yet, in any order; some may be in the view all the same.
  struct Source {
    std::unique_ptr<StorageView> view;
    std::unique_ptr<Cursor> events;  // over all of the view's; what the retention takes away later, it still shows
    uint64_t sorted_to = 0;
    uint64_t position = 0;
    std::vector<Name> unnamed;
    absl::flat_hash_set<Pseudonym> erased;  // passed over
  };

  // Begins with the first customer after `after`, or the first of all.
  static absl::StatusOr<std::unique_ptr<CustomerWalk>> Open(Source source, const Pseudonymizer& pseudonyms,
                                                            const std::optional<Pseudonym>& after);

  // Fills `block` with the next customers: until they are `max_customers`, or until they have about `max_bytes`. False:
  // there are no more, and the block may be empty. Events of customers without a name are passed over: they have been
  // erased.
  absl::StatusOr<bool> Fill(size_t max_customers, size_t max_bytes, CustomerBlock* block);

 private:
  explicit CustomerWalk(Source source);
  absl::StatusOr<std::optional<Name>> NextName();

  const Source source_;  // before the cursors that read from its view
  std::unique_ptr<Cursor> names_;
  std::unique_ptr<HistoryWalk> events_;
  size_t next_unnamed_ = 0;
};

// Hands over every customer's events in order of time, a block of customers in memory at a time. Not thread-safe.
class CustomerVisits {
 public:
  using Visit = std::function<void(std::span<const EventView> events)>;

  static absl::StatusOr<std::unique_ptr<CustomerVisits>> Open(CustomerWalk::Source source,
                                                              const Pseudonymizer& pseudonyms);
  // Visits the next block; false when it was the last. DATA_LOSS when an event cannot be read.
  absl::StatusOr<bool> Some(const Visit& visit);

 private:
  explicit CustomerVisits(std::unique_ptr<CustomerWalk> walk) : walk_(std::move(walk)) {}

  const std::unique_ptr<CustomerWalk> walk_;
  CustomerBlock block_;
  google::protobuf::Arena arena_;
  std::vector<EventView> events_;
};

// All of them. `cancelled` is asked between blocks; it may be empty. As CustomerVisits; CANCELLED.
absl::Status VisitCustomers(CustomerWalk::Source source, const Pseudonymizer& pseudonyms,
                            const std::function<bool()>& cancelled, const CustomerVisits::Visit& visit);

}  // namespace ebb::feature_store
