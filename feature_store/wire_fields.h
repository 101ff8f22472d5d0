// The fields of a protobuf message in its bytes, one after the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "google/protobuf/wire_format_lite.h"

namespace ebb::feature_store {

constexpr uint32_t LengthTag(int field) {
  using google::protobuf::internal::WireFormatLite;
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}
constexpr uint32_t VarintTag(int field) {
  using google::protobuf::internal::WireFormatLite;
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_VARINT);
}

// Every function returns false where the bytes end early or are nothing that protobuf's own parser takes: whoever keeps
// bytes that were read here can have them parsed later. (It takes groups, which are refused here.) Views may be std's
// or Abseil's, which in Debian's Abseil are two types.
class FieldReader {
 public:
  template <typename View>
  explicit FieldReader(const View& bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool at_end() const { return at_ == end_; }
  template <typename View>
  View Rest() const {
    return View(at_, static_cast<size_t>(end_ - at_));
  }

  bool ReadVarint(uint64_t* value) { return ReadNumber(kVarintBytes, value); }

  bool ReadTag(uint32_t* tag) {
    using google::protobuf::internal::WireFormatLite;
    uint64_t value = 0;
    if (!ReadNumber(kShortVarintBytes, &value) || value > UINT32_MAX) return false;
    *tag = static_cast<uint32_t>(value);
    return WireFormatLite::GetTagFieldNumber(*tag) != 0;
  }

  template <typename View>
  bool ReadBytes(View* bytes) {
    uint64_t size = 0;
    if (!ReadNumber(kShortVarintBytes, &size) || size > static_cast<uint64_t>(end_ - at_)) return false;
    *bytes = View(at_, static_cast<size_t>(size));
    at_ += size;
    return true;
  }

  bool ReadSigned(int64_t* value) {
    uint64_t bits = 0;
    if (!ReadVarint(&bits)) return false;
    *value = static_cast<int64_t>(bits);
    return true;
  }

  bool Skip(uint32_t tag) {
    using google::protobuf::internal::WireFormatLite;
    uint64_t number = 0;
    std::string_view bytes;
    switch (WireFormatLite::GetTagWireType(tag)) {
      case WireFormatLite::WIRETYPE_VARINT:
        return ReadVarint(&number);
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return ReadBytes(&bytes);
      case WireFormatLite::WIRETYPE_FIXED32:
        return Drop(4);
      case WireFormatLite::WIRETYPE_FIXED64:
        return Drop(8);
      default:
        return false;
    }
  }

 private:
  static constexpr int kVarintBytes = 10;
  static constexpr int kShortVarintBytes = 5;  // of a tag or a length

  bool ReadNumber(int most_bytes, uint64_t* value) {
    if (at_ != end_ && static_cast<uint8_t>(*at_) < 0x80) {
      *value = static_cast<uint8_t>(*at_++);
      return true;
    }
    *value = 0;
    for (int shift = 0; shift < 7 * most_bytes && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      *value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool Drop(ptrdiff_t bytes) {
    if (bytes > end_ - at_) return false;
    at_ += bytes;
    return true;
  }

  const char* at_;
  const char* const end_;
};

inline void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

// Append a field of a message to its bytes.
inline void AppendVarintField(int field, uint64_t value, std::string* out) {
  AppendVarint(VarintTag(field), out);
  AppendVarint(value, out);
}
template <typename Bytes>
void AppendBytesField(int field, const Bytes& bytes, std::string* out) {
  AppendVarint(LengthTag(field), out);
  AppendVarint(bytes.size(), out);
  out->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace ebb::feature_store
