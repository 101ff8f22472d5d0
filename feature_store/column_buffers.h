// Builds columns in Arrow's memory layout, as ebb.v1.ColumnBuffers describes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
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

  v1::ColumnBuffers::Type type() const { return type_; }
  int64_t rows() const { return rows_; }
  // The column so far; the builder is empty afterwards and can be used for the next chunk.
  v1::ColumnBuffers Finish();

 private:
  // Bytes that grow at their end, some at a time: std::string's own append costs a call for every number.
  class Bytes {
   public:
    template <typename Value>
    void Append(Value value) {
      std::memcpy(Grow(sizeof(value)), &value, sizeof(value));
    }
    void AppendText(absl::string_view text) { std::memcpy(Grow(text.size()), text.data(), text.size()); }
    void AppendBit(int64_t index, bool bit) {
      if (index % 8 == 0) Append(char{0});
      char& last = room_[size_ - 1];
      last = static_cast<char>(last | (bit ? 1 : 0) << (index % 8));
    }
    size_t size() const { return size_; }
    std::string Take();

   private:
    char* Grow(size_t bytes) {
      if (room_.size() - size_ < bytes) MakeRoom(bytes);
      size_ += bytes;
      return room_.data() + size_ - bytes;
    }
    void MakeRoom(size_t bytes);

    std::string room_;  // its first `size_` bytes are in use
    size_t size_ = 0;
    size_t taken_ = 0;  // the last time: the next chunk is likely as large
  };

  void MarkNull();
  void MarkValid() {
    if (nulls_ > 0) validity_.AppendBit(rows_, true);
    ++rows_;
  }
  void Reset();

  const std::string name_;
  const v1::ColumnBuffers::Type type_;
  int64_t rows_ = 0;
  int64_t nulls_ = 0;
  Bytes validity_;  // from the first null on: before, nothing is sent
  Bytes offsets_;
  Bytes data_;
};

inline void ColumnBuilder::AppendFloat64(double value) {
  data_.Append(value);
  MarkValid();
}

inline void ColumnBuilder::AppendUtf8(absl::string_view value) {
  data_.AppendText(value);
  offsets_.Append(static_cast<int32_t>(data_.size()));
  MarkValid();
}

inline void ColumnBuilder::AppendTimestamp(int64_t micros) {
  data_.Append(micros);
  MarkValid();
}

inline void ColumnBuilder::AppendBool(bool value) {
  data_.AppendBit(rows_, value);
  MarkValid();
}

}  // namespace ebb::feature_store
