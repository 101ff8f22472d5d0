// Export and erasure over a real connection, with the store's own threads at work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "feature_store/test_service.h"

namespace ebb::feature_store {
namespace {

void Push(TestServer& server, const std::vector<v1::Event>& events) {
  const auto context = Context();
  const auto stream = server.stub().Ingest(context.get());
  v1::IngestRequest request;
  for (const v1::Event& event : events) *request.add_events() = event;
  stream->Write(request);
  stream->WritesDone();
  v1::IngestResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.accepted(), static_cast<int64_t>(events.size()));
  ASSERT_TRUE(stream->Finish().ok());
}

// The number of events, or the error.
absl::StatusOr<int64_t> Export(TestServer& server, const std::string& customer) {
  const auto context = Context();
  v1::ExportCustomerRequest request;
  request.set_customer_id(customer);
  const auto stream = server.stub().ExportCustomer(context.get(), request);
  int64_t events = 0;
  v1::ExportCustomerResponse message;
  while (stream->Read(&message)) events += message.events_size();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  return events;
}

TEST(ErasureService, ExportsThenForgetsAndCleansByItself) {
  TestServer server;
  Push(server, {PageViewOf("anna", "1", "2026-03-01T00:00:00Z"), PageViewOf("anna", "2", "2026-03-02T00:00:00Z"),
                PageViewOf("bert", "3", "2026-03-02T00:00:00Z")});
  const absl::StatusOr<int64_t> exported = Export(server, "anna");
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(*exported, 2);

  v1::EraseCustomerRequest request;
  request.set_customer_id("anna");
  v1::EraseCustomerResponse response;
  ASSERT_TRUE(server.stub().EraseCustomer(Context().get(), request, &response).ok());
  EXPECT_FALSE(response.already_erased());
  EXPECT_EQ(Export(server, "anna").status().code(), absl::StatusCode::kNotFound);
  // Nobody steps it: the threads have to find each other.
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!response.removed() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(20));
    const grpc::Status status = server.stub().EraseCustomer(Context().get(), request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_TRUE(response.removed());
  EXPECT_TRUE(response.already_erased());
  EXPECT_EQ(response.events_removed(), 2);
  EXPECT_EQ(*Export(server, "bert"), 1);
}

TEST(ErasureService, ErrorsNameTheField) {
  TestServer server;
  v1::EraseCustomerRequest request;
  v1::EraseCustomerResponse response;
  EXPECT_EQ(server.stub().EraseCustomer(Context().get(), request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.set_customer_id("nobody");
  EXPECT_EQ(server.stub().EraseCustomer(Context().get(), request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Export(server, "nobody").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ebb::feature_store
