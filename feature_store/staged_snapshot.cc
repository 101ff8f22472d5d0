#include "feature_store/staged_snapshot.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/event_check.h"
#include "feature_store/event_time.h"
#include "feature_store/invalid_field.h"

namespace ebb::feature_store {
namespace {

constexpr int kMaxRowsInMessage = 10'000;
constexpr size_t kMaxSnapshotIdBytes = 128;

}  // namespace

std::optional<int64_t> StagedSnapshot::as_of_us() const {
  if (!header_.has_value() || !header_->has_as_of()) return std::nullopt;
  return ToMicros(header_->as_of());
}

absl::Status StagedSnapshot::Take(v1::ImportSnapshotRequest message) {
  if (committed_) return InvalidField("kind", "nothing may follow the commit");
  switch (message.kind_case()) {
    case v1::ImportSnapshotRequest::kHeader:
      return TakeHeader(std::move(*message.mutable_header()));
    case v1::ImportSnapshotRequest::kRows:
      return TakeRows(std::move(*message.mutable_rows()));
    case v1::ImportSnapshotRequest::kCommit:
      return TakeCommit(message.commit());
    case v1::ImportSnapshotRequest::KIND_NOT_SET:
      break;
  }
  return InvalidField("kind", "one of header, rows, commit must be set");
}

absl::Status StagedSnapshot::TakeHeader(v1::SnapshotHeader header) {
  if (header_.has_value()) return InvalidField("header", "must be sent once, as the first message");
  if (header.snapshot_id().empty() || header.snapshot_id().size() > kMaxSnapshotIdBytes) {
    return InvalidField("header.snapshot_id",
                        absl::StrCat("has ", header.snapshot_id().size(), " bytes; must have 1 to ",
                                     kMaxSnapshotIdBytes, ": a digest of the content"));
  }
  if (const absl::StatusOr<absl::Time> as_of = ReadTime("header.as_of", header.as_of()); !as_of.ok()) {
    return as_of.status();
  }
  if (const std::vector<Violation> violations = CheckRepairs(header.repairs()); !violations.empty()) {
    return InvalidField("header.", violations);
  }
  header_ = std::move(header);
  return absl::OkStatus();
}

absl::Status StagedSnapshot::TakeRows(v1::SnapshotRows rows) {
  if (!header_.has_value()) return InvalidField("rows", "a header must come first");
  if (rows.rows_size() < 1 || rows.rows_size() > kMaxRowsInMessage) {
    return InvalidField("rows.rows",
                        absl::StrCat("has ", rows.rows_size(), " rows; must have 1 to ", kMaxRowsInMessage));
  }
  for (v1::SnapshotRow& row : *rows.mutable_rows()) {
    const std::string path = absl::StrCat("rows[", rows_.size(), "]");
    if (const std::vector<Violation> violations = CheckSnapshotRow(row, *declarations_); !violations.empty()) {
      return InvalidField(path + ".", violations);
    }
    if (!customers_.insert(row.customer_id()).second) {
      return InvalidField(absl::StrCat(path, ".customer_id"),
                          "a customer may appear once in a snapshot; this one came before");
    }
    bytes_ += static_cast<int64_t>(row.ByteSizeLong());
    if (static_cast<int64_t>(rows_.size()) >= kMaxRows || bytes_ > kMaxBytes) {
      return absl::ResourceExhaustedError(absl::StrCat("a snapshot may have ", kMaxRows, " rows of together ",
                                                       kMaxBytes, " bytes: cut it into several"));
    }
    rows_.push_back(std::move(row));
  }
  return absl::OkStatus();
}

absl::Status StagedSnapshot::TakeCommit(const v1::SnapshotCommit& commit) {
  if (!header_.has_value()) return InvalidField("commit", "a header must come first");
  if (commit.row_count() != static_cast<int64_t>(rows_.size())) {
    return InvalidField("commit.row_count", absl::StrCat("says ", commit.row_count(), ", but ", rows_.size(),
                                                         " rows came: nothing was imported"));
  }
  if (rows_.empty()) return InvalidField("commit.row_count", "a snapshot needs at least one row");
  committed_ = true;
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
