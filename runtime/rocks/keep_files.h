#pragma once

#include <memory>

#include "rocksdb/env.h"

namespace ebb {

// `env` (borrowed), but once anything could not be written or synced no file is deleted any more. RocksDB 7 deletes a
// sorted file whose entry in the manifest failed; where the entry reached the disk nevertheless, the database then
// names a file that is not there and never opens again. What is kept in vain is removed when the database is opened
// next. It holds for the env's file system, through which RocksDB goes. For processes that end after a failed write.
// Thread-safe.
std::unique_ptr<rocksdb::Env> KeepFilesAfterFailure(rocksdb::Env* env);

}  // namespace ebb
