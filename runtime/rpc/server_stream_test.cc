#include "runtime/rpc/server_stream.h"

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/numbers_test.grpc.pb.h"
#include "runtime/rpc/server_host.h"
#include "tests/support/patience.h"
#include "tests/support/seed.h"

namespace ebb {
namespace {

using ebb::testing::kPatience;
using runtime::test::Number;
using runtime::test::Numbers;

// A number that only grows; a stream sends its latest value whenever it is greater than what it sent last.
class Counter {
 public:
  int64_t value() const { return value_; }
  void Increment() { ++value_; }

 private:
  std::atomic<int64_t> value_ = 0;
};

class WatchService final : public Numbers::CallbackService {
 public:
  explicit WatchService(absl::Duration heartbeat = absl::InfiniteDuration(), const StreamSet::Options& options = {})
      : streams(options), heartbeat_(heartbeat) {}
  ~WatchService() override { EXPECT_EQ(sources, 0) << "a source outlived the server"; }

  grpc::ServerWriteReactor<Number>* Watch(grpc::CallbackServerContext*, const Number* request) override {
    return streams.Serve<Number>(std::make_unique<Source>(this, request->value()), heartbeat_);
  }
  void Increment() {
    counter.Increment();
    streams.WakeAll();
  }

  Counter counter;
  StreamSet streams;
  std::atomic<int> sources = 0;
  std::atomic<int> pulls = 0;

 private:
  // Ends after the number `last`, or never when that is 0.
  class Source final : public StreamSource<Number> {
   public:
    Source(WatchService* service, int64_t last) : service_(service), last_(last) { ++service_->sources; }
    ~Source() override { --service_->sources; }

    Pull Next(Number* message) override {
      EXPECT_FALSE(message->heartbeat()) << "the message comes empty";
      ++service_->pulls;
      if (last_ > 0 && sent_ >= last_) return Pull::kDone;
      const int64_t value = service_->counter.value();
      if (value == sent_) return Pull::kIdle;
      sent_ = value;
      message->set_value(value);
      return Pull::kMessage;
    }
    bool Heartbeat(Number* message) override {
      message->set_heartbeat(true);
      return true;
    }
    absl::Status status() const override { return absl::OutOfRangeError("the last number was sent"); }

   private:
    WatchService* const service_;
    const int64_t last_;
    int64_t sent_ = 0;
  };

  const absl::Duration heartbeat_;
};

class Watcher {
 public:
  explicit Watcher(ServerHost* host, int64_t last = 0) : Watcher(*OpenChannel({.address = host->address()}), last) {}
  Watcher(const std::shared_ptr<grpc::Channel>& channel, int64_t last) : stub_(Numbers::NewStub(channel)) {
    SetDeadline(kPatience, &context_);
    Number request;
    request.set_value(last);
    reader_ = stub_->Watch(&context_, request);
  }
  bool Read(Number* number) { return reader_->Read(number); }
  void Cancel() { context_.TryCancel(); }
  absl::Status Finish() {
    Number rest;
    while (reader_->Read(&rest)) {
    }
    return FromGrpcStatus(reader_->Finish());
  }

