#include "tests/benchmarks/rocksdb_put_loop.h"

#include <rocksdb/db.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace ebb::benchmarks {
namespace {

void Check(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "rocksdb: %s\n", status.ToString().c_str());
  std::abort();
}

void AppendBigEndian(uint64_t value, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

}  // namespace

double RunRocksDbPutLoop(const std::string& folder, std::span<const WireBatch> batches) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  Check(rocksdb::DB::Open(options, folder, &opened));
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::string key, value;
  v1::IngestRequest request;
  int64_t events = 0;
  std::chrono::steady_clock::duration spent{};
  for (const WireBatch& wire : batches) {
    if (!request.ParseFromString(wire.bytes)) std::abort();
    const auto begin = std::chrono::steady_clock::now();
    rocksdb::WriteBatch batch;
    for (const v1::Event& event : request.events()) {
      key = event.customer_id();
      AppendBigEndian(event.event_time().seconds() * 1'000'000 + event.event_time().nanos() / 1'000, key);
      key += event.event_id();
      event.SerializeToString(&value);
      Check(batch.Put(key, value));
    }
    Check(db->Write(synced, &batch));
    spent += std::chrono::steady_clock::now() - begin;
    events += wire.events;
  }
  return static_cast<double>(events) / std::chrono::duration<double>(spent).count();
}

}  // namespace ebb::benchmarks
