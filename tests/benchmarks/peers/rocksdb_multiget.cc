// ebb-bench-rocksdb-multiget FOLDER CUSTOMERS VALUE_BYTES SECONDS: MultiGet of 100 random keys at a time on one thread,
// from a RocksDB that holds one value a customer, all of it in the block cache. Prints customers a second.

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kKeysACall = 100;

void Check(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "rocksdb: %s\n", status.ToString().c_str());
  std::abort();
}

std::unique_ptr<rocksdb::DB> Fill(const char* folder, size_t customers, size_t value_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(size_t{8} << 30);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* opened = nullptr;
  Check(rocksdb::DB::Open(options, folder, &opened));
  std::unique_ptr<rocksdb::DB> db(opened);
  std::mt19937_64 random(0);
  std::string value(value_bytes, '\0');
  for (size_t i = 0; i < customers; ++i) {
    for (char& byte : value) byte = static_cast<char>(random());
    Check(db->Put({}, "c" + std::to_string(i), value));
  }
  Check(db->CompactRange({}, nullptr, nullptr));
  const std::unique_ptr<rocksdb::Iterator> all(db->NewIterator({}));
  for (all->SeekToFirst(); all->Valid(); all->Next()) {
  }
  Check(all->status());
  return db;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const size_t customers = std::strtoull(argv[2], nullptr, 10);
  const std::unique_ptr<rocksdb::DB> db = Fill(argv[1], customers, std::strtoull(argv[3], nullptr, 10));
  std::mt19937_64 random(1);
  std::array<std::string, kKeysACall> keys;
  std::array<rocksdb::Slice, kKeysACall> slices;
  std::array<rocksdb::PinnableSlice, kKeysACall> values;
  std::array<rocksdb::Status, kKeysACall> statuses;
  size_t read = 0;
  const Clock::time_point begin = Clock::now();
  const Clock::time_point until = begin + std::chrono::milliseconds(static_cast<int64_t>(std::atof(argv[4]) * 1e3));
  while (Clock::now() < until) {
    for (int i = 0; i < kKeysACall; ++i) {
      keys[i] = "c" + std::to_string(random() % customers);
      slices[i] = keys[i];
      values[i].Reset();
    }
    db->MultiGet({}, db->DefaultColumnFamily(), kKeysACall, slices.data(), values.data(), statuses.data());
    for (const rocksdb::Status& status : statuses) Check(status);
    read += kKeysACall;
  }
  std::printf("{\"customers_per_second\":%.1f}\n",
              static_cast<double>(read) / std::chrono::duration<double>(Clock::now() - begin).count());
}
