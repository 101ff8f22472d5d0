#include "feature_store/segment_sorter.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>

#include "feature_store/event_time.h"
#include "feature_store/log_entry.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "feature_store/wire_event.h"
#include "runtime/large_blocks.h"

namespace ebb::feature_store {
namespace {

uint64_t BigEndian(const uint8_t* bytes) {
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = (number << 8) | bytes[i];
  return number;
}

absl::Status Unreadable() { return absl::DataLossError("a batch of the log cannot be read: it is damaged"); }

}  // namespace

// Buffers of megabytes that grew step by step would be copied again and again; room that is not used costs nothing.
SegmentSorter::SegmentSorter(const Pseudonymizer& pseudonyms, size_t expected_events) : pseudonyms_(pseudonyms) {
  constexpr size_t kMostReserved = 1 << 20, kBytesPerEvent = 128;
  const size_t events = std::min(expected_events, kMostReserved);
  ReserveHuge(events * kBytesPerEvent, &bytes_);
  ReserveHuge(events, &rows_);
}

absl::Status SegmentSorter::Add(const LogUnit& unit) {
  for (const v1::Event* event : unit.events) AddParsed(*event);
  return unit.batch.empty() ? absl::OkStatus() : AddBatch(unit);
}

absl::Status SegmentSorter::AddBatch(const LogUnit& unit) {
  KnownTimes known_times(unit.entry, IsBackfill(unit.batch));
  WireBatch batch(unit.batch);
  absl::string_view bytes;
  auto skip = unit.entry.skipped().begin();
  for (uint32_t i = 0; batch.Next(&bytes); ++i) {
    if (skip != unit.entry.skipped().end() && *skip == i) {
      ++skip;
      continue;
    }
    WireEvent event;
    if (ReadWireEvent(bytes, &event)) {
      Begin(event.customer_id, event.event_time_us, event.event_id);
      AppendKnownAt(known_times.Of(event.event_time_us, event.known_at_us),
                    &bytes_);  // fields ascend: ReadEventView reads the record
      bytes_.append(event.body.data(), event.body.size());
      End();
      continue;
    }
    v1::Event parsed;
    if (!parsed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Unreadable();
    *parsed.mutable_known_at() = ToTimestamp(absl::FromUnixMicros(known_times.Of(parsed)));
    AddParsed(parsed);
  }
  return batch.damaged() ? Unreadable() : absl::OkStatus();
}

void SegmentSorter::AddParsed(const v1::Event& event) {
  Begin(event.customer_id(), ToMicros(event.event_time()), event.event_id());
  // The key says who, when and which; the record keeps the rest.
  v1::Event rest = event;
  rest.clear_customer_id();
  rest.clear_event_id();
  rest.clear_event_time();
  rest.AppendToString(&bytes_);
  End();
}

void SegmentSorter::Begin(absl::string_view customer_id, int64_t event_time_us, absl::string_view event_id) {
  const Pseudonym pseudonym = pseudonyms_.Of(customer_id);
  const size_t begin = bytes_.size();
  AppendEventKey(pseudonym, event_time_us, event_id, &bytes_);
  rows_.push_back({BigEndian(pseudonym.data()), BigEndian(pseudonym.data() + 8), event_time_us, begin,
                   static_cast<uint32_t>(bytes_.size() - begin), 0});
  bytes_.push_back(kRecordVersion);
  bytes_.push_back(static_cast<char>(RecordCodec::kPlain));
}

void SegmentSorter::End() {
  Row& row = rows_.back();
  row.value_size = static_cast<uint32_t>(bytes_.size() - row.begin - row.key_size);
}

// Pseudonyms are evenly spread: their first bits put the rows into small buckets, each of which is sorted by itself.
void SegmentSorter::Sort() {
  constexpr int kBits = 12;
  const auto bucket_of = [](const Row& row) { return static_cast<size_t>(row.customer_high >> (64 - kBits)); };
  std::vector<size_t> next((size_t{1} << kBits) + 1);
  for (const Row& row : rows_) ++next[bucket_of(row) + 1];
  for (size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  std::vector<Row> sorted;
  ReserveHuge(rows_.size(), &sorted);
  sorted.resize(rows_.size());
  for (const Row& row : rows_) sorted[next[bucket_of(row)]++] = row;  // next[i] is in the end where bucket i ends
  rows_ = std::move(sorted);
  const absl::string_view bytes = bytes_;
  size_t begin = 0;
  for (size_t bucket = 0; bucket + 1 < next.size(); begin = next[bucket++]) {
    std::sort(rows_.begin() + static_cast<std::ptrdiff_t>(begin),
              rows_.begin() + static_cast<std::ptrdiff_t>(next[bucket]), [bytes](const Row& a, const Row& b) {
                if (a.customer_high != b.customer_high) return a.customer_high < b.customer_high;
                const auto rank_of = [](const Row& row) {
                  return std::make_tuple(row.customer_low, row.event_time_us);
                };
                if (rank_of(a) != rank_of(b)) return rank_of(a) < rank_of(b);
                return bytes.substr(a.begin, a.key_size) < bytes.substr(b.begin, b.key_size);
              });
  }
}

// A customer's rows lie side by side, the latest last.
SortedSegment SegmentSorter::Summary() const {
  SortedSegment segment;
  segment.events = rows_.size();
  for (size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    const bool last = i + 1 == rows_.size() || rows_[i + 1].customer_high != row.customer_high ||
                      rows_[i + 1].customer_low != row.customer_low;
    if (!last) continue;
    auto& [pseudonym, latest_us] = segment.latest_us.emplace_back();
    std::memcpy(pseudonym.data(), bytes_.data() + row.begin, pseudonym.size());
    latest_us = row.event_time_us;
  }
  return segment;
}

std::vector<RecordView> SegmentSorter::Sorted() {
  Sort();
  const absl::string_view bytes = bytes_;
  std::vector<RecordView> records;
  ReserveHuge(rows_.size(), &records);
  for (const Row& row : rows_) {
    records.push_back({bytes.substr(row.begin, row.key_size), bytes.substr(row.begin + row.key_size, row.value_size)});
  }
  return records;
}

absl::StatusOr<SortedSegment> SegmentSorter::Finish(Storage* storage) {
  const std::vector<RecordView> records = Sorted();
  if (absl::Status added = storage->AddSorted(Family::kEvents, records); !added.ok()) return added;
  return Summary();
}

absl::StatusOr<SortedSegment> SortIntoHistory(Storage* storage, const Pseudonymizer& pseudonyms, uint64_t from,
                                              uint64_t to) {
  SegmentSorter sorter(pseudonyms, to - from);
  const std::unique_ptr<StorageView> view = storage->View();
  const absl::StatusOr<uint64_t> end = ReadLog(
      *view, from, to, [&](LogUnit& unit) { return sorter.Add(unit); }, BatchForm::kBytes);
  if (!end.ok()) return end.status();
  if (*end != to) return absl::DataLossError("the log ends within the segment that is to be sorted");
  return sorter.Finish(storage);
}

}  // namespace ebb::feature_store
