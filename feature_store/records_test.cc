// What is on disk stays readable: bytes of keys and records are pinned here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/column_buffers.h"
#include "feature_store/identity_index.h"
#include "feature_store/log_entry.h"
#include "feature_store/record_key.h"
#include "feature_store/rocks_storage.h"
#include "feature_store/stored_record.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

TEST(RecordKey, BytesArePinned) {
  EXPECT_EQ(Hex(LogKey(258)), "0000000000000102");
  EXPECT_EQ(Hex(StateKey(258)), "00000102");
  const Pseudonym pseudonym = {1, 2, 3};
  EXPECT_EQ(Hex(EventKey(pseudonym, 5, "id")),
            "01020300000000000000000000000000"
            "8000000000000005"
            "6964");
  EXPECT_EQ(Hex(EventKey(pseudonym, -1, "id")),
            "01020300000000000000000000000000"
            "7fffffffffffffff"
            "6964");
  EXPECT_EQ(ImportKey(1'000'000, "digest"), "import/1000000/digest");
  const auto parsed = ParseEventKey(EventKey(pseudonym, -7, "abc"));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->event_time_us, -7);
  EXPECT_EQ(ParseLogKey("short").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ParseEventKey("short").status().code(), absl::StatusCode::kDataLoss);
}

TEST(LogEntry, BytesArePinnedAndTheBatchIsKeptAsReceived) {
  storage::v1::LogEntry header;
  header.set_arrived_us(1);
  header.set_clock_us(2);
  header.set_span(3);
  header.add_skipped(4);
  v1::IngestRequest request;
  request.set_batch_id(9);
  const std::string raw = request.SerializeAsString() + std::string("\xf8\x07\x01", 3);  // a field of the future
  const std::string bytes = EncodeBatchEntry(header, raw);
  EXPECT_EQ(Hex(bytes),
            "0100"
            "08011002"
            "2003"
            "2a0104"
            "4205"
            "0809"
            "f80701");
  storage::v1::LogEntry read;
  ASSERT_TRUE(DecodeRecord(bytes, "entry", &read).ok());
  EXPECT_EQ(read.batch().SerializeAsString(), raw);
}

TEST(StoredRecord, CutOffOrNewerBytesAreNamed) {
  storage::v1::LogEntry entry;
  EXPECT_EQ(DecodeRecord("\x01", "entry 7", &entry).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeRecord(std::string("\x01\x00\x08", 3), "entry 7", &entry).code(), absl::StatusCode::kDataLoss);
  const absl::Status newer = DecodeRecord(std::string("\x02\x00", 2), "entry 7", &entry);
  EXPECT_EQ(newer.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(newer.message()), ::testing::HasSubstr("entry 7 has version 2"));
}

// Protobuf reads two messages whose bytes follow each other as one: so a record grows without being read.
TEST(StoredRecord, WhatIsAppendedIsReadWithIt) {
  TestEngine folder;  // for its path
  const absl::StatusOr<std::unique_ptr<Storage>> opened =
      OpenRocksStorage({.path = folder.path + "/appended", .create = true});
  ASSERT_TRUE(opened.ok()) << opened.status();
  Storage* const storage = opened->get();
  storage::v1::CustomerRecord whole, more;
  whole.set_customer_id("anna");
  whole.set_folded_to(3);
  more.set_folded_to(7);
  const auto write = [&](uint32_t id, const storage::v1::CustomerRecord& record, bool appends) {
    WriteSet changes;
    changes.Add(Family::kState, StateKey(id), EncodeRecord(record), appends);
    ASSERT_TRUE(storage->Write(changes, Durability::kSynced).ok());
  };
  const auto read = [&](uint32_t id) {
    const auto bytes = storage->Get(Family::kState, StateKey(id));
    storage::v1::CustomerRecord record;
    if (!bytes.ok() || !bytes->has_value() || !DecodeRecord(**bytes, "record", &record).ok())
      return std::string("none");
    return absl::StrCat(record.customer_id(), " ", record.folded_to(), " ", absl::StrJoin(record.unfolded(), "+"));
  };
  write(1, whole, false);
  for (const char* event : {"a", "b"}) {
    more.clear_unfolded();
    more.add_unfolded(event);
    write(1, more, true);
    ASSERT_TRUE(storage->Flush().ok());
    write(2, more, true);  // to nothing
  }
  EXPECT_EQ(read(1), "anna 7 a+b");
  EXPECT_EQ(read(2), " 7 a+b");
  const std::string keys[] = {StateKey(1), StateKey(2)}, value = EncodeRecord(more);
  ASSERT_TRUE(storage
                  ->AddSorted(Family::kState, std::vector<RecordView>{{keys[0], value, /*appends=*/true},
                                                                      {keys[1], EncodeRecord(whole)}})
                  .ok());
  EXPECT_EQ(read(1), "anna 7 a+b+b");
  EXPECT_EQ(read(2), "anna 3 ") << "a whole record replaces what was appended before it";
  ASSERT_TRUE(storage->Rewrite(Family::kState, StateKey(0), StateKey(9), [] { return false; }).ok());
  EXPECT_EQ(read(1), "anna 7 a+b+b");
  EXPECT_EQ(read(2), "anna 3 ");
}

