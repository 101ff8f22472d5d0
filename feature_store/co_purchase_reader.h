// A count of co-purchases as a stream: customers block by block, then the answer in parts.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/bounded_place.h"
#include "feature_store/co_purchases.h"
#include "feature_store/customer_walk.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// What a request asks for, with its defaults; INVALID_ARGUMENT names field and rule. `now_us`: microseconds since 1970.
absl::StatusOr<CoPurchaseTally::Rules> ReadCoPurchaseRules(const v1::GetCoPurchasesRequest& request, int64_t now_us);

// Not thread-safe. Borrows what `open` does.
class CoPurchaseReader {
 public:
  // `open` gives the present customers; it is called once a pass. `place` is held as long as the reader lives.
  // `customers`: how many there are, for progress.
  CoPurchaseReader(CoPurchaseTally::Rules rules, std::function<CustomerWalk::Source()> open,
                   const Pseudonymizer* pseudonyms, int64_t customers, std::unique_ptr<BoundedPlace> place)
      : open_(std::move(open)),
        pseudonyms_(pseudonyms),
        to_read_(2 * customers),
        place_(std::move(place)),
        tally_(std::move(rules)) {}

  // Reads some customers and says how many there were so far, or tells the next products; false when all are told.
  // Fills an empty message. DATA_LOSS when an event cannot be read.
  absl::StatusOr<bool> Next(v1::GetCoPurchasesResponse* message);

 private:
  enum class Step { kOrders, kPairs, kTelling, kOver };
  absl::Status ReadSome();

  const std::function<CustomerWalk::Source()> open_;
  const Pseudonymizer* const pseudonyms_;
  const int64_t to_read_;
  const std::unique_ptr<BoundedPlace> place_;
  CoPurchaseTally tally_;
  Step step_ = Step::kOrders;
  std::unique_ptr<CustomerVisits> visits_;  // null: the pass has not begun
  int64_t read_ = 0;
};

}  // namespace ebb::feature_store
