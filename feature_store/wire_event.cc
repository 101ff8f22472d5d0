#include "feature_store/wire_event.h"

#include <limits>

#include "absl/time/time.h"
#include "feature_store/event_time.h"
#include "google/protobuf/wire_format_lite.h"

namespace ebb::feature_store {
namespace {

using google::protobuf::internal::WireFormatLite;

constexpr uint32_t LengthTag(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

// The fields of a message, one after the other.
class FieldReader {
 public:
  explicit FieldReader(absl::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  absl::string_view rest() const { return rest_; }

  bool ReadVarint(uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      *value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool ReadTag(uint32_t* tag) {
    uint64_t value = 0;
    if (!ReadVarint(&value) || value > std::numeric_limits<uint32_t>::max()) return false;
    *tag = static_cast<uint32_t>(value);
    return true;
  }

  bool ReadBytes(absl::string_view* bytes) {
    uint64_t size = 0;
    if (!ReadVarint(&size) || size > rest_.size()) return false;
    *bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool Skip(uint32_t tag) {
    uint64_t number = 0;
    absl::string_view bytes;
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
  bool Drop(size_t bytes) {
    if (bytes > rest_.size()) return false;
    rest_.remove_prefix(bytes);
    return true;
  }

  absl::string_view rest_;
};

bool ReadTimestamp(absl::string_view bytes, int64_t* micros) {
  google::protobuf::Timestamp stamp;
  FieldReader in(bytes);
  while (!in.at_end()) {
    uint32_t tag = 0;
    uint64_t value = 0;
    if (!in.ReadTag(&tag) || !in.ReadVarint(&value)) return false;
    if (tag == 8) {
      stamp.set_seconds(static_cast<int64_t>(value));
    } else if (tag == 16) {
      stamp.set_nanos(static_cast<int32_t>(value));
    } else {
      return false;
    }
  }
  *micros = ToMicros(stamp);
  return true;
}

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

}  // namespace

bool ReadWireEvent(absl::string_view bytes, WireEvent* event) {
  FieldReader in(bytes);
  uint32_t before = 0;
  event->body = {};
  while (!in.at_end()) {
    const absl::string_view field = in.rest();
    uint32_t tag = 0;
    if (!in.ReadTag(&tag) || tag <= before) return false;
    before = tag;
    absl::string_view value;
    switch (tag) {
      case LengthTag(v1::Event::kCustomerIdFieldNumber):
        if (!in.ReadBytes(&event->customer_id)) return false;
        break;
      case LengthTag(v1::Event::kEventIdFieldNumber):
        if (!in.ReadBytes(&event->event_id)) return false;
        break;
      case LengthTag(v1::Event::kEventTimeFieldNumber):
        if (!in.ReadBytes(&value) || !ReadTimestamp(value, &event->event_time_us)) return false;
        break;
      case LengthTag(v1::Event::kKnownAtFieldNumber):
        if (!in.ReadBytes(&value)) return false;
        break;
      default:
        if (tag < LengthTag(v1::Event::kKnownAtFieldNumber) || !in.Skip(tag)) return false;
        if (event->body.empty()) event->body = field;
    }
  }
  return true;
}

bool SplitLogEntry(absl::string_view bytes, storage::v1::LogEntry* header, absl::string_view* batch) {
  FieldReader in(bytes);
  std::string others;
  while (!in.at_end()) {
    const absl::string_view field = in.rest();
    uint32_t tag = 0;
    if (!in.ReadTag(&tag)) return false;
    if (tag == LengthTag(storage::v1::LogEntry::kBatchFieldNumber)) {
      if (!in.ReadBytes(batch)) return false;
      continue;
    }
    if (!in.Skip(tag)) return false;
    others.append(field.data(), field.size() - in.rest().size());
  }
  return header->ParseFromString(others);
}

bool IsBackfill(absl::string_view batch) {
  FieldReader in(batch);
  uint64_t backfill = 0;
  while (!in.at_end()) {
    uint32_t tag = 0;
    if (!in.ReadTag(&tag)) return true;
    const bool found =
        tag == WireFormatLite::MakeTag(v1::IngestRequest::kBackfillFieldNumber, WireFormatLite::WIRETYPE_VARINT);
    if (found ? !in.ReadVarint(&backfill) : !in.Skip(tag)) return true;
  }
  return backfill != 0;
}

bool WireBatch::Next(absl::string_view* event) {
  FieldReader in(rest_);
  while (!in.at_end()) {
    uint32_t tag = 0;
    damaged_ = !in.ReadTag(&tag);
    if (damaged_) return false;
    if (tag == LengthTag(v1::IngestRequest::kEventsFieldNumber)) {
      damaged_ = !in.ReadBytes(event);
      rest_ = in.rest();
      return !damaged_;
    }
    damaged_ = !in.Skip(tag);
    if (damaged_) return false;
  }
  rest_ = {};
  return false;
}

void AppendKnownAt(int64_t known_at_us, std::string* out) {
  const google::protobuf::Timestamp stamp = ToTimestamp(absl::FromUnixMicros(known_at_us));
  AppendVarint(LengthTag(v1::Event::kKnownAtFieldNumber), out);
  AppendVarint(stamp.ByteSizeLong(), out);
  stamp.AppendToString(out);
}

}  // namespace ebb::feature_store
