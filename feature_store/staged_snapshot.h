// The rows of an import, gathered and checked before anything is written.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/compiled_declarations.h"

namespace ebb::feature_store {

// One import's worth of rows. Memory is bounded: at most kMaxRows rows of together kMaxBytes. Not thread-safe.
class StagedSnapshot {
 public:
  static constexpr int64_t kMaxRows = 5'000'000;
  static constexpr int64_t kMaxBytes = int64_t{2} << 30;

  // The declarations are borrowed; `at_end` is called when the rows are gone.
  StagedSnapshot(const CompiledDeclarations* declarations, std::function<void()> at_end)
      : declarations_(declarations), at_end_(std::move(at_end)) {}
  ~StagedSnapshot() { at_end_(); }
  StagedSnapshot(const StagedSnapshot&) = delete;
  StagedSnapshot& operator=(const StagedSnapshot&) = delete;

  // Takes the messages of the stream in order. INVALID_ARGUMENT names row, field, value and rule; RESOURCE_EXHAUSTED
  // beyond the bounds. After an error the import is void.
  absl::Status Take(v1::ImportSnapshotRequest message);
  bool committed() const { return committed_; }
  // By which the rows were checked.
  const CompiledDeclarations& declarations() const { return *declarations_; }

  const v1::SnapshotHeader& header() const { return *header_; }
  std::vector<v1::SnapshotRow>& rows() { return rows_; }
  int64_t bytes() const { return bytes_; }
  std::optional<int64_t> as_of_us() const;

 private:
  absl::Status TakeHeader(v1::SnapshotHeader header);
  absl::Status TakeRows(v1::SnapshotRows rows);
  absl::Status TakeCommit(const v1::SnapshotCommit& commit);

  const CompiledDeclarations* const declarations_;
  const std::function<void()> at_end_;
  std::optional<v1::SnapshotHeader> header_;
  std::vector<v1::SnapshotRow> rows_;
  absl::flat_hash_set<std::string> customers_;
  int64_t bytes_ = 0;
  bool committed_ = false;
};

}  // namespace ebb::feature_store
