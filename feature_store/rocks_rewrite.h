// Takes deleted records off the disk, not only out of sight.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "feature_store/storage.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/db.h"
#include "rocksdb/listener.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

// A manifest longer than this begins anew with its next edit.
inline constexpr size_t kMostManifestBytes = 1 << 20;
// Files made beside the database, until they are added to it.
inline constexpr char kUnfinishedPrefix[] = "sorted-";

// Leaves records out of every compaction according to the rule that was set last. What is left out leaves no marker
// behind: a marker would hold the record's key.
class ObsoleteFilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  void Set(std::shared_ptr<const ObsoleteRule> rule);

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(const rocksdb::CompactionFilter::Context&) override;
  const char* Name() const override { return "ebb.obsolete"; }

 private:
  Mutex mutex_;
  std::shared_ptr<const ObsoleteRule> rule_ ABSL_GUARDED_BY(mutex_);
};

// Which compactions of a database are running, and since when: a compaction asks for the filter when it begins, so one
// that began before a rule was set may still write what the rule names. Thread-safe.
class CompactionWatch final : public rocksdb::EventListener {
 public:
  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo& job) override;
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& job) override;

  // Returns when all that are running now have ended, their files in place, or `stop` says so.
  void AwaitRunning(const std::function<bool()>& stop);
  // Returns when one has ended, soon in any case.
  void AwaitAny();

 private:
  Mutex mutex_;
  CondVar ended_;
  int64_t begun_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<int, int64_t> running_ ABSL_GUARDED_BY(mutex_);  // by job, in which order they began
};

// Rewrites, one by one, the files whose keys reach into [from, to), so that what the filter leaves out is gone from
// them. Needs room for one file. A file in the hands of another compaction is waited for.
rocksdb::Status RewriteFiles(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, absl::string_view from,
                             absl::string_view to, const std::function<bool()>& stop, CompactionWatch* watch);

// Compacts [from, to) down to the last level, so that overwritten and deleted records are gone.
rocksdb::Status CompactAway(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, absl::string_view from,
                            absl::string_view to);

// Everything written so far is in sorted files afterwards.
rocksdb::Status FlushFamilies(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families);

// Everything written so far is in sorted files: the write-ahead log that held it is deleted, and the manifest begins
// anew without the bounds of files that are gone. `text_keys` is the one of the families whose keys are text, none of
// which begins with `~`.
rocksdb::Status ForgetJournals(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families,
                               rocksdb::ColumnFamilyHandle* text_keys);

}  // namespace ebb::feature_store
