// ebb-bench-store-scan DATA_DIR: reads all that a stopped store keeps of events, the sorted history and the rest of the
// log, in order of its keys, and does nothing with it: what a training set could cost at the least. Prints the seconds
// and how much it was.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "feature_store/rocks_storage.h"

namespace {

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  using namespace ebb::feature_store;
  RocksOptions options;
  options.path = std::string(argv[1]) + "/db";
  const absl::StatusOr<std::unique_ptr<Storage>> storage = OpenRocksStorage(options);
  Check(storage.status());
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<StorageView> view = (*storage)->View();
  uint64_t bytes = 0;
  for (const Family family : {Family::kEvents, Family::kLog}) {
    const std::unique_ptr<Cursor> cursor = view->Scan(family, "", "");
    for (; cursor->Valid(); cursor->Next()) {
      bytes += cursor->key().size() + cursor->value().size();
    }
    Check(cursor->status());
  }
  std::printf("{\"seconds\":%.6f,\"mib\":%.1f}\n",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
              static_cast<double>(bytes) / (1024 * 1024));
}
