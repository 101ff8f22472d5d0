#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/trained_model.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// What is kept of a model so that later ones can be measured against it fairly. The published model has seen every
// labelled row, the later hold-out among them, and would look better than it is (nearest neighbours: perfect). So the
// fit on the training part is kept too, with the rows it saw.
struct ComparisonBasis {
  TrainedModel measured;
  std::vector<uint64_t> seen_rows;  // fingerprints of the training part, ascending

  std::string Serialize() const;
  // DATA_LOSS when it is not what Serialize wrote.
  static absl::StatusOr<ComparisonBasis> Parse(std::string_view bytes);
};

// Of features and label alone: no identifier goes in. Ascending.
std::vector<uint64_t> RowFingerprints(const Dataset& dataset, std::span<const uint32_t> rows);

struct Comparison {
  double champion_roc_auc = 0;
  double challenger_roc_auc = 0;  // on the same rows
  size_t rows = 0;
  // The champion was fitted to some of them, so its figure may flatter it.
  bool champion_saw_rows = false;

  bool ChallengerIsNotWorse() const { return challenger_roc_auc >= champion_roc_auc; }
};

// Both on the rows of the hold-out that the champion has not seen; on all of the hold-out where fewer than ten of a
// class are left, which favours the champion and is said in the result. FAILED_PRECONDITION when the table lacks an
// input of the champion's: it can no longer be scored.
absl::StatusOr<Comparison> Compare(const ComparisonBasis& champion, const TrainedModel& challenger,
                                   const Dataset& dataset, std::span<const uint32_t> holdout);

}  // namespace ebb::trainer
