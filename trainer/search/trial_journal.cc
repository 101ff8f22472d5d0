// A result is kept as: the first eight bytes of the SHA-256 of key and rest; then, eight little-endian bytes each, the
// seconds and the ROC-AUCs.
#include "trainer/search/trial_journal.h"

#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "trainer/search/setting_text.h"

namespace ebb::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "kept numbers are little-endian");

constexpr size_t kWord = sizeof(double);

std::string_view AsBytes(const TrialKey& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

void AppendDouble(double number, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::string ChecksumOf(const TrialKey& key, std::string_view numbers) {
  std::string bytes(AsBytes(key));
  bytes += numbers;
  const Sha256Digest digest = Sha256(bytes);
  return std::string(reinterpret_cast<const char*>(digest.data()), kWord);
}

std::string FoldsText(const FoldAssignment& folds) {
  const std::vector<int>& rows = folds.fold_of_row;
  const std::string_view bytes(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(rows[0]));
  return absl::StrCat(folds.count, " ", Sha256Hex({bytes.data(), bytes.size()}));
}

}  // namespace

std::string TrialResult::Serialize(const TrialKey& key) const {
  std::string numbers;
  AppendDouble(seconds, &numbers);
  for (const double roc_auc : roc_aucs) AppendDouble(roc_auc, &numbers);
  return ChecksumOf(key, numbers) + numbers;
}

std::optional<TrialResult> TrialResult::Parse(const TrialKey& key, std::string_view bytes) {
  if (bytes.size() < 2 * kWord || bytes.size() % kWord != 0) return std::nullopt;
  const std::string_view numbers = bytes.substr(kWord);
  if (ChecksumOf(key, numbers) != bytes.substr(0, kWord)) return std::nullopt;
  TrialResult result;
  std::memcpy(&result.seconds, numbers.data(), kWord);
  result.roc_aucs.resize(numbers.size() / kWord - 1);
  std::memcpy(result.roc_aucs.data(), numbers.data() + kWord, numbers.size() - kWord);
  return result;
}

TrialKeys::TrialKeys(const std::string& rows, const FoldAssignment& folds)
    : head_(absl::StrCat("ebb ", EBB_VERSION, "\nrows ", rows, "\nfolds ", FoldsText(folds), "\n")) {}

TrialKey TrialKeys::Of(int fold, size_t most_rows, const Grid& grid, std::span<const size_t> settings) const {
  std::string text = absl::StrCat(head_, "fold ", fold, "\nmost_rows ", most_rows, "\n");
  for (const size_t setting : settings) absl::StrAppend(&text, SettingText(grid[setting]), "\n");
  return Sha256(text);
}

}  // namespace ebb::trainer
