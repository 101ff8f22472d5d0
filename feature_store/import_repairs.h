// What importers mended, for those who train on their rows.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/data_repair.pb.h"
#include "feature_store/storage.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace ebb::feature_store {

// Of the imports (snapshot_id, as_of), all committed, that a row as of the last of `times` can see, by their as-of
// times. A snapshot counts once, however often it was imported; a fault that several of them have is told once with the
// rows of all. The first kMostRepairs are told. Reads a record an import; DATA_LOSS, INTERNAL: the storage failed.
absl::StatusOr<google::protobuf::RepeatedPtrField<v1::DataRepair>> RepairsSeen(
    const Storage& storage, const std::set<std::pair<std::string, int64_t>>& imports,
    std::span<const absl::Time> times);

}  // namespace ebb::feature_store
