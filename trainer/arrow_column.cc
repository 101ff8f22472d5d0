#include "trainer/arrow_column.h"

#include <bit>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ebb::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "Arrow's buffers are little-endian and are read in place");

constexpr int64_t kPadding = 64;

bool BitAt(std::string_view bits, int64_t index) {
  return (static_cast<uint8_t>(bits[static_cast<size_t>(index / 8)]) >> (index % 8)) & 1;
}

template <typename T>
T ValueAt(std::string_view bytes, int64_t index) {
  T value;
  std::memcpy(&value, bytes.data() + static_cast<size_t>(index) * sizeof(T), sizeof(T));
  return value;
}

int64_t BytesOfBits(int64_t rows) { return (rows + 7) / 8; }

bool HoldsExactly(std::string_view buffer, int64_t bytes) {
  const int64_t padded = (bytes + kPadding - 1) / kPadding * kPadding;
  const auto size = static_cast<int64_t>(buffer.size());
  return bytes <= size && size <= padded;
}

absl::Status Malformed(std::string_view column, const std::string& what) {
  return absl::DataLossError(absl::StrCat("column `", std::string(column), "`: ", what));
}

absl::Status CheckSize(std::string_view column, const char* buffer, std::string_view bytes, int64_t needed,
                       int64_t rows) {
  if (HoldsExactly(bytes, needed)) return absl::OkStatus();
  return Malformed(column, absl::StrCat("`", buffer, "` has ", bytes.size(), " bytes, ", rows, " rows need ", needed));
}

}  // namespace

ArrowColumn::ArrowColumn(const v1::ColumnBuffers& column)
    : name_(column.name()),
      validity_(column.validity()),
      offsets_(column.offsets()),
      data_(column.data()),
      null_count_(column.null_count()) {}

absl::StatusOr<ArrowColumn> ArrowColumn::Open(const v1::ColumnBuffers& column, v1::ColumnBuffers::Type type,
                                              int64_t rows) {
  ArrowColumn view(column);
  if (column.type() != type) {
    return Malformed(view.name_, absl::StrCat("type is ", v1::ColumnBuffers::Type_Name(column.type()), ", expected ",
                                              v1::ColumnBuffers::Type_Name(type)));
  }
  if (auto status = view.CheckValidity(rows); !status.ok()) return status;
  if (type == v1::ColumnBuffers::UTF8) {
    if (auto status = view.CheckOffsets(rows); !status.ok()) return status;
  } else if (!view.offsets_.empty()) {
    return Malformed(view.name_, "`offsets` is only for UTF8");
  } else if (auto status = view.CheckData(type, rows); !status.ok()) {
    return status;
  }
  return view;
}

absl::Status ArrowColumn::CheckValidity(int64_t rows) {
  int64_t nulls = 0;
  if (!validity_.empty()) {
    if (auto status = CheckSize(name_, "validity", validity_, BytesOfBits(rows), rows); !status.ok()) return status;
    for (int64_t row = 0; row < rows; ++row) nulls += !BitAt(validity_, row);
  }
  if (null_count_ != nulls) {
    return Malformed(name_, absl::StrCat("`null_count` is ", null_count_, ", `validity` has ", nulls, " nulls"));
  }
  return absl::OkStatus();
}

absl::Status ArrowColumn::CheckOffsets(int64_t rows) const {
  if (rows == 0 && offsets_.empty()) return absl::OkStatus();  // Arrow allows a column without rows to have none
  const auto needed = (rows + 1) * static_cast<int64_t>(sizeof(int32_t));
  if (auto status = CheckSize(name_, "offsets", offsets_, needed, rows); !status.ok()) return status;
  if (Offset(0) != 0) return Malformed(name_, absl::StrCat("offset 0 is ", Offset(0), ", it must be 0"));
  for (int64_t row = 0; row < rows; ++row) {
    if (Offset(row) > Offset(row + 1)) {
      return Malformed(name_, absl::StrCat("offset ", row + 1, " is ", Offset(row + 1), ", below the one before it (",
                                           Offset(row), ")"));
    }
  }
  if (!HoldsExactly(data_, Offset(rows))) {
    return Malformed(name_, absl::StrCat("`data` has ", data_.size(), " bytes, the offsets end at ", Offset(rows)));
  }
  return absl::OkStatus();
}

absl::Status ArrowColumn::CheckData(v1::ColumnBuffers::Type type, int64_t rows) const {
  const int64_t needed = type == v1::ColumnBuffers::BOOL ? BytesOfBits(rows) : rows * 8;
  return CheckSize(name_, "data", data_, needed, rows);
}

int32_t ArrowColumn::Offset(int64_t index) const { return ValueAt<int32_t>(offsets_, index); }

bool ArrowColumn::IsNull(int64_t row) const { return !validity_.empty() && !BitAt(validity_, row); }

double ArrowColumn::Number(int64_t row) const { return ValueAt<double>(data_, row); }

std::string_view ArrowColumn::Text(int64_t row) const {
  const int32_t begin = Offset(row);
  return data_.substr(static_cast<size_t>(begin), static_cast<size_t>(Offset(row + 1) - begin));
}

int64_t ArrowColumn::Micros(int64_t row) const { return ValueAt<int64_t>(data_, row); }

bool ArrowColumn::Bit(int64_t row) const { return BitAt(data_, row); }

}  // namespace ebb::trainer
