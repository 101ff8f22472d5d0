#include "feature_store/log_entry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/stored_record.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

std::string EncodeBatchEntry(const storage::v1::LogEntry& header, absl::string_view batch) {
  using google::protobuf::internal::WireFormatLite;
  std::string bytes;
  bytes.reserve(header.ByteSizeLong() + batch.size() + 16);
  bytes = {kRecordVersion, static_cast<char>(RecordCodec::kPlain)};
  header.AppendToString(&bytes);
  // A protobuf message is a sequence of fields: the batch follows as one more of them.
  google::protobuf::io::StringOutputStream raw(&bytes);
  google::protobuf::io::CodedOutputStream out(&raw);
  out.WriteTag(
      WireFormatLite::MakeTag(storage::v1::LogEntry::kBatchFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint32(static_cast<uint32_t>(batch.size()));
  out.WriteRaw(batch.data(), static_cast<int>(batch.size()));
  out.Trim();
  return bytes;
}

int64_t KnownTimes::Of(int64_t event_time_us, std::optional<int64_t> sent_us) {
  if (backfill_) return sent_us.value_or(event_time_us);
  if (watermark_) known_us_ = std::max(known_us_, event_time_us);
  return known_us_;
}

int64_t KnownTimes::Of(const v1::Event& event) {
  // Of any other batch it is not the sender's to say, was not checked, and may be no time at all.
  std::optional<int64_t> sent_us;
  if (backfill_ && event.has_known_at()) sent_us = ToMicros(event.known_at());
  return Of(ToMicros(event.event_time()), sent_us);
}

bool ChangesThePast(const storage::v1::LogEntry& entry) {
  return entry.has_snapshot_end() || entry.has_erasure() || entry.batch().backfill();
}

void VisitCounted(const storage::v1::LogEntry& header, const v1::IngestRequest& batch,
                  const std::function<void(int, const v1::Event&, int64_t)>& visit) {
  KnownTimes known_at(header, batch.backfill());
  auto skip = header.skipped().begin();
  for (int i = 0; i < batch.events_size(); ++i) {
    if (skip != header.skipped().end() && *skip == static_cast<uint32_t>(i)) {
      ++skip;
      continue;
    }
    visit(i, batch.events(i), known_at.Of(batch.events(i)));
  }
}

v1::Event SnapshotEvent(const storage::v1::SnapshotEnd& end, v1::SnapshotRow row) {
  v1::Event event;
  event.set_customer_id(std::move(*row.mutable_customer_id()));
  event.set_event_id(absl::StrCat("\x01", Sha256Hex(end.snapshot_id()).substr(0, 32)));
  *event.mutable_event_time() = ToTimestamp(absl::FromUnixMicros(end.as_of_us()));
  *event.mutable_known_at() = event.event_time();
  event.mutable_imported_snapshot()->Swap(row.mutable_snapshot());
  return event;
}

}  // namespace ebb::feature_store
