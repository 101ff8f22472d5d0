#pragma once

#include <span>
#include <string>

#include "tests/benchmarks/workload.h"

namespace ebb::benchmarks {

// Puts every event under (customer, time, id) into a fresh RocksDB in `folder`, one batch a write, fsynced: what a
// plain store of the same events costs. Events are serialised inside the measured time, batches are read outside it.
// Returns events a second.
double RunRocksDbPutLoop(const std::string& folder, std::span<const WireBatch> batches);

}  // namespace ebb::benchmarks
