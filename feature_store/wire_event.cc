#include "feature_store/wire_event.h"

#include "absl/time/time.h"
#include "feature_store/event_time.h"
#include "feature_store/wire_fields.h"

namespace ebb::feature_store {
namespace {

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
  // What nobody has checked may be no time at all, and overflow.
  constexpr int64_t kFarAway = 1'000'000'000'000;
  if (stamp.seconds() > kFarAway || stamp.seconds() < -kFarAway) return false;
  *micros = ToMicros(stamp);
  return true;
}

}  // namespace

bool ReadWireEvent(absl::string_view bytes, WireEvent* event) {
  FieldReader in(bytes);
  uint32_t before = 0;
  event->body = {};
  event->known_at_us.reset();
  while (!in.at_end()) {
    const absl::string_view field = in.Rest<absl::string_view>();
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
        if (!in.ReadBytes(&value) || !ReadTimestamp(value, &event->known_at_us.emplace())) return false;
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
    const absl::string_view field = in.Rest<absl::string_view>();
    uint32_t tag = 0;
    if (!in.ReadTag(&tag)) return false;
    if (tag == LengthTag(storage::v1::LogEntry::kBatchFieldNumber)) {
      if (!in.ReadBytes(batch)) return false;
      continue;
    }
    if (!in.Skip(tag)) return false;
    others.append(field.data(), field.size() - in.Rest<absl::string_view>().size());
  }
  return header->ParseFromString(others);
}

bool IsBackfill(absl::string_view batch) {
  FieldReader in(batch);
  uint64_t backfill = 0;
  while (!in.at_end()) {
    uint32_t tag = 0;
    if (!in.ReadTag(&tag)) return true;
    const bool found = tag == VarintTag(v1::IngestRequest::kBackfillFieldNumber);
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
      rest_ = in.Rest<absl::string_view>();
      return !damaged_;
    }
    damaged_ = !in.Skip(tag);
    if (damaged_) return false;
  }
  rest_ = {};
  return false;
}

std::string WithoutEvents(absl::string_view batch, std::span<const uint32_t> indexes) {
  std::string rest;
  rest.reserve(batch.size());
  FieldReader fields(batch);
  auto leave_out = indexes.begin();
  uint32_t index = 0, tag = 0;
  while (!fields.at_end()) {
    const auto field = fields.Rest<absl::string_view>();
    if (!fields.ReadTag(&tag) || !fields.Skip(tag)) break;
    const bool is_event = tag == LengthTag(v1::IngestRequest::kEventsFieldNumber);
    if (is_event && leave_out != indexes.end() && *leave_out == index) {
      ++leave_out;
      rest.push_back(static_cast<char>(tag));
      rest.push_back('\0');
    } else {
      rest.append(field.data(), field.size() - fields.Rest<absl::string_view>().size());
    }
    if (is_event) ++index;
  }
  return rest;
}

void AppendKnownAt(int64_t known_at_us, std::string* out) {
  using google::protobuf::Timestamp;
  constexpr int64_t kMicros = 1'000'000;
  int64_t seconds = known_at_us / kMicros, micros = known_at_us % kMicros;
  if (micros < 0) {
    --seconds;
    micros += kMicros;
  }
  AppendVarint(LengthTag(v1::Event::kKnownAtFieldNumber), out);
  const size_t size_at = out->size();
  out->push_back(0);
  if (seconds != 0) AppendVarintField(Timestamp::kSecondsFieldNumber, static_cast<uint64_t>(seconds), out);
  if (micros != 0) AppendVarintField(Timestamp::kNanosFieldNumber, static_cast<uint64_t>(micros * 1000), out);
  (*out)[size_at] = static_cast<char>(out->size() - size_at - 1);  // at most 17
}

}  // namespace ebb::feature_store
