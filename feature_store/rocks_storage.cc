#include "feature_store/rocks_storage.h"

#include <array>
#include <atomic>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "feature_store/rocks_append.h"
#include "feature_store/rocks_figures.h"
#include "feature_store/rocks_rewrite.h"
#include "feature_store/rocks_slice.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/statistics.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"
#include "runtime/log.h"
#include "runtime/rocks/info_log.h"
#include "runtime/rocks/keep_files.h"

namespace ebb::feature_store {
namespace {

constexpr std::array<const char*, kFamilyCount> kFamilyNames = {"log", "state", "events", "meta", "names"};

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(message);
  if (status.IsInvalidArgument()) return absl::FailedPreconditionError(message);
  return absl::InternalError(message);  // never UNAVAILABLE: trying again does not mend a disk
}

class RocksCursor final : public Cursor {
 public:
  RocksCursor(rocksdb::DB* db, rocksdb::ReadOptions options, rocksdb::ColumnFamilyHandle* family,
              absl::string_view from, absl::string_view to)
      : to_(to), bound_(to_) {
    if (!to_.empty()) options.iterate_upper_bound = &bound_;
    iterator_.reset(db->NewIterator(options, family));
    iterator_->Seek(ToSlice(from));
  }

  bool Valid() const override { return iterator_->Valid(); }
  void Next() override { iterator_->Next(); }
  void Seek(absl::string_view key) override { iterator_->Seek(ToSlice(key)); }
  absl::string_view key() const override { return ToView(iterator_->key()); }
  absl::string_view value() const override { return ToView(iterator_->value()); }
  absl::Status status() const override { return ToStatus(iterator_->status(), "reading"); }

 private:
  const std::string to_;
  const rocksdb::Slice bound_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

using Families = std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount>;
using Layouts = std::array<rocksdb::ColumnFamilyOptions, kFamilyCount>;

class RocksView final : public StorageView {
 public:
  RocksView(rocksdb::DB* db, const Families& families, std::atomic<int>* views)
      : db_(db), families_(families), views_(views), snapshot_(db->GetSnapshot()) {
    ++*views_;
  }
  ~RocksView() override {
    db_->ReleaseSnapshot(snapshot_);
    --*views_;
  }

  std::unique_ptr<Cursor> Scan(Family family, absl::string_view from, absl::string_view to) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    options.readahead_size = 1 << 20;
    options.fill_cache = false;  // a walk would push out what single look-ups need, and needs nothing twice itself
    return std::make_unique<RocksCursor>(db_, options, families_[static_cast<int>(family)], from, to);
  }

 private:
  rocksdb::DB* const db_;
  const Families& families_;
  std::atomic<int>* const views_;
  const rocksdb::Snapshot* const snapshot_;
};

class RocksStorage final : public Storage {
 public:
  RocksStorage(std::string path, std::unique_ptr<rocksdb::Env> env, const rocksdb::DBOptions& options,
               const Layouts& layouts, std::shared_ptr<ObsoleteFilterFactory> obsolete,
               std::shared_ptr<CompactionWatch> compactions, std::unique_ptr<rocksdb::DB> db, Families families)
      : path_(std::move(path)),
        env_(std::move(env)),
        options_(options),
        layouts_(layouts),
        obsolete_(std::move(obsolete)),
        compactions_(std::move(compactions)),
        db_(std::move(db)),
        families_(families) {}

  ~RocksStorage() override {
    for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
    if (rocksdb::Status closed = db_->Close(); !closed.ok()) {
      Log(Level::kError, "storage", "closing failed", {{"error", closed.ToString()}});
    }
  }

  absl::Status Write(const WriteSet& changes, Durability durability) override {
    size_t bytes = 0;
    for (const WriteSet::Put& put : changes.puts) bytes += put.key.size() + put.value.size() + 32;
    rocksdb::WriteBatch batch(bytes, /*max_bytes=*/0, /*protection_bytes_per_key=*/8, /*default_cf_ts_sz=*/0);
    for (const WriteSet::Put& put : changes.puts) {
      const rocksdb::Status added = put.appends ? batch.Merge(Handle(put.family), put.key, put.value)
                                                : batch.Put(Handle(put.family), put.key, put.value);
      if (!added.ok()) return ToStatus(added, "building a write");
    }
    rocksdb::WriteOptions how;
    how.sync = durability == Durability::kSynced;
    return ToStatus(db_->Write(how, &batch), "writing to the log");
  }

