// A basis is kept as: the number of fingerprints, the fingerprints ascending (eight little-endian bytes each), then the
// model file of the measured fit.
#include "trainer/champion_comparison.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/model_file.h"
#include "runtime/digest.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/score_by_name.h"

namespace ebb::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "stored numbers are little-endian");

// Rows of each class below which a ROC-AUC is mostly chance.
constexpr size_t kLeastComparedOfAClass = 10;
// There are many NaNs; they all mean the same.
constexpr uint64_t kMissing = ~uint64_t{0};

void AppendNumber(uint64_t number, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&number), sizeof(number));
}

uint64_t NumberAt(std::string_view bytes, size_t index) {
  uint64_t number = 0;
  std::memcpy(&number, bytes.data() + index * sizeof(number), sizeof(number));
  return number;
}

uint64_t Fingerprint(const Dataset& dataset, uint32_t row) {
  std::string bytes(1, static_cast<char>(dataset.labels()[row]));
  for (const FeatureValue& value : dataset.Row(row)) {
    AppendNumber(std::isnan(value.number) ? kMissing : std::bit_cast<uint64_t>(value.number), &bytes);
    AppendNumber(value.category.size(), &bytes);
    bytes += value.category;
  }
  const Sha256Digest digest = Sha256(bytes);
  uint64_t fingerprint = 0;
  std::memcpy(&fingerprint, digest.data(), sizeof(fingerprint));
  return fingerprint;
}

std::vector<uint32_t> RowsNotSeen(const ComparisonBasis& champion, const Dataset& dataset,
                                  std::span<const uint32_t> rows) {
  std::vector<uint32_t> unseen;
  for (uint32_t row : rows) {
    if (!std::binary_search(champion.seen_rows.begin(), champion.seen_rows.end(), Fingerprint(dataset, row))) {
      unseen.push_back(row);
    }
  }
  return unseen;
}

bool HasEnoughOfBothClasses(const Dataset& dataset, std::span<const uint32_t> rows) {
  const auto positives =
      static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [&](uint32_t row) { return dataset.labels()[row]; }));
  return positives >= kLeastComparedOfAClass && rows.size() - positives >= kLeastComparedOfAClass;
}

absl::StatusOr<double> MeasureRocAuc(const TrainedModel& model, const Dataset& dataset,
                                     std::span<const uint32_t> rows) {
  const absl::StatusOr<std::vector<Score>> scored = ScoreByName(model, dataset, rows);
  if (!scored.ok()) return scored.status();
  std::vector<double> scores;
  std::vector<uint8_t> labels;
  for (size_t i = 0; i < rows.size(); ++i) {
    scores.push_back((*scored)[i].ranking_score);
    labels.push_back(dataset.labels()[rows[i]]);
  }
  return RocAuc(scores, labels);
}

}  // namespace

std::string ComparisonBasis::Serialize() const {
  std::string bytes;
  AppendNumber(seen_rows.size(), &bytes);
  for (uint64_t fingerprint : seen_rows) AppendNumber(fingerprint, &bytes);
  return bytes + SerializeModelFile(measured);
}

absl::StatusOr<ComparisonBasis> ComparisonBasis::Parse(std::string_view bytes) {
  const size_t words = bytes.size() / sizeof(uint64_t);
  if (words == 0 || NumberAt(bytes, 0) > words - 1) return absl::DataLossError("comparison basis: it was cut off");
  const uint64_t count = NumberAt(bytes, 0);
  ComparisonBasis basis;
  basis.seen_rows.reserve(count);
  for (uint64_t i = 1; i <= count; ++i) basis.seen_rows.push_back(NumberAt(bytes, i));
  if (!std::is_sorted(basis.seen_rows.begin(), basis.seen_rows.end())) {
    return absl::DataLossError("comparison basis: its fingerprints are not in order");
  }
  absl::StatusOr<TrainedModel> measured = ParseModelFile(bytes.substr((count + 1) * sizeof(uint64_t)));
  if (!measured.ok()) return measured.status();
  basis.measured = *std::move(measured);
  return basis;
}

std::vector<uint64_t> RowFingerprints(const Dataset& dataset, std::span<const uint32_t> rows) {
  std::vector<uint64_t> fingerprints;
  fingerprints.reserve(rows.size());
  for (uint32_t row : rows) fingerprints.push_back(Fingerprint(dataset, row));
  std::sort(fingerprints.begin(), fingerprints.end());
  return fingerprints;
}

absl::StatusOr<Comparison> Compare(const ComparisonBasis& champion, const TrainedModel& challenger,
                                   const Dataset& dataset, std::span<const uint32_t> holdout) {
  const std::vector<uint32_t> unseen = RowsNotSeen(champion, dataset, holdout);
  const bool enough = HasEnoughOfBothClasses(dataset, unseen);
  const std::span<const uint32_t> rows = enough ? unseen : holdout;
  absl::StatusOr<double> champion_roc_auc = MeasureRocAuc(champion.measured, dataset, rows);
  if (!champion_roc_auc.ok()) return champion_roc_auc.status();
  absl::StatusOr<double> challenger_roc_auc = MeasureRocAuc(challenger, dataset, rows);
  if (!challenger_roc_auc.ok()) return challenger_roc_auc.status();
  return Comparison{.champion_roc_auc = *champion_roc_auc,
                    .challenger_roc_auc = *challenger_roc_auc,
                    .rows = rows.size(),
                    .champion_saw_rows = unseen.size() < rows.size()};
}

}  // namespace ebb::trainer
