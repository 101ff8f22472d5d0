#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "ebb/v1/feature.pb.h"

namespace ebb::trainer {

// One column of a chunk, read in place. Every length, offset and count is checked when it is opened, so that the
// accessors can be plain reads. Refers to the message it was opened on. Threads may share one.
class ArrowColumn {
 public:
  // DATA_LOSS names the column and the rule when the buffers do not hold `rows` values of `type`. Buffers may be
  // padded with up to 63 bytes, as Arrow does for alignment.
  static absl::StatusOr<ArrowColumn> Open(const v1::ColumnBuffers& column, v1::ColumnBuffers::Type type, int64_t rows);

  bool IsNull(int64_t row) const;

  // Each only for its own type, and only where the row is not null (null rows hold anything).
  double Number(int64_t row) const;
  std::string_view Text(int64_t row) const;
  int64_t Micros(int64_t row) const;
  bool Bit(int64_t row) const;

  int64_t null_count() const { return null_count_; }

 private:
  explicit ArrowColumn(const v1::ColumnBuffers& column);

  absl::Status CheckValidity(int64_t rows);
  absl::Status CheckOffsets(int64_t rows) const;
  absl::Status CheckData(v1::ColumnBuffers::Type type, int64_t rows) const;
  int32_t Offset(int64_t index) const;

  std::string_view name_;
  std::string_view validity_;
  std::string_view offsets_;
  std::string_view data_;
  int64_t null_count_ = 0;
};

}  // namespace ebb::trainer
