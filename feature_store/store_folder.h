// The store's data folder: the database in `db`, the secret of the pseudonyms in `secret`.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "feature_store/storage.h"
#include "runtime/data_folder.h"

namespace ebb::feature_store {

struct StoreFolder {
  std::unique_ptr<DataFolder> folder;  // first: its lock is given back last
  std::string secret;
  std::unique_ptr<Storage> storage;
};

// Makes the folder if it is absent. Errors of DataFolder::Open and OpenRocksStorage; DATA_LOSS: the secret is gone or
// damaged, and with it the way from a customer to their events.
absl::StatusOr<StoreFolder> OpenStoreFolder(const std::string& path, size_t cache_bytes);

}  // namespace ebb::feature_store
