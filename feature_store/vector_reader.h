// Latest vectors out of a running store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_columns.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"
#include "feature_store/vector_cache.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// What is told of a customer beside its vector, and the vector; of an erased one only its digest.
struct ServedCustomer {
  std::string customer_id;
  int64_t changed_us = 0;  // microseconds since 1970 UTC
  bool erased = false;
  Pseudonym digest{};
  FeatureValues values;
};

// All of it but the vector.
ServedCustomer Describe(const Customer& customer);

// Reads what was folded before the call, or later: every acknowledged event is in. Under the store's lock customers are
// only looked up, and computed where their vector is not in the cache, sixteen at a time: the writer waits for a
// handful of vectors and never for a whole request. Every read is under one definition: `declarations` are served, or
// the answer is WentOver (see ReadUnderOne), and what is filled in is void. Thread-safe.
class VectorReader {
 public:
  // All are borrowed.
  VectorReader(LiveState* live, const Storage* storage, const Pseudonymizer* pseudonyms, size_t cache_bytes)
      : live_(live), storage_(storage), pseudonyms_(pseudonyms), cache_(cache_bytes) {}

  // Those of the customers that the store knows go to `columns`, at their place in `customer_ids`. DATA_LOSS when a
  // record is missing or damaged.
  absl::Status ReadColumns(const CompiledDeclarations& declarations,
                           const google::protobuf::RepeatedPtrField<std::string>& customer_ids,
                           FeatureColumns* columns);

  // The vector that a customer is served with. `version` is where the customer was folded to at some moment, `customer`
  // what it was then or later: should it have moved on in between, nobody asks for that version again.
  void ReadOne(const CompiledDeclarations& declarations, uint32_t id, uint64_t version, const Customer& customer,
               FeatureValues* values);

  // The same beside what else is told of the customer.
  ServedCustomer Serve(const CompiledDeclarations& declarations, uint32_t id, uint64_t version,
                       const Customer& customer);
  // Element i is of ids[i]. DATA_LOSS as above.
  absl::StatusOr<std::vector<ServedCustomer>> ReadCustomers(const CompiledDeclarations& declarations,
                                                            std::span<const uint32_t> ids);

  VectorCache::Counts cache_counts() { return cache_.counts(); }

 private:
  // Customers that the store knows, each with its place in the request.
  struct Found {
    std::vector<VectorCache::Key> keys;
    std::vector<int> rows;
    void Add(const VectorCache::Key& key, int row) {
      keys.push_back(key);
      rows.push_back(row);
    }
  };
  // Nothing where other declarations are served.
  std::optional<Found> Find(const CompiledDeclarations& declarations, std::span<const Pseudonym> customers) const;
  void Keep(const VectorCache::Key& key, const FeatureValues& values);
  absl::Status Compute(const CompiledDeclarations& declarations, const Found& found, FeatureColumns* columns);

  LiveState* const live_;
  const Storage* const storage_;
  const Pseudonymizer* const pseudonyms_;
  VectorCache cache_;
};

}  // namespace ebb::feature_store
