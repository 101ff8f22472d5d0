#include "runtime/rpc/server_host.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/numbers_test.grpc.pb.h"
#include "runtime/rpc/status.h"
#include "tests/support/patience.h"
#include "tests/support/tls_certificate.h"

namespace ebb {
namespace {

using ebb::testing::kPatience;
using grpc::health::v1::HealthCheckResponse;
using runtime::test::Number;
using runtime::test::Numbers;
using ::testing::HasSubstr;

// Echoes; a value of -1 is answered only when the test says so, -2 when the call is cancelled.
class EchoService final : public Numbers::CallbackService {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const Number* request, Number* reply) override {
    *reply = *request;
    class Call final : public grpc::ServerUnaryReactor {
     public:
      void OnCancel() override { Finish(grpc::Status::CANCELLED); }
      void OnDone() override { delete this; }
    };
    if (request->value() == -2) {
      entered.Notify();
      return new Call;
    }
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (request->value() == -1) {
      held = reactor;
      entered.Notify();
    } else {
      reactor->Finish(grpc::Status::OK);
    }
    return reactor;
  }

  Notification entered;
  grpc::ServerUnaryReactor* held = nullptr;  // written before `entered`
};

absl::StatusOr<int64_t> Echo(const std::shared_ptr<grpc::Channel>& channel, int64_t value, size_t padding = 0) {
  grpc::ClientContext context;
  SetDeadline(kPatience, &context);
  Number request, reply;
  request.set_value(value);
  request.set_padding(std::string(padding, 'x'));
  const grpc::Status status = Numbers::NewStub(channel)->Echo(&context, request, &reply);
  if (!status.ok()) return FromGrpcStatus(status);
  return reply.value();
}

std::string Health(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  grpc::ClientContext context;
  SetDeadline(kPatience, &context);
  grpc::health::v1::HealthCheckRequest request;
  HealthCheckResponse reply;
  request.set_service(service);
  const grpc::Status status = grpc::health::v1::Health::NewStub(channel)->Check(&context, request, &reply);
  return status.ok() ? HealthCheckResponse::ServingStatus_Name(reply.status()) : status.error_message();
}

std::shared_ptr<grpc::Channel> ChannelTo(const ServerHost& host) { return *OpenChannel({.address = host.address()}); }

TEST(ServerHostTest, ServesOnAPortTheSystemChose) {
  EchoService service;
  const auto host = ServerHost::Start({}, {&service});
  ASSERT_TRUE(host.ok()) << host.status();
  EXPECT_GT((*host)->port(), 0);
  EXPECT_EQ(*Echo(ChannelTo(**host), 7), 7);
}

TEST(ServerHostTest, HealthIsByServiceAndForAll) {
  EchoService service;
  const auto host = ServerHost::Start({}, {&service});
  ASSERT_TRUE(host.ok());
  const auto channel = ChannelTo(**host);
  EXPECT_EQ(Health(channel, ""), "NOT_SERVING") << "nothing has said that it serves";
  (*host)->SetServing("a", true);
  EXPECT_EQ(Health(channel, ""), "SERVING");
  (*host)->SetServing("b", false);
  EXPECT_EQ(Health(channel, "a"), "SERVING");
  EXPECT_EQ(Health(channel, "b"), "NOT_SERVING");
  EXPECT_EQ(Health(channel, ""), "NOT_SERVING");
  (*host)->SetServing("b", true);
  EXPECT_EQ(Health(channel, ""), "SERVING");
}

TEST(ServerHostTest, ATakenPortIsAnErrorThatSaysWhatToDo) {
  EchoService service;
  const auto first = ServerHost::Start({}, {&service});
  ASSERT_TRUE(first.ok());
  EchoService other;
  const auto port = static_cast<uint16_t>((*first)->port());
  const absl::Status status = ServerHost::Start({.listen = {"127.0.0.1", port}}, {&other}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("port ", port, " on 127.0.0.1 is taken by another process")));
}

TEST(ServerHostTest, ListeningWhereItCannotIsExplained) {
  EchoService service;
  const auto message = [&](const ServerOptions& options) {
    return std::string(ServerHost::Start(options, {&service}).status().message());
  };
  EXPECT_THAT(message({.listen = {"0.0.0.0", 0}}), HasSubstr("would serve beyond this machine in plaintext"));
  EXPECT_THAT(message({.listen = {"192.0.2.1", 0}, .plaintext_beyond_loopback = true}),
              HasSubstr("cannot listen on 192.0.2.1:0"));
  EXPECT_THAT(message({.tls_cert = "a.pem"}), HasSubstr("--tls-cert and --tls-key belong together"));
  EXPECT_THAT(message({.tls_client_ca = "a.pem"}), HasSubstr("--tls-client-ca needs --tls-cert"));
  EXPECT_THAT(message({.tls_cert = "/nowhere.pem", .tls_key = "/nowhere.key"}),
              HasSubstr("--tls-cert: cannot read /nowhere.pem: No such file"));
}

TEST(ServerHostTest, BeyondLoopbackWhenSaidAloud) {
  EchoService service;
  const auto host = ServerHost::Start({.listen = {"0.0.0.0", 0}, .plaintext_beyond_loopback = true}, {&service});
  ASSERT_TRUE(host.ok()) << host.status();
  EXPECT_EQ(*Echo(ChannelTo(**host), 7), 7);
}

