#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/column_buffers.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_walk.h"
#include "feature_store/decimal_scale.h"
#include "feature_store/event_coverage.h"
#include "feature_store/training_row.h"
#include "google/protobuf/arena.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// What a training set holds so far, or a part of it.
struct TrainingCounts {
  int64_t rows = 0;
  int64_t declined = 0;
  std::map<std::string, int64_t, std::less<>> exclusions;  // rows left out, by reason

  void Add(const TrainingCounts& other);
};

// All rows of some customers that follow each other.
struct TrainingChunk {
  explicit TrainingChunk(EventCoverage covered) : coverage(std::move(covered)) {}

  int64_t rows = 0;
  std::vector<v1::ColumnBuffers> columns;
  TrainingCounts counts;
  EventCoverage coverage;
  // Of each customer with rows: SHA-256 of its name and its rows. Whoever joins chunks joins these, so that
  // the digest of a whole set does not depend on where it was cut.
  std::vector<Sha256Digest> customer_digests;
  Pseudonym last_customer{};  // rows or none
};

// Bytes of a chunk's columns at the most: a client takes messages of 4 MiB unless it says otherwise, and beside the
// columns there are a token and once the schema.
inline constexpr size_t kMostChunkBytes = 3 << 20;

// Bytes that the rows of one customer take at the most, one for each of so many dates: what a chunk must have room for,
// since it holds a customer's rows whole.
size_t MostCustomerBytes(const CompiledDeclarations& declarations, size_t dates, bool with_revenue);

// Makes chunks from the raw events of customers. One for each thread; what it is made of is borrowed and shared.
class TrainingChunkBuilder {
 public:
  // `with_revenue`: there is a column `next_month_revenue`.
  TrainingChunkBuilder(const CompiledDeclarations* declarations, const LabelRule& rule,
                       std::span<const LabelDate> dates, const Knowledge& knowledge, bool with_revenue);

  // One chunk, or more where the rows are too large for one message; none for no customers. DATA_LOSS when an event
  // cannot be read.
  absl::StatusOr<std::vector<TrainingChunk>> Build(const CustomerBlock& block);

 private:
  struct Row {
    int64_t as_of_us;
    bool declined;
    std::optional<double> revenue;  // of the month after, in the currency's unit
    FeatureValues values;
  };
  absl::Status AddCustomer(const CustomerBlock& block, size_t customer);
  void KeepRow(const LabelDate& date, bool declined, const FeatureValues& values);
  void Exclude(std::string_view reason);
  void AddRows(const std::string& customer_id);
  void AddRevenue(std::span<const Row> rows);
  Sha256Digest DigestRows(const std::string& customer_id);
  TrainingChunk Finish(const Pseudonym& last_customer);

  const CompiledDeclarations* const declarations_;
  const bool with_revenue_;
  const size_t first_feature_;  // columns before
  const Scale money_;           // minor units to the currency's
  TrainingRows rows_;
  std::vector<ColumnBuilder> columns_;  // customer_id, as_of, declined, next_month_revenue where asked, features
  TrainingCounts counts_;
  EventCoverage coverage_;
  std::vector<Sha256Digest> customer_digests_;
  const size_t fixed_row_bytes_;
  const size_t most_customer_bytes_;
  size_t chunk_bytes_ = 0;  // of the columns
  std::vector<Row> kept_;   // those of the customer in hand come first; memory is used again
  size_t rows_kept_ = 0;
  std::string row_bytes_;  // of the customer in hand, as they are digested
  const std::unique_ptr<char[]> arena_block_;
  google::protobuf::Arena arena_;  // of the customer's events
  std::vector<EventView> events_;
};

}  // namespace ebb::feature_store
