#pragma once

#include <functional>
#include <memory>
#include <string>

#include "rocksdb/db.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "trainer/registry.h"
#include "trainer/rocks_trials.h"

namespace ebb::trainer {

// The registry in a RocksDB of its own. The grammar of its keys and records stands at the top of rocks_registry.cc.
class RocksRegistry final : public Registry {
 public:
  struct Options {
    std::string path;                      // of the database's folder; created if absent
    const Clock* clock = nullptr;          // outlives the registry
    rocksdb::Env* env = nullptr;           // nothing: the system's
    std::function<void()> on_write_error;  // called once, on the writing thread, when a write failed; may be empty
    size_t most_trials = kMostKeptTrials;  // that journals keep
  };

  // Marks trainings that an end of the process cut as INTERRUPTED. DATA_LOSS when a record cannot be read,
  // FAILED_PRECONDITION when it was written by a newer version, UNAVAILABLE when the database cannot be opened.
  static absl::StatusOr<std::unique_ptr<RocksRegistry>> Open(Options options);

  absl::StatusOr<v1::Training> AddTraining(v1::Training training) override;
  absl::Status UpdateTraining(const v1::Training& training) override;
  absl::StatusOr<v1::Training> GetTraining(int64_t id) const override;
  absl::StatusOr<Page<v1::Training>> ListTrainings(int64_t before, int page_size) const override;
  absl::StatusOr<v1::Model> Publish(const NewModel& model, v1::Training training, bool promote) override;
  absl::StatusOr<v1::Model> GetModel(int64_t version) const override;
  absl::StatusOr<Page<v1::Model>> ListModels(int64_t before, int page_size, bool with_reports) const override;
  absl::StatusOr<v1::ModelReport> GetModelReport(int64_t version) const override;
  absl::StatusOr<std::string> ReadModelFile(int64_t version) const override;
  absl::StatusOr<std::string> ReadComparisonBasis(int64_t version) const override;
  std::unique_ptr<TrialJournal> OpenJournal(int64_t training) override;
  absl::StatusOr<v1::Model> Promote(int64_t version) override;
  std::optional<int64_t> Champion() const override;

 private:
  class Journal;

  explicit RocksRegistry(Options options) : options_(std::move(options)), trials_(options_.most_trials) {}

  absl::Status Load();
  absl::Status InterruptRunning();
  absl::Status MoveChampion(int64_t version, rocksdb::WriteBatch* batch) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Write(rocksdb::WriteBatch* batch, bool sync = true) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::string> Read(char kind, int64_t number, const std::string& name) const;
  absl::StatusOr<v1::Model> ReadModel(int64_t version) const;
  absl::StatusOr<int64_t> LastNumber(char kind) const;

  const Options options_;
  std::unique_ptr<rocksdb::Env> env_;  // outlives the database
  std::unique_ptr<rocksdb::DB> db_;    // itself thread-safe

  mutable Mutex mutex_;  // one writer at a time
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t last_training_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t last_version_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t champion_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: none
  RocksTrials trials_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::trainer