TEST(ServerHostTest, AMessageOverTheLimitIsRefused) {
  EchoService service;
  const auto host = ServerHost::Start({.max_message_bytes = 64 << 10}, {&service});
  ASSERT_TRUE(host.ok());
  EXPECT_EQ(*Echo(ChannelTo(**host), 7, 60 << 10), 7);
  EXPECT_EQ(Echo(ChannelTo(**host), 7, 70 << 10).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(ServerHostTest, DrainLetsARunningCallEnd) {
  EchoService service;
  auto host = ServerHost::Start({.drain_time = kPatience}, {&service});
  ASSERT_TRUE(host.ok());
  const auto channel = ChannelTo(**host);
  absl::StatusOr<int64_t> result;
  std::thread caller([&] { result = Echo(channel, -1); });
  ASSERT_TRUE(service.entered.WaitForNotificationWithTimeout(kPatience));
  Notification drain_started;
  (*host)->OnDrain([&] { drain_started.Notify(); });
  std::thread drain([&] { (*host)->Drain(); });
  ASSERT_TRUE(drain_started.WaitForNotificationWithTimeout(kPatience));
  service.held->Finish(grpc::Status::OK);
  drain.join();
  caller.join();
  EXPECT_EQ(result.value_or(0), -1) << result.status();
  EXPECT_EQ(Echo(channel, 7).status().code(), absl::StatusCode::kUnavailable);
}

TEST(ServerHostTest, DrainCancelsWhatDoesNotEnd) {
  EchoService service;
  auto host = ServerHost::Start({.drain_time = absl::Milliseconds(10)}, {&service});
  ASSERT_TRUE(host.ok());
  const auto channel = ChannelTo(**host);
  absl::Status status;
  std::thread caller([&] { status = Echo(channel, -2).status(); });
  ASSERT_TRUE(service.entered.WaitForNotificationWithTimeout(kPatience));
  (*host)->Drain();
  (*host)->Drain();
  caller.join();
  EXPECT_FALSE(status.ok());
}

TEST(ChannelTest, WrongAddressesAndFilesAreNamed) {
  EXPECT_THAT(std::string(OpenChannel({.address = "nowhere"}).status().message()), HasSubstr("address \"nowhere\""));
  EXPECT_THAT(std::string(OpenChannel({.address = "a:1", .tls_ca = "/nowhere.pem"}).status().message()),
              HasSubstr("--tls-ca: cannot read /nowhere.pem"));
  EXPECT_THAT(std::string(OpenChannel({.address = "a:1", .tls_cert = "c", .tls_key = "k"}).status().message()),
              HasSubstr("--tls-cert needs --tls-ca"));
}

TEST(ChannelTest, ACallEndsAtItsDeadline) {
  EchoService service;
  const auto host = ServerHost::Start({.drain_time = absl::ZeroDuration()}, {&service});
  ASSERT_TRUE(host.ok());
  grpc::ClientContext context;
  SetDeadline(absl::Milliseconds(50), &context);
  Number request, reply;
  request.set_value(-2);
  EXPECT_EQ(Numbers::NewStub(ChannelTo(**host))->Echo(&context, request, &reply).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST(TlsTest, OnlyTlsGetsIn) {
  const ebb::testing::TlsCertificate files;
  EchoService service;
  const auto host = ServerHost::Start({.tls_cert = files.cert(), .tls_key = files.key()}, {&service});
  ASSERT_TRUE(host.ok()) << host.status();
  EXPECT_EQ(*Echo(*OpenChannel({.address = (*host)->address(), .tls_ca = files.cert()}), 7), 7);
  EXPECT_EQ(Echo(ChannelTo(**host), 7).status().code(), absl::StatusCode::kUnavailable);
}

TEST(TlsTest, AServerThatAsksForCertificatesTurnsStrangersAway) {
  const ebb::testing::TlsCertificate server, client;
  EchoService service;
  const auto host = ServerHost::Start(
      {.tls_cert = server.cert(), .tls_key = server.key(), .tls_client_ca = client.cert()}, {&service});
  ASSERT_TRUE(host.ok()) << host.status();
  const std::string address = (*host)->address();
  EXPECT_EQ(
      *Echo(*OpenChannel(
                {.address = address, .tls_ca = server.cert(), .tls_cert = client.cert(), .tls_key = client.key()}),
            7),
      7);
  EXPECT_EQ(Echo(*OpenChannel({.address = address, .tls_ca = server.cert()}), 7).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(ServerFlagsTest, ReachTheOptions) {
  ServerOptions options;
  Flags flags("ebb-x", "");
  AddServerFlags(&options, &flags);
  ASSERT_TRUE(
      flags.ParseFrom({"--listen", "[::1]:7500", "--plaintext-beyond-loopback", "--drain-time", "3s"}, {}).ok());
  EXPECT_EQ(options.listen, (HostPort{"::1", 7500}));
  EXPECT_TRUE(options.plaintext_beyond_loopback);
  EXPECT_EQ(options.drain_time, absl::Seconds(3));
  EXPECT_EQ(std::string(flags.ParseFrom({"--max-message-bytes", "1"}, {}).status().message()),
            "--max-message-bytes is \"1\": must be from 65536 to 268435456");
}

}  // namespace
}  // namespace ebb
