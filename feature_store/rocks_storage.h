// Storage on RocksDB. The only files of this room that know it: rocks_*.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "feature_store/storage.h"

namespace rocksdb {
class Env;
}

namespace ebb::feature_store {

struct RocksOptions {
  std::string path;
  // Whether an absent database is made; otherwise it is an error.
  bool create = false;
  // Blocks kept to be read again, of all families.
  size_t cache_bytes = 64 << 20;
  // Whether room for a log file is taken when it is begun, so that it lies in one piece. Not where files lie in memory:
  // there it is cleared at each start.
  bool preallocate = true;
  // File system and threads; null: the system's. Borrowed; must outlive the storage. Tests inject faults here.
  rocksdb::Env* env = nullptr;
};

// FAILED_PRECONDITION: locked by another process or absent; DATA_LOSS: damaged.
absl::StatusOr<std::unique_ptr<Storage>> OpenRocksStorage(const RocksOptions& options);

}  // namespace ebb::feature_store
