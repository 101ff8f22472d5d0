#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/digest.h"
#include "trainer/evaluation/folds.h"
#include "trainer/search/grid.h"

namespace ebb::trainer {

// One unit of a search's work: settings that share work, on one fold. The digest of all that its result depends on.
using TrialKey = Sha256Digest;

struct TrialResult {
  std::vector<double> roc_aucs;  // by setting, in the unit's order
  double seconds = 0;            // of one thread

  // With a checksum over the key, so that what is damaged or misplaced is not taken for a result.
  std::string Serialize(const TrialKey& key) const;
  // Nothing where it is not what Serialize wrote for the key.
  static std::optional<TrialResult> Parse(const TrialKey& key, std::string_view bytes);
};

// What searches have done, kept so that one that was cut can be taken up where it stopped. Thread-safe. It may forget:
// whatever it does not find is done again.
class TrialJournal {
 public:
  virtual ~TrialJournal() = default;
  virtual std::optional<TrialResult> Find(const TrialKey& key) = 0;
  virtual void Record(const TrialKey& key, const TrialResult& result) = 0;
};

// Makes the keys of one search: of the program's version, the rows and how they are cut into folds. Thread-safe.
class TrialKeys {
 public:
  // `rows`: Dataset::Digest.
  TrialKeys(const std::string& rows, const FoldAssignment& folds);

  // `most_rows`: of either part of the fold; of more, a sample. `settings`: places in the grid.
  TrialKey Of(int fold, size_t most_rows, const Grid& grid, std::span<const size_t> settings) const;

 private:
  std::string head_;
};

}  // namespace ebb::trainer
