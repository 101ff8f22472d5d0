#include "feature_store/rocks_rewrite.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "feature_store/rocks_slice.h"
#include "rocksdb/convenience.h"
#include "rocksdb/sst_file_writer.h"

namespace ebb::feature_store {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(100);  // whether to stop

using Filter = rocksdb::CompactionFilter;

class ObsoleteFilter final : public Filter {
 public:
  explicit ObsoleteFilter(std::shared_ptr<const ObsoleteRule> rule) : rule_(std::move(rule)) {}

  Decision FilterV2(int, const rocksdb::Slice& key, ValueType type, const rocksdb::Slice& value, std::string*,
                    std::string* skip_until) const override {
    if (type != ValueType::kValue || !(*rule_)({key.data(), key.size()}, {value.data(), value.size()})) {
      return Decision::kKeep;
    }
    skip_until->assign(key.data(), key.size());
    skip_until->push_back('\0');  // the next possible key
    return Decision::kRemoveAndSkipUntil;
  }
  const char* Name() const override { return "ebb.obsolete"; }

 private:
  const std::shared_ptr<const ObsoleteRule> rule_;
};

// Names and levels of the files whose keys reach into [from, to).
std::map<std::string, int> FilesIn(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, absl::string_view from,
                                   absl::string_view to) {
  rocksdb::ColumnFamilyMetaData all;
  db->GetColumnFamilyMetaData(family, &all);
  std::map<std::string, int> files;
  for (const rocksdb::LevelMetaData& level : all.levels) {
    for (const rocksdb::SstFileMetaData& file : level.files) {
      const bool reaches = (to.empty() || file.smallestkey < to) && file.largestkey >= from;
      if (reaches) files.emplace(file.name, level.level);
    }
  }
  return files;
}

// A manifest begins anew with the first edit after it has become too long; none of RocksDB's calls asks for that.
// Adding a file of one record with a very long key makes it too long, because an edit names a file's first and last
// key. The edit that takes the file away again begins a manifest that still names it, and the edit after that one that
// does not.
rocksdb::Status RenewManifest(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family) {
  const std::string key(kMostManifestBytes, '~');  // behind all others of the family
  const std::string path = db->GetName() + "/" + kUnfinishedPrefix + "manifest.tmp";
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), db->GetOptions(family), family);
  rocksdb::Status status = writer.Open(path);
  if (status.ok()) status = writer.Put(key, "");
  if (status.ok()) status = writer.Finish();
  rocksdb::IngestExternalFileOptions how;
  how.move_files = true;
  how.write_global_seqno = false;
  if (status.ok()) status = db->IngestExternalFile(family, {path}, how);
  const rocksdb::Slice first("~");
  const rocksdb::RangePtr range(&first, nullptr);
  if (status.ok()) status = rocksdb::DeleteFilesInRanges(db, family, &range, 1);
  // Any change of options is an edit.
  return status.ok() ? db->SetOptions(family, {{"disable_auto_compactions", "false"}}) : status;
}

}  // namespace

void ObsoleteFilterFactory::Set(std::shared_ptr<const ObsoleteRule> rule) {
  MutexLock lock(&mutex_);
  rule_ = std::move(rule);
}

std::unique_ptr<Filter> ObsoleteFilterFactory::CreateCompactionFilter(const Filter::Context&) {
  MutexLock lock(&mutex_);
  return rule_ == nullptr ? nullptr : std::make_unique<ObsoleteFilter>(rule_);
}

void CompactionWatch::OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo& job) {
  MutexLock lock(&mutex_);
  running_.emplace(job.job_id, ++begun_);
}

void CompactionWatch::OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& job) {
  MutexLock lock(&mutex_);
  running_.erase(job.job_id);
  ended_.SignalAll();
}

void CompactionWatch::AwaitRunning(const std::function<bool()>& stop) {
  MutexLock lock(&mutex_);
  const int64_t last = begun_;
  const auto any = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return std::any_of(running_.begin(), running_.end(), [&](const auto& job) { return job.second <= last; });
  };
  while (any() && !stop()) ended_.WaitWithTimeout(&mutex_, kLookAgain);
}

void CompactionWatch::AwaitAny() {
  MutexLock lock(&mutex_);
  ended_.WaitWithTimeout(&mutex_, kLookAgain);
}

rocksdb::Status RewriteFiles(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, absl::string_view from,
                             absl::string_view to, const std::function<bool()>& stop, CompactionWatch* watch) {
  watch->AwaitRunning(stop);
  std::set<std::string> rest;
  for (const auto& [name, level] : FilesIn(db, family, from, to)) rest.insert(name);
  rocksdb::CompactionOptions how;
  how.compression = rocksdb::kDisableCompressionOption;  // the family's own
  while (!stop()) {
    const std::map<std::string, int> present = FilesIn(db, family, from, to);
    // What is gone was compacted meanwhile by one that asked for the filter after it was set.
    std::erase_if(rest, [&](const std::string& name) { return !present.contains(name); });
    if (rest.empty()) break;
    bool any = false;
    for (auto name = rest.begin(); name != rest.end() && !stop();) {
      const rocksdb::Status rewritten = db->CompactFiles(how, family, {*name}, present.at(*name));
      // In the hands of another compaction, moved to another level, or gone, since the list was made.
      const bool passed_over = rewritten.IsAborted() || rewritten.IsInvalidArgument();
      if (!rewritten.ok() && !passed_over) return rewritten;
      any |= rewritten.ok();
      name = rewritten.ok() ? rest.erase(name) : std::next(name);
    }
    if (!any) watch->AwaitAny();
  }
  return rocksdb::Status::OK();
}

rocksdb::Status CompactAway(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, absl::string_view from,
                            absl::string_view to) {
  rocksdb::FlushOptions flush;
  flush.allow_write_stall = true;
  if (rocksdb::Status flushed = db->Flush(flush, family); !flushed.ok()) return flushed;
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  const rocksdb::Slice begin = ToSlice(from), end = ToSlice(to);
  return db->CompactRange(how, family, &begin, to.empty() ? nullptr : &end);
}

rocksdb::Status FlushFamilies(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families) {
  rocksdb::FlushOptions flush;
  flush.allow_write_stall = true;
  return db->Flush(flush, {families.begin(), families.end()});
}

rocksdb::Status ForgetJournals(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families,
                               rocksdb::ColumnFamilyHandle* text_keys) {
  if (rocksdb::Status flushed = FlushFamilies(db, families); !flushed.ok()) return flushed;
  if (rocksdb::Status renewed = RenewManifest(db, text_keys); !renewed.ok()) return renewed;
  // The old manifest, and whatever else is of no use any more, is deleted when deletions are allowed again.
  if (rocksdb::Status disabled = db->DisableFileDeletions(); !disabled.ok()) return disabled;
  return db->EnableFileDeletions();
}

}  // namespace ebb::feature_store
