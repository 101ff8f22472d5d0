// How an import becomes part of the store.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/residency.h"
#include "feature_store/staged_snapshot.h"

namespace ebb::feature_store {

// Rows of an import in an entry of the log, and folded under one lock.
inline constexpr size_t kRowsAtOnce = 4'096;

// Writes the rows to the log, syncs once, and folds them a slice at a time, so that readers wait for some thousand rows
// and not for millions. The rows are used up. On the writer's thread. INVALID_ARGUMENT: the as_of cannot be;
// RESOURCE_EXHAUSTED: no room on the disk; INTERNAL: a write failed, and whether the import counts is unknown.
absl::StatusOr<v1::ImportSnapshotResponse> CommitSnapshot(const WriterOptions& options, StagedSnapshot* snapshot,
                                                          LogTail* tail, Residency* residency, LiveState* live);

}  // namespace ebb::feature_store