  absl::Status AddSorted(Family family, std::span<const RecordView> records) override {
    if (records.empty()) return absl::OkStatus();
    const std::string file = absl::StrCat(path_, "/", kUnfinishedPrefix, next_file_++, ".tmp");
    rocksdb::Options options = OptionsOf(family);
    // Sorted segments are soon merged, which compresses them: once is enough.
    if (family == Family::kEvents) options.compression = rocksdb::kNoCompression;
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options, Handle(family));
    rocksdb::Status status = writer.Open(file);
    for (size_t i = 0; status.ok() && i < records.size(); ++i) {
      // Sorted records lie anywhere in memory: those that come next are fetched while this one is written.
      constexpr size_t kAhead = 8;
      if (i + kAhead < records.size()) {
        __builtin_prefetch(records[i + kAhead].key.data());
        __builtin_prefetch(records[i + kAhead].value.data());
      }
      const rocksdb::Slice key = ToSlice(records[i].key), value = ToSlice(records[i].value);
      status = records[i].appends ? writer.Merge(key, value) : writer.Put(key, value);
    }
    if (status.ok()) status = writer.Finish();
    if (!status.ok()) return ToStatus(status, "writing a sorted file");
    rocksdb::IngestExternalFileOptions how;
    how.move_files = true;
    how.write_global_seqno = false;
    return ToStatus(db_->IngestExternalFile(Handle(family), {file}, how), "adding a sorted file");
  }

  absl::Status Drop(Family family, absl::string_view from, absl::string_view to) override {
    const rocksdb::Slice begin = ToSlice(from), end = ToSlice(to);
    const rocksdb::RangePtr range(&begin, &end);
    rocksdb::Status status;
    // Deleting whole files frees their space at once but asks no snapshot; a view that is open now may still read them.
    if (views_ == 0) status = rocksdb::DeleteFilesInRanges(db_.get(), Handle(family), &range, 1, /*include_end=*/false);
    if (status.ok()) status = db_->DeleteRange(rocksdb::WriteOptions(), Handle(family), begin, end);
    return ToStatus(status, "dropping a range");
  }

  absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const override {
    std::string value;
    const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), Handle(family), ToSlice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return ToStatus(status, "reading");
    return value;
  }

  absl::StatusOr<std::vector<std::optional<std::string>>> GetMany(Family family,
                                                                  std::span<const std::string> keys) const override {
    std::vector<std::optional<std::string>> values(keys.size());
    const absl::Status read = Look(family, keys, [&](size_t i, const rocksdb::PinnableSlice& value) {
      values[i] = std::string(value.data(), value.size());
    });
    if (!read.ok()) return read;
    return values;
  }

  absl::StatusOr<std::vector<bool>> Contains(Family family, std::span<const std::string> keys) const override {
    std::vector<bool> found(keys.size());
    const absl::Status read = Look(family, keys, [&](size_t i, const rocksdb::PinnableSlice&) { found[i] = true; });
    if (!read.ok()) return read;
    return found;
  }

  std::unique_ptr<StorageView> View() const override {
    return std::make_unique<RocksView>(db_.get(), families_, &views_);
  }

  absl::Status Flush() override { return ToStatus(FlushFamilies(db_.get(), families_), "writing sorted files"); }

  void SetObsolete(std::shared_ptr<const ObsoleteRule> rule) override { obsolete_->Set(std::move(rule)); }

  absl::Status Rewrite(Family family, absl::string_view from, absl::string_view to,
                       const std::function<bool()>& stop) override {
    return ToStatus(family == Family::kEvents
                        ? RewriteFiles(db_.get(), Handle(family), from, to, stop, compactions_.get())
                        : CompactAway(db_.get(), Handle(family), from, to),
                    "rewriting files");
  }

  absl::Status ForgetJournals() override {
    return ToStatus(feature_store::ForgetJournals(db_.get(), families_, Handle(Family::kMeta)), "forgetting journals");
  }

  uint64_t Sequence() const override { return db_->GetLatestSequenceNumber(); }

  uint64_t OldestView() const override {
    uint64_t oldest = 0;
    const bool known = db_->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
    return known && oldest != 0 ? oldest : std::numeric_limits<uint64_t>::max();
  }

  uint64_t DiskBytes() const override {
    uint64_t bytes = 0, part = 0;
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      if (db_->GetIntProperty(family, rocksdb::DB::Properties::kTotalSstFilesSize, &part)) bytes += part;
    }
    rocksdb::VectorLogPtr wals;
    if (db_->GetSortedWalFiles(wals).ok()) {
      for (const auto& wal : wals) bytes += wal->SizeFileBytes();
    }
    return bytes;
  }

  v1::DatabaseFigures Figures() const override { return ReadFigures(db_.get(), families_, *options_.statistics); }

 private:
  // Calls `found(i, value)` for each key that exists.
  template <typename Found>
  absl::Status Look(Family family, std::span<const std::string> keys, const Found& found) const {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(rocksdb::ReadOptions(), Handle(family), slices.size(), slices.data(), values.data(), statuses.data());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!statuses[i].ok() && !statuses[i].IsNotFound()) return ToStatus(statuses[i], "looking up many keys");
      if (statuses[i].ok()) found(i, values[i]);
    }
    return absl::OkStatus();
  }

  rocksdb::Options OptionsOf(Family family) const { return {options_, layouts_[static_cast<int>(family)]}; }
  rocksdb::ColumnFamilyHandle* Handle(Family family) const { return families_[static_cast<int>(family)]; }

  const std::string path_;
  const std::unique_ptr<rocksdb::Env> env_;
  const rocksdb::DBOptions options_;  // these two also for files made beside the database
  const Layouts layouts_;
  const std::shared_ptr<ObsoleteFilterFactory> obsolete_;
  const std::shared_ptr<CompactionWatch> compactions_;
  const std::unique_ptr<rocksdb::DB> db_;
  const Families families_;
  mutable std::atomic<int> views_ = 0;
  std::atomic<uint64_t> next_file_ = 0;
};

