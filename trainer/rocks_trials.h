#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "trainer/search/trial_journal.h"

namespace ebb::trainer {

inline constexpr size_t kMostKeptTrials = 10'000;

// The trials that trainings without a model yet have done, in the registry's database. Knows in memory what is there
// (below a megabyte). Not for several threads at once: the registry's lock guards it.
class RocksTrials {
 public:
  explicit RocksTrials(size_t most = kMostKeptTrials) : most_(most) {}

  // INTERNAL when the database cannot be read. Keys that are none are left alone.
  absl::Status Load(rocksdb::DB& db);
  // Nothing also where the record is damaged or of a newer version; the log says so.
  std::optional<TrialResult> Find(rocksdb::DB& db, const TrialKey& key) const;
  // Adds it to the batch; false where there is no room. The oldest other training's trials make room for this one's.
  bool Put(int64_t training, const TrialKey& key, const TrialResult& result, rocksdb::WriteBatch* batch);
  void DeleteAll(rocksdb::WriteBatch* batch);

  size_t size() const { return training_of_.size(); }

 private:
  bool MakeRoom(int64_t training, rocksdb::WriteBatch* batch);

  const size_t most_;
  std::map<TrialKey, int64_t> training_of_;
};

}  // namespace ebb::trainer
