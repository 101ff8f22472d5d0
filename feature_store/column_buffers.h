// Builds columns in Arrow's memory layout, as ebb.v1.ColumnBuffers describes them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "ebb/v1/feature.pb.h"

namespace ebb::feature_store {

// One column; append its rows in order, then Finish. Not thread-safe.
class ColumnBuilder {
 public:
  ColumnBuilder(std::string name, v1::ColumnBuffers::Type type);

  // Each belongs to the type of its name; calling another is a programming error.
  void AppendFloat64(double value);
  void AppendUtf8(absl::string_view value);
  void AppendTimestamp(int64_t micros);
  void AppendBool(bool value);
  void AppendNull();

  int64_t rows() const { return rows_; }
  // The column so far; the builder is empty afterwards and can be used for the next chunk.
  v1::ColumnBuffers Finish();

 private:
  void MarkRow(bool valid);
  void Reset();

  const std::string name_;
  const v1::ColumnBuffers::Type type_;
  int64_t rows_ = 0;
  int64_t nulls_ = 0;
  std::string validity_;
  std::string offsets_;
  std::string data_;
};

}  // namespace ebb::feature_store
