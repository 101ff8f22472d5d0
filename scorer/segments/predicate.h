#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/segment.pb.h"
#include "model/feature_schema.h"
#include "model/segments.h"
#include "model/trained_model.h"
#include "scorer/score_record.h"

namespace ebb::scorer {

// What a predicate may ask of one customer. Borrows the vector.
struct CustomerFacts {
  const std::vector<KeptValue>* vector = nullptr;  // in the order of the schema that the predicate was compiled for
  double probability = 0;
  std::optional<double> monthly_profit;  // absent: not known
  Segment segment;
  uint64_t segments = 0;  // bit i: the customer is in the i-th declared segment; only those before the predicate's own
};

// What a score and the vector it was made from say; no segments yet.
CustomerFacts FactsOf(const std::vector<KeptValue>& vector, const CustomerScore& score);

// A predicate of segment.proto made ready for vectors of one schema and the model that scores them. Immutable, so
// threads may share one.
class Predicate {
 public:
  // What names in a predicate can mean. Borrowed during Compile only.
  struct Names {
    const FeatureSchema* schema = nullptr;  // the store's
    const TrainedModel* model = nullptr;    // its training tells the leading categories
    std::span<const std::string> segments;  // that may be referred to, in the order of their bits
  };

  // `predicate` has passed CheckPredicate. FAILED_PRECONDITION: the store has no such feature, or of another kind; the
  // model's training knows no leading category of it.
  static absl::StatusOr<Predicate> Compile(const v1::Predicate& predicate, const Names& names);

  bool Holds(const CustomerFacts& facts) const;

  // Every condition with the customer's value, `all_of` first.
  std::vector<v1::ConditionCheck> Explain(const CustomerFacts& facts) const;

 private:
  struct Test {
    v1::Condition condition;
    size_t place = 0;     // of a feature: its index in the schema; of a segment: its bit
    std::string leading;  // the leading category
  };

  static absl::StatusOr<std::vector<Test>> CompileList(
      const google::protobuf::RepeatedPtrField<v1::Condition>& conditions, const Names& names);
  static bool Passes(const Test& test, const CustomerFacts& facts);

  std::vector<Test> all_of_, any_of_, none_of_;
};

}  // namespace ebb::scorer
