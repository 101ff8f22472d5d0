#pragma once

#include <string>
#include <vector>

#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::benchmarks {

// Puts every event under (customer, time, id) into a fresh RocksDB in `folder`, one batch a write, fsynced: what a
// plain store of the same events costs. Events are serialised inside the measured time. Returns seconds.
double RunRocksDbPutLoop(const std::string& folder, const std::vector<v1::IngestRequest>& batches);

}  // namespace ebb::benchmarks