 private:
  std::unique_ptr<Numbers::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Number>> reader_;
};

std::unique_ptr<ServerHost> StartHost(WatchService* service) {
  auto host = ServerHost::Start({.drain_time = kPatience}, {service});
  EXPECT_TRUE(host.ok()) << host.status();
  (*host)->OnDrain([service] { service->streams.Close(absl::UnavailableError("shutting down")); });
  return *std::move(host);
}

// The stream is idle once its source was asked after all that was sent; bounded by the test's own timeout.
void WaitForPulls(const WatchService& service, int pulls) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (service.pulls < pulls) {
    ASSERT_LT(absl::Now(), deadline);
    std::this_thread::yield();
  }
}

TEST(ServerStreamTest, SendsWhatIsThereThenWhatComes) {
  WatchService service;
  service.Increment();
  const auto host = StartHost(&service);
  Watcher watcher(host.get());
  Number number;
  ASSERT_TRUE(watcher.Read(&number));
  EXPECT_EQ(number.value(), 1);
  WaitForPulls(service, 2);
  service.Increment();
  ASSERT_TRUE(watcher.Read(&number));
  EXPECT_EQ(number.value(), 2);
}

TEST(ServerStreamTest, EndsWithTheSourcesStatus) {
  WatchService service;
  service.Increment();
  const auto host = StartHost(&service);
  Watcher watcher(host.get(), /*last=*/1);
  EXPECT_EQ(watcher.Finish(), absl::OutOfRangeError("the last number was sent"));
}

TEST(ServerStreamTest, AHeartbeatBreaksTheSilence) {
  WatchService service(/*heartbeat=*/absl::Milliseconds(5));
  const auto host = StartHost(&service);
  Watcher watcher(host.get());
  for (int i = 0; i < 3; ++i) {
    Number number;
    ASSERT_TRUE(watcher.Read(&number));
    EXPECT_TRUE(number.heartbeat());
  }
}

TEST(ServerStreamTest, CloseEndsStreamsAndRefusesNewOnes) {
  WatchService service;
  const auto host = StartHost(&service);
  Watcher watcher(host.get());
  WaitForPulls(service, 1);
  EXPECT_EQ(service.streams.size(), 1);
  service.streams.Close(absl::UnavailableError("closed"));
  EXPECT_EQ(watcher.Finish(), absl::UnavailableError("closed"));
  EXPECT_EQ(Watcher(host.get()).Finish(), absl::UnavailableError("closed"));
}

TEST(ServerStreamTest, OneStreamTooManyIsTurnedAway) {
  WatchService service(absl::InfiniteDuration(), {.max_streams = 1});
  const auto host = StartHost(&service);
  Watcher first(host.get());
  WaitForPulls(service, 1);
  const absl::Status status = Watcher(host.get()).Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryDelayOf(status), absl::Seconds(5));
  service.Increment();
  Number number;
  EXPECT_TRUE(first.Read(&number)) << "the one that was there goes on";
}

TEST(ServerStreamTest, ACancelledStreamIsForgotten) {
  WatchService service;
  const auto host = StartHost(&service);
  Watcher watcher(host.get());
  WaitForPulls(service, 1);
  watcher.Cancel();
  EXPECT_EQ(watcher.Finish().code(), absl::StatusCode::kCancelled);
  const absl::Time deadline = absl::Now() + kPatience;
  while (service.streams.size() > 0 || service.sources > 0) {
    ASSERT_LT(absl::Now(), deadline);
    std::this_thread::yield();
  }
}

// Messages without end.
class Flood final : public StreamSource<Number> {
 public:
  explicit Flood(std::atomic<int64_t>* sent) : sent_(sent) {}
  Pull Next(Number* message) override {
    message->set_value(++*sent_);
    message->set_padding(std::string(64 << 10, 'x'));
    return Pull::kMessage;
  }

 private:
  std::atomic<int64_t>* const sent_;
};

class FloodService final : public Numbers::CallbackService {
 public:
  explicit FloodService(const StreamSet::Options& options = StreamSet::Options()) : streams(options) {}
  grpc::ServerWriteReactor<Number>* Watch(grpc::CallbackServerContext*, const Number*) override {
    return streams.Serve<Number>(std::make_unique<Flood>(&sent), absl::InfiniteDuration());
  }
  StreamSet streams;
  std::atomic<int64_t> sent = 0;
};

// A consumer that does not read costs no memory and gets the latest, not all: the source is not asked while a message
// is under way.
TEST(ServerStreamTest, ASlowConsumerIsNotRunOver) {
  FloodService service;
  auto host = ServerHost::Start({.drain_time = absl::ZeroDuration()}, {&service});
  ASSERT_TRUE(host.ok());
  Watcher watcher(host->get());
  Number number;
  int64_t read = 0;
  for (; read < 20; ++read) {
    ASSERT_TRUE(watcher.Read(&number));
    EXPECT_EQ(number.value(), read + 1) << "in order, none left out";
  }
  // What is ahead of the reader is what the transport's windows hold, far from a flood.
  EXPECT_LT(service.sent - read, 1000);
  watcher.Cancel();
  EXPECT_EQ(watcher.Finish().code(), absl::StatusCode::kCancelled);
}

// Bounded by the test's own timeout.
void WaitForStreams(const StreamSet& streams, size_t count) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (streams.size() != count) {
    ASSERT_LT(absl::Now(), deadline);
    std::this_thread::yield();
  }
}

TEST(ServerStreamTest, AStreamThatNobodyReadsGivesUpWhatItHolds) {
  FloodService service({.max_streams = 1, .longest_write = absl::Milliseconds(1)});
  auto host = ServerHost::Start({.drain_time = absl::ZeroDuration()}, {&service});
  ASSERT_TRUE(host.ok());
  Watcher slow(host->get());
  while (service.sent == 0) std::this_thread::yield();  // the stream has begun, and may have ended already
  WaitForStreams(service.streams, 0);
  EXPECT_EQ(slow.Finish().code(), absl::StatusCode::kDeadlineExceeded) << "told behind what was on its way";
}

