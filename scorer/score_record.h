#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "scorer/customer_score.h"

namespace ebb::scorer {

// One value of a vector as it is kept: the store's value and where it came from.
struct KeptValue {
  enum class Kind : uint8_t { kMissing = 0, kNumber = 1, kCategory = 2 };
  Kind kind = Kind::kMissing;
  // The store never saw anything of the kind: `number` is a declared default and says nothing about this customer.
  bool never_seen = false;
  double number = 0;
  std::string category;

  friend bool operator==(const KeptValue&, const KeptValue&) = default;
};

// What is kept on disk of one customer: the latest score and the vector, so that another model can score without asking
// the store.
struct ScoreRecord {
  // Empty: the customer was erased, and the record only keeps the number taken; it then has neither score nor vector.
  std::string customer_id;
  CustomerScore score;
  uint32_t schema = 0;  // number of the vector's schema in the score table
  int64_t vector_as_of_micros = 0;
  std::vector<KeptValue> vector;  // in the order of the schema

  friend bool operator==(const ScoreRecord&, const ScoreRecord&) = default;
};

std::string EncodeScoreRecord(const ScoreRecord& record);

// DATA_LOSS: cut off or not such a record; FAILED_PRECONDITION: written by a newer Ebb.
absl::StatusOr<ScoreRecord> DecodeScoreRecord(std::string_view bytes);

}  // namespace ebb::scorer