TEST(LogEntry, AWatermarkKnowsAnEventWhenItIsTheLatest) {
  storage::v1::LogEntry header;
  header.set_arrived_us(absl::ToUnixMicros(At("2026-03-01T00:00:00Z")));
  header.set_watermark(true);
  header.add_skipped(1);
  v1::IngestRequest batch;
  for (const char* time : {"2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z", "2026-03-01T12:00:00Z"}) {
    *batch.add_events() = PageViewOf("anna", "e", time);
  }
  std::vector<std::string> known;
  VisitCounted(header, batch, [&](int index, const v1::Event&, int64_t known_us) {
    known.push_back(std::to_string(index) + " " +
                    absl::FormatTime("%d", absl::FromUnixMicros(known_us), absl::UTCTimeZone()));
  });
  EXPECT_THAT(known, ::testing::ElementsAre("0 02", "2 02"));
}

TEST(IdentityIndex, RemembersUntilItsSegmentIsForgotten) {
  using Verdict = IdentityIndex::Verdict;
  const IdentityHash hash("0123456789abcdef");
  const Identity anna = hash.Of({1}, "a"), boris = hash.Of({2}, "a");
  IdentityIndex index;
  int64_t seen = 0;
  EXPECT_EQ(index.Insert(anna, 10, &seen), Verdict::kNew);
  index.BeginSegment(100);
  EXPECT_EQ(index.Insert(anna, 10, &seen), Verdict::kDuplicate);
  EXPECT_EQ(index.Insert(anna, 11, &seen), Verdict::kOtherTime);
  EXPECT_EQ(seen, 10);
  EXPECT_EQ(index.Insert(boris, 11, &seen), Verdict::kNew);
  index.ForgetBefore(99);
  EXPECT_EQ(index.size(), 2u);
  index.ForgetBefore(100);
  EXPECT_EQ(index.size(), 1u);
  EXPECT_EQ(index.Insert(anna, 11, &seen), Verdict::kNew);
}

TEST(ColumnBuilder, BuffersAreArrows) {
  ColumnBuilder text("name", v1::ColumnBuffers::UTF8);
  text.AppendUtf8("ab");
  text.AppendNull();
  text.AppendUtf8("c");
  v1::ColumnBuffers column = text.Finish();
  EXPECT_EQ(column.name(), "name");
  EXPECT_EQ(Hex(column.validity()), "05");
  EXPECT_EQ(Hex(column.offsets()),
            "00000000"
            "02000000"
            "02000000"
            "03000000");
  EXPECT_EQ(column.data(), "abc");
  EXPECT_EQ(column.null_count(), 1);
  EXPECT_EQ(Hex(text.Finish().offsets()), "00000000") << "the builder starts anew";

  ColumnBuilder bits("declined", v1::ColumnBuffers::BOOL);
  for (int i = 0; i < 9; ++i) bits.AppendBool(i % 2 == 0);
  column = bits.Finish();
  EXPECT_EQ(Hex(column.data()), "5501");
  EXPECT_EQ(column.validity(), "") << "all rows have a value";

  ColumnBuilder numbers("x", v1::ColumnBuffers::FLOAT64);
  numbers.AppendFloat64(1);
  EXPECT_EQ(Hex(numbers.Finish().data()), "000000000000f03f");
}

}  // namespace
}  // namespace ebb::feature_store
