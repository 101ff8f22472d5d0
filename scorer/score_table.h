#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "scorer/score_record.h"

namespace ebb::scorer {

// How far this scorer is. Written together with the scores it stands for.
struct ScorerPosition {
  int64_t sequence = 0;     // of the last published change; a sequence that was given to anybody is never used again
  std::string store_token;  // where to go on in the feature store; empty: from the beginning
  int64_t features_as_of_micros = 0;  // the greatest T received; 0: none

  friend bool operator==(const ScorerPosition&, const ScorerPosition&) = default;
};

// The scores on disk: one record a customer under a dense number (0, 1, 2, … in the order customers became known), the
// schemas that their vectors follow, and the position. The grammar of the keys stands in rocks_score_table.cc.
//
// Threads: one writer at a time; Read may run beside it.
// Errors: what a call returns is INTERNAL (the disk failed: stop and start again, never retry) or DATA_LOSS (damaged
// bytes).
class ScoreTable {
 public:
  struct Write {
    uint32_t customer = 0;
    ScoreRecord record;
  };

  virtual ~ScoreTable() = default;

  // What was there when the table was opened.
  virtual const ScorerPosition& loaded_position() const = 0;
  // The schemas by number, each the bytes of an ebb.v1.FeatureSchema.
  virtual const std::vector<std::string>& loaded_schemas() const = 0;

  // Everybody, by number without gaps.
  virtual absl::Status ForEach(const std::function<absl::Status(uint32_t, ScoreRecord)>& visit) const = 0;

  // Up to `limit` records from number `first` on.
  virtual absl::StatusOr<std::vector<Write>> Read(uint32_t first, size_t limit) const = 0;

  // All or nothing, and on disk when it returns.
  virtual absl::Status Commit(const std::vector<Write>& writes, const ScorerPosition& position) = 0;

  // Keeps nothing of these customers but that their numbers are taken. When it returns no file of the table holds a
  // byte of them.
  virtual absl::Status Erase(const std::vector<uint32_t>& customers, const ScorerPosition& position) = 0;

  // Keeps a schema under the next number.
  virtual absl::Status AddSchema(uint32_t number, std::string_view bytes) = 0;

  // Whether writes that can wait should: what was written before has not left memory yet, and the room that is left is
  // for others.
  virtual bool IsBehind() const = 0;

  // Many writes are over for now: begins to give back the memory that they took. Does not wait for it.
  virtual void Settle() = 0;
};

}  // namespace ebb::scorer
