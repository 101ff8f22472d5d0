#include "feature_store/wire_event.h"

#include "feature_store/event_time.h"
#include "feature_store/test_events.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb::feature_store {
namespace {

v1::Event Purchase() {
  v1::Event event = EventAt(absl::FromUnixMicros(1'790'000'000'123'456), "p1",
                            "purchase { order_id: 'o1' lines { product_id: 'x' category: 'food' quantity: 2 } }");
  event.set_customer_id("покупатель-7");
  *event.mutable_known_at() = event.event_time();
  return event;
}

TEST(WireEventTest, ReadsWhatProtobufWrites) {
  const v1::Event event = Purchase();
  const std::string bytes = event.SerializeAsString();
  WireEvent read;
  ASSERT_TRUE(ReadWireEvent(bytes, &read));
  EXPECT_EQ(read.customer_id, "покупатель-7");
  EXPECT_EQ(read.event_id, "p1");
  EXPECT_EQ(read.event_time_us, 1'790'000'000'123'456);
  EXPECT_EQ(read.known_at_us, 1'790'000'000'123'456);

  v1::Event rest;
  ASSERT_TRUE(rest.ParseFromArray(read.body.data(), static_cast<int>(read.body.size())));
  v1::Event body;
  *body.mutable_purchase() = event.purchase();
  EXPECT_EQ(rest.SerializeAsString(), body.SerializeAsString());
}

TEST(WireEventTest, TimesBefore1970AreRead) {
  v1::Event event = Purchase();
  *event.mutable_event_time() = ToTimestamp(absl::FromUnixMicros(-1));
  const std::string bytes = event.SerializeAsString();
  WireEvent read;
  ASSERT_TRUE(ReadWireEvent(bytes, &read));
  EXPECT_EQ(read.event_time_us, -1);
}

// The last one counts where protobuf finds a field twice: such an event must not be read by its first.
TEST(WireEventTest, AFieldThatComesAgainHasToBeParsed) {
  v1::Event other;
  other.set_customer_id("another");
  WireEvent read;
  EXPECT_FALSE(ReadWireEvent(Purchase().SerializeAsString() + other.SerializeAsString(), &read));
  EXPECT_FALSE(ReadWireEvent(other.SerializeAsString() + Purchase().SerializeAsString(), &read));
}

TEST(WireEventTest, EveryCutIsNoticedOrEndsBetweenFields) {
  const std::string bytes = Purchase().SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    WireEvent read;
    v1::Event parsed;
    EXPECT_EQ(ReadWireEvent(absl::string_view(bytes).substr(0, size), &read),
              parsed.ParseFromString(bytes.substr(0, size)))
        << size;
  }
}

TEST(WireEventTest, KnownAtIsAppendedAsProtobufWritesIt) {
  for (const int64_t micros : {int64_t{0}, int64_t{-1}, int64_t{-1'000'000}, int64_t{1'000'000}, int64_t{999'999},
                               int64_t{1'790'000'000'000'001}, int64_t{-62'135'596'800'000'000}}) {
    v1::Event event;
    *event.mutable_known_at() = ToTimestamp(absl::FromUnixMicros(micros));
    std::string bytes;
    AppendKnownAt(micros, &bytes);
    EXPECT_EQ(bytes, event.SerializeAsString()) << micros;
  }
}

TEST(WireBatchTest, WalksEventsAndSkipsTheRest) {
  v1::IngestRequest request;
  request.set_batch_id(42);
  for (int i = 0; i < 3; ++i) *request.add_events() = Purchase();
  const std::string bytes = request.SerializeAsString();
  WireBatch batch(bytes);
  absl::string_view event;
  int events = 0;
  while (batch.Next(&event)) {
    EXPECT_EQ(event, Purchase().SerializeAsString());
    ++events;
  }
  EXPECT_EQ(events, 3);
  EXPECT_FALSE(batch.damaged());

  WireBatch cut(absl::string_view(bytes).substr(0, bytes.size() - 1));
  while (cut.Next(&event)) --events;
  EXPECT_EQ(events, 1);
  EXPECT_TRUE(cut.damaged());
}

TEST(WireBatchTest, ABackfillSaysSo) {
  v1::IngestRequest request;
  *request.add_events() = Purchase();
  EXPECT_FALSE(IsBackfill(request.SerializeAsString()));
  request.set_backfill(true);
  EXPECT_TRUE(IsBackfill(request.SerializeAsString()));
}

TEST(SplitLogEntryTest, TakesTheBatchOutUnread) {
  storage::v1::LogEntry entry;
  entry.set_clock_us(7);
  entry.set_span(2);
  entry.add_skipped(1);
  *entry.mutable_batch()->add_events() = Purchase();
  const std::string bytes = entry.SerializeAsString();
  storage::v1::LogEntry header;
  absl::string_view batch;
  ASSERT_TRUE(SplitLogEntry(bytes, &header, &batch));
  EXPECT_EQ(batch, entry.batch().SerializeAsString());
  entry.clear_batch();
  EXPECT_EQ(header.SerializeAsString(), entry.SerializeAsString());
}

}  // namespace
}  // namespace ebb::feature_store
