#include "feature_store/rocks_rewrite.h"

#include <utility>
#include <vector>

#include "rocksdb/convenience.h"
#include "rocksdb/sst_file_writer.h"

namespace ebb::feature_store {
namespace {

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

rocksdb::Slice ToSlice(absl::string_view text) { return {text.data(), text.size()}; }

bool Reaches(const rocksdb::SstFileMetaData& file, absl::string_view from, absl::string_view to) {
  return (to.empty() || file.smallestkey < to) && file.largestkey >= from;
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

rocksdb::Status RewriteFiles(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, absl::string_view from,
                             absl::string_view to, const std::function<bool()>& stop) {
  rocksdb::ColumnFamilyMetaData files;
  db->GetColumnFamilyMetaData(family, &files);
  rocksdb::CompactionOptions how;
  how.compression = rocksdb::kDisableCompressionOption;  // the family's own
  for (const rocksdb::LevelMetaData& level : files.levels) {
    for (const rocksdb::SstFileMetaData& file : level.files) {
      if (!Reaches(file, from, to)) continue;
      if (stop()) return rocksdb::Status::OK();
      const rocksdb::Status rewritten = db->CompactFiles(how, family, {file.name}, level.level);
      // In the hands of another compaction, or gone by one since the list was made.
      if (rewritten.IsAborted() || rewritten.IsInvalidArgument()) continue;
      if (!rewritten.ok()) return rewritten;
    }
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

rocksdb::Status ForgetJournals(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families,
                               rocksdb::ColumnFamilyHandle* text_keys) {
  rocksdb::FlushOptions flush;
  flush.allow_write_stall = true;
  if (rocksdb::Status flushed = db->Flush(flush, {families.begin(), families.end()}); !flushed.ok()) return flushed;
  if (rocksdb::Status renewed = RenewManifest(db, text_keys); !renewed.ok()) return renewed;
  // The old manifest, and whatever else is of no use any more, is deleted when deletions are allowed again.
  if (rocksdb::Status disabled = db->DisableFileDeletions(); !disabled.ok()) return disabled;
  return db->EnableFileDeletions();
}

}  // namespace ebb::feature_store
