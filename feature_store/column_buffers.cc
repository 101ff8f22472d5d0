#include "feature_store/column_buffers.h"

#include <bit>
#include <cassert>
#include <utility>

namespace ebb::feature_store {
namespace {

static_assert(std::endian::native == std::endian::little, "Arrow's buffers are little-endian");

template <typename Value>
void AppendBytes(Value value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendBit(int64_t index, bool bit, std::string* out) {
  if (index % 8 == 0) out->push_back(0);
  if (bit) out->back() = static_cast<char>(out->back() | 1 << (index % 8));
}

}  // namespace

ColumnBuilder::ColumnBuilder(std::string name, v1::ColumnBuffers::Type type) : name_(std::move(name)), type_(type) {
  Reset();
}

void ColumnBuilder::AppendFloat64(double value) {
  assert(type_ == v1::ColumnBuffers::FLOAT64);
  AppendBytes(value, &data_);
  MarkRow(true);
}

void ColumnBuilder::AppendUtf8(absl::string_view value) {
  assert(type_ == v1::ColumnBuffers::UTF8);
  data_.append(value.data(), value.size());
  AppendBytes(static_cast<int32_t>(data_.size()), &offsets_);
  MarkRow(true);
}

void ColumnBuilder::AppendTimestamp(int64_t micros) {
  assert(type_ == v1::ColumnBuffers::TIMESTAMP_MICROS);
  AppendBytes(micros, &data_);
  MarkRow(true);
}

void ColumnBuilder::AppendBool(bool value) {
  assert(type_ == v1::ColumnBuffers::BOOL);
  AppendBit(rows_, value, &data_);
  MarkRow(true);
}

void ColumnBuilder::AppendNull() {
  switch (type_) {
    case v1::ColumnBuffers::UTF8:
      AppendBytes(static_cast<int32_t>(data_.size()), &offsets_);
      break;
    case v1::ColumnBuffers::BOOL:
      AppendBit(rows_, false, &data_);
      break;
    default:
      AppendBytes(int64_t{0}, &data_);
  }
  MarkRow(false);
}

void ColumnBuilder::MarkRow(bool valid) {
  AppendBit(rows_, valid, &validity_);
  ++rows_;
  if (!valid) ++nulls_;
}

v1::ColumnBuffers ColumnBuilder::Finish() {
  const size_t validity_bytes = validity_.size(), offset_bytes = offsets_.size(), data_bytes = data_.size();
  v1::ColumnBuffers column;
  column.set_name(name_);
  column.set_type(type_);
  if (nulls_ > 0) column.set_validity(std::move(validity_));
  column.set_offsets(std::move(offsets_));
  column.set_data(std::move(data_));
  column.set_null_count(nulls_);
  Reset();
  // The next chunk is likely as large: room at once instead of a dozen times twice as much.
  validity_.reserve(validity_bytes);
  offsets_.reserve(offset_bytes);
  data_.reserve(data_bytes);
  return column;
}

void ColumnBuilder::Reset() {
  rows_ = nulls_ = 0;
  validity_.clear();
  data_.clear();
  offsets_.clear();
  if (type_ == v1::ColumnBuffers::UTF8) AppendBytes(int32_t{0}, &offsets_);
}

}  // namespace ebb::feature_store