TEST(ServerStreamTest, LongSourcesRunOnAPoolThatMayRefuse) {
  WorkPool pool({.name = "test", .threads = 1, .most_waiting = 0});
  FloodService service({.pool = &pool});
  auto host = ServerHost::Start({.drain_time = absl::ZeroDuration()}, {&service});
  ASSERT_TRUE(host.ok());
  const absl::Status refused = Watcher(host->get()).Finish();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryDelayOf(refused), absl::Seconds(1));
}

// Numbers from 1 on, all there at once; then nothing, or the end where one is asked for.
class RowService final : public Numbers::CallbackService {
 public:
  explicit RowService(int64_t count) : streams({.together = true}), count_(count) {}
  grpc::ServerWriteReactor<Number>* Watch(grpc::CallbackServerContext*, const Number* request) override {
    return streams.Serve<Number>(std::make_unique<Source>(count_, request->value() > 0), absl::InfiniteDuration());
  }

  StreamSet streams;

 private:
  class Source final : public StreamSource<Number> {
   public:
    Source(int64_t count, bool ends) : count_(count), ends_(ends) {}
    Pull Next(Number* message) override {
      if (sent_ == count_) return ends_ ? Pull::kDone : Pull::kIdle;
      message->set_value(++sent_);
      return Pull::kMessage;
    }

   private:
    const int64_t count_;
    const bool ends_;
    int64_t sent_ = 0;
  };

  const int64_t count_;
};

TEST(ServerStreamTest, MessagesThatGoTogetherAllArriveInOrder) {
  for (const int64_t count : {1, 2, 3, 20'000}) {
    for (const bool ends : {false, true}) {
      RowService service(count);
      auto host = ServerHost::Start({.drain_time = absl::ZeroDuration()}, {&service});
      ASSERT_TRUE(host.ok());
      Watcher watcher(host->get(), ends);
      Number number;
      for (int64_t i = 1; i <= count; ++i) {
        ASSERT_TRUE(watcher.Read(&number)) << i << " of " << count << " is held back";
        ASSERT_EQ(number.value(), i);
      }
      if (!ends) watcher.Cancel();
      EXPECT_EQ(watcher.Finish().code(), ends ? absl::StatusCode::kOk : absl::StatusCode::kCancelled);
    }
  }
}

// Many streams come, are woken, beat, are cancelled or closed at every moment, while the server shuts down. Run it
// under the thread and address sanitizers: what it checks is what they see, and that everything ends.
TEST(ServerStreamTest, SurvivesEveryEndAtEveryMoment) {
  const uint64_t seed = testing::SeedOfTheRun();
  for (int round = 0; round < 4; ++round) {
    WatchService service(/*heartbeat=*/absl::Microseconds(500));
    auto host = StartHost(&service);
    std::atomic<bool> stop = false;
    std::thread writer([&] {
      while (!stop) service.Increment();
    });
    std::vector<std::thread> clients;
    for (int client = 0; client < 4; ++client) {
      clients.emplace_back([&, client] {
        std::mt19937 random(seed + 100 * round + client);
        const std::shared_ptr<grpc::Channel> channel = *OpenChannel({.address = host->address()});
        for (int call = 0; call < 25; ++call) {
          Watcher watcher(channel, /*last=*/call % 3 == 0 ? 1 : 0);
          Number number;
          int64_t latest = 0;
          for (uint32_t reads = random() % 8; reads > 0 && watcher.Read(&number); --reads) {
            if (number.heartbeat()) continue;
            EXPECT_GT(number.value(), latest) << "only forward";
            latest = number.value();
          }
          watcher.Cancel();
          const absl::Status status = watcher.Finish();
          EXPECT_FALSE(status.ok()) << "cancelled, closed or out of numbers";
          if (absl::IsUnavailable(status)) break;  // the server has gone
        }
      });
    }
    // In every second round the server goes while the clients are at it.
    if (round % 2 == 0) {
      WaitForPulls(service, 200);
      host->Drain();
    }
    for (std::thread& client : clients) client.join();
    stop = true;
    writer.join();
    host->Drain();
    EXPECT_EQ(service.streams.size(), 0);
    EXPECT_EQ(service.sources, 0);
  }
}

}  // namespace
}  // namespace ebb
