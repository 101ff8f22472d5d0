// ebb-bench-rocksdb-put FOLDER WORKLOAD EVENTS: puts every event under (customer, time, id) into a fresh RocksDB, one
// batch a write, fsynced: what a plain store of the same events costs. Keys are made beforehand. Prints the seconds.

#include <rocksdb/db.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/benchmarks/workload_file.h"

namespace {

void Check(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "rocksdb: %s\n", status.ToString().c_str());
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  using namespace ebb::benchmarks;
  const WorkloadFile workload(argv[2]);
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  Check(rocksdb::DB::Open(options, argv[1], &opened));
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  int64_t events = 0;
  std::chrono::steady_clock::duration spent{};
  for (const WireBatch& wire : workload.batches(std::atoll(argv[3]))) {
    const std::vector<EventBytes> split = SplitEvents(wire);
    const auto begin = std::chrono::steady_clock::now();
    rocksdb::WriteBatch batch;
    for (const EventBytes& event : split) Check(batch.Put(event.key, {event.value.data(), event.value.size()}));
    Check(db->Write(synced, &batch));
    spent += std::chrono::steady_clock::now() - begin;
    events += wire.events;
  }
  std::printf("{\"events\":%lld,\"seconds\":%.6f}\n", static_cast<long long>(events),
              std::chrono::duration<double>(spent).count());
}