// Compaction gives way to what acknowledges events, so more sorted files may wait for it before writes slow down.
constexpr int kSlowDownFiles = 40;
constexpr int kStopFiles = 80;

// Long values, written once in order, read once, dropped: no filter, no compression. Files go down to the next level at
// once, where they can be dropped whole; they do not overlap, so nothing is copied.
rocksdb::ColumnFamilyOptions LogOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 32 << 20;
  options.compression = rocksdb::kNoCompression;
  options.level0_file_num_compaction_trigger = 1;
  return options;
}

// Records of customers, rewritten or appended to now and then in the order of their ids, looked up one by one when they
// come back.
rocksdb::ColumnFamilyOptions StateOptions(size_t cache_bytes) {
  rocksdb::ColumnFamilyOptions options;
  options.merge_operator = std::make_shared<AppendRecord>();
  // Records are written some files at a time, of different customers: merged one by one they would be copied in vain.
  options.level0_file_num_compaction_trigger = 16;
  options.level0_slowdown_writes_trigger = kSlowDownFiles;
  options.level0_stop_writes_trigger = kStopFiles;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// Written once, walked.
rocksdb::ColumnFamilyOptions NameOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kLZ4Compression;
  return options;
}

// Large sorted files, looked up by exact key for duplicates (filters answer most) and scanned by customer.
rocksdb::ColumnFamilyOptions EventOptions(size_t cache_bytes, std::shared_ptr<ObsoleteFilterFactory> obsolete) {
  rocksdb::ColumnFamilyOptions options;
  options.compaction_filter_factory = std::move(obsolete);
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.level0_file_num_compaction_trigger = 8;
  options.level0_slowdown_writes_trigger = kSlowDownFiles;
  options.level0_stop_writes_trigger = kStopFiles;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  table.block_size = 8 << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::Options DatabaseOptions(const RocksOptions& from) {
  rocksdb::Options options;
  options.create_if_missing = from.create;
  options.create_missing_column_families = from.create;
  options.info_log = std::make_shared<RocksInfoLog>("storage");
  options.paranoid_checks = true;
  options.track_and_verify_wals_in_manifest = true;
  options.max_manifest_file_size = kMostManifestBytes;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;  // a torn tail after a crash is ordinary
  options.max_background_jobs = 2;
  options.max_total_wal_size = 96 << 20;
  options.bytes_per_sync = 1 << 20;
  options.allow_fallocate = from.preallocate;
  options.statistics = rocksdb::CreateDBStatistics();
  options.statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);  // counters alone
  return options;
}

// What a crash left of a file that was not added yet: its records are in the log.
void RemoveUnfinished(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  if (!env->GetChildren(path, &names).ok()) return;  // opening says why
  for (const std::string& name : names) {
    if (absl::StartsWith(name, kUnfinishedPrefix)) env->DeleteFile(absl::StrCat(path, "/", name));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Storage>> OpenRocksStorage(const RocksOptions& from) {
  std::unique_ptr<rocksdb::Env> env = KeepFilesAfterFailure(from.env != nullptr ? from.env : rocksdb::Env::Default());
  rocksdb::Options options = DatabaseOptions(from);
  options.env = env.get();
  const auto compactions = std::make_shared<CompactionWatch>();
  options.listeners.push_back(compactions);
  const auto obsolete = std::make_shared<ObsoleteFilterFactory>();
  const Layouts layouts = {LogOptions(),
                           StateOptions(from.cache_bytes / 2),
                           EventOptions(from.cache_bytes / 2, obsolete),
                           {},
                           NameOptions()};
  if (!from.create) RemoveUnfinished(options.env, from.path);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = {{rocksdb::kDefaultColumnFamilyName, {}}};
  for (int i = 0; i < kFamilyCount; ++i) descriptors.emplace_back(kFamilyNames[i], layouts[i]);

  // Merging what is sorted can wait, and so can writing out what the log holds; clients do not. Where the system does
  // not allow it, both run like the rest.
  for (const auto pool : {rocksdb::Env::Priority::LOW, rocksdb::Env::Priority::HIGH}) {
    options.env->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow).PermitUncheckedError();
  }

  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status opened = rocksdb::DB::Open(options, from.path, descriptors, &handles, &db);
  if (!opened.ok()) return ToStatus(opened, absl::StrCat("opening the database in ", from.path));
  std::unique_ptr<rocksdb::DB> owned(db);
  db->DestroyColumnFamilyHandle(handles[0]);  // the default family stays empty
  Families families;
  for (int i = 0; i < kFamilyCount; ++i) families[i] = handles[i + 1];
  return std::make_unique<RocksStorage>(from.path, std::move(env), options, layouts, obsolete, compactions,
                                        std::move(owned), families);
}

}  // namespace ebb::feature_store
