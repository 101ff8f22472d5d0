#include "feature_store/column_buffers.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace ebb::feature_store {

static_assert(std::endian::native == std::endian::little, "Arrow's buffers are little-endian");

void ColumnBuilder::Bytes::MakeRoom(size_t bytes) {
  constexpr size_t kLeast = 256;
  room_.resize(std::max({size_ + bytes, room_.size() * 2, taken_ + taken_ / 16, kLeast}));
}

std::string ColumnBuilder::Bytes::Take() {
  taken_ = std::exchange(size_, 0);
  room_.resize(taken_);
  return std::exchange(room_, {});
}

ColumnBuilder::ColumnBuilder(std::string name, v1::ColumnBuffers::Type type) : name_(std::move(name)), type_(type) {
  Reset();
}

void ColumnBuilder::AppendNull() {
  switch (type_) {
    case v1::ColumnBuffers::UTF8:
      offsets_.Append(static_cast<int32_t>(data_.size()));
      break;
    case v1::ColumnBuffers::BOOL:
      data_.AppendBit(rows_, false);
      break;
    default:
      data_.Append(int64_t{0});
  }
  MarkNull();
}

void ColumnBuilder::MarkNull() {
  if (nulls_++ == 0) {
    for (int64_t row = 0; row < rows_; ++row) validity_.AppendBit(row, true);
  }
  validity_.AppendBit(rows_++, false);
}

v1::ColumnBuffers ColumnBuilder::Finish() {
  v1::ColumnBuffers column;
  column.set_name(name_);
  column.set_type(type_);
  column.set_validity(validity_.Take());
  column.set_offsets(offsets_.Take());
  column.set_data(data_.Take());
  column.set_null_count(nulls_);
  Reset();
  return column;
}

void ColumnBuilder::Reset() {
  rows_ = nulls_ = 0;
  if (type_ == v1::ColumnBuffers::UTF8) offsets_.Append(int32_t{0});
}

}  // namespace ebb::feature_store
