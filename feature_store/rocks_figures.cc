#include "feature_store/rocks_figures.h"

#include "absl/time/time.h"

namespace ebb::feature_store {
namespace {

using Properties = rocksdb::DB::Properties;

int64_t Sum(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families, const std::string& property) {
  uint64_t sum = 0, part = 0;
  for (rocksdb::ColumnFamilyHandle* family : families) {
    if (db->GetIntProperty(family, property, &part)) sum += part;
  }
  return static_cast<int64_t>(sum);
}

// Of the database as a whole.
int64_t Whole(rocksdb::DB* db, const std::string& property) {
  uint64_t value = 0;
  return db->GetIntProperty(property, &value) ? static_cast<int64_t>(value) : 0;
}

int64_t WalBytes(rocksdb::DB* db) {
  uint64_t bytes = 0;
  rocksdb::VectorLogPtr wals;
  if (!db->GetSortedWalFiles(wals).ok()) return 0;
  for (const auto& wal : wals) bytes += wal->SizeFileBytes();
  return static_cast<int64_t>(bytes);
}

}  // namespace

v1::DatabaseFigures ReadFigures(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families,
                                const rocksdb::Statistics& statistics) {
  v1::DatabaseFigures figures;
  figures.set_live_bytes(Sum(db, families, Properties::kEstimateLiveDataSize));
  figures.set_file_bytes(Sum(db, families, Properties::kTotalSstFilesSize));
  figures.set_wal_bytes(WalBytes(db));
  figures.set_memtable_bytes(Sum(db, families, Properties::kSizeAllMemTables));
  figures.set_table_reader_bytes(Sum(db, families, Properties::kEstimateTableReadersMem));
  figures.set_block_cache_bytes(Sum(db, families, Properties::kBlockCacheUsage));  // each family has a cache of its own
  figures.set_block_cache_hits(static_cast<int64_t>(statistics.getTickerCount(rocksdb::BLOCK_CACHE_HIT)));
  figures.set_block_cache_misses(static_cast<int64_t>(statistics.getTickerCount(rocksdb::BLOCK_CACHE_MISS)));
  figures.set_pending_compaction_bytes(Sum(db, families, Properties::kEstimatePendingCompactionBytes));
  figures.set_background_jobs(Whole(db, Properties::kNumRunningCompactions) +
                              Whole(db, Properties::kNumRunningFlushes));
  const absl::Duration stalled =
      absl::Microseconds(static_cast<int64_t>(statistics.getTickerCount(rocksdb::STALL_MICROS)));
  figures.mutable_stalled()->set_seconds(absl::ToInt64Seconds(stalled));
  figures.mutable_stalled()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(stalled - absl::Seconds(figures.stalled().seconds()))));
  figures.set_stalling(Whole(db, Properties::kIsWriteStopped) != 0 ||
                       Whole(db, Properties::kActualDelayedWriteRate) != 0);
  return figures;
}

}  // namespace ebb::feature_store
