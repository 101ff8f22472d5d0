// What RocksDB says of itself.
#pragma once

#include <span>

#include "ebb/v1/feature_store_service.pb.h"
#include "rocksdb/db.h"
#include "rocksdb/statistics.h"

namespace ebb::feature_store {

// Sums over the families. `statistics` are those the database was opened with.
v1::DatabaseFigures ReadFigures(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families,
                                const rocksdb::Statistics& statistics);

}  // namespace ebb::feature_store
