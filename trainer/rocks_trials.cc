#include "trainer/rocks_trials.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/log.h"

namespace ebb::trainer {
namespace {

constexpr char kTrialVersion = 1;
constexpr char kTrial = 'j';
constexpr size_t kTrialKeySize = 1 + 8 + sizeof(TrialKey);

std::string TrialsOf(int64_t training) {
  std::string bytes(9, kTrial);
  for (int i = 0; i < 8; ++i) bytes[1 + i] = static_cast<char>(static_cast<uint64_t>(training) >> (56 - 8 * i));
  return bytes;
}

std::string TrialPlace(int64_t training, const TrialKey& key) {
  return TrialsOf(training).append(reinterpret_cast<const char*>(key.data()), key.size());
}

int64_t TrainingOf(const rocksdb::Slice& place) {
  uint64_t number = 0;
  for (int i = 1; i <= 8; ++i) number = number << 8 | static_cast<uint8_t>(place[i]);
  return static_cast<int64_t>(number);
}

}  // namespace

absl::Status RocksTrials::Load(rocksdb::DB& db) {
  training_of_.clear();
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}));
  for (it->Seek(std::string(1, kTrial)); it->Valid() && it->key()[0] == kTrial; it->Next()) {
    if (it->key().size() != kTrialKeySize) continue;
    TrialKey key;
    std::copy_n(it->key().data() + 9, key.size(), key.begin());
    training_of_[key] = TrainingOf(it->key());
  }
  if (it->status().ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("registry: reading the trials: ", it->status().ToString()));
}

std::optional<TrialResult> RocksTrials::Find(rocksdb::DB& db, const TrialKey& key) const {
  const auto known = training_of_.find(key);
  if (known == training_of_.end()) return std::nullopt;
  std::string record;
  const rocksdb::Status found = db.Get({}, TrialPlace(known->second, key), &record);
  if (found.ok() && !record.empty() && record[0] == kTrialVersion) {
    if (std::optional<TrialResult> result = TrialResult::Parse(key, std::string_view(record).substr(1))) return result;
  }
  Log(Level::kWarning, "registry", "a trial cannot be read and is done again",
      {{"training", known->second}, {"reason", found.ok() ? "damaged, or of another version" : found.ToString()}});
  return std::nullopt;
}

bool RocksTrials::Put(int64_t training, const TrialKey& key, const TrialResult& result, rocksdb::WriteBatch* batch) {
  if (const auto known = training_of_.find(key); known != training_of_.end()) {
    batch->Delete(TrialPlace(known->second, key));
    training_of_.erase(known);
  }
  if (training_of_.size() >= most_ && !MakeRoom(training, batch)) return false;
  batch->Put(TrialPlace(training, key), std::string(1, kTrialVersion) + result.Serialize(key));
  training_of_[key] = training;
  return true;
}

bool RocksTrials::MakeRoom(int64_t training, rocksdb::WriteBatch* batch) {
  int64_t oldest = std::numeric_limits<int64_t>::max();
  for (const auto& [key, owner] : training_of_) oldest = std::min(oldest, owner);
  if (oldest >= training) return false;
  batch->DeleteRange(TrialsOf(oldest), TrialsOf(oldest + 1));
  std::erase_if(training_of_, [&](const auto& trial) { return trial.second == oldest; });
  return true;
}

void RocksTrials::DeleteAll(rocksdb::WriteBatch* batch) {
  if (training_of_.empty()) return;
  batch->DeleteRange(std::string(1, kTrial), std::string(1, kTrial + 1));
  training_of_.clear();
}

}  // namespace ebb::trainer
