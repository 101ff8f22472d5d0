// ImportSnapshot over a real connection.
#include "feature_store/snapshot_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "feature_store/test_service.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"

namespace ebb::feature_store {
namespace {

v1::ImportSnapshotRequest Header() {
  v1::ImportSnapshotRequest message;
  message.mutable_header()->set_snapshot_id("digest");
  return message;
}

v1::ImportSnapshotRequest Row(const v1::SnapshotRow& row) {
  v1::ImportSnapshotRequest message;
  *message.mutable_rows()->add_rows() = row;
  return message;
}

// A call that is under way.
class Import {
 public:
  explicit Import(TestServer& server) : writer_(server.stub().ImportSnapshot(context_.get(), &response_)) {}
  void Write(const v1::ImportSnapshotRequest& message) { writer_->Write(message); }
  void WritesDone() { writer_->WritesDone(); }
  grpc::Status Finish() { return writer_->Finish(); }
  const v1::ImportSnapshotResponse& response() const { return response_; }

 private:
  const std::unique_ptr<grpc::ClientContext> context_ = Context();
  v1::ImportSnapshotResponse response_;
  const std::unique_ptr<grpc::ClientWriter<v1::ImportSnapshotRequest>> writer_;
};

TEST(ImportSnapshot, ImportsASnapshotAndServesIt) {
  TestServer server;
  Import call(server);
  call.Write(Header());
  call.Write(Row(RowOf("anna", "revenue_month_0", "12.5")));
  v1::ImportSnapshotRequest commit;
  commit.mutable_commit()->set_row_count(1);
  call.Write(commit);
  call.WritesDone();
  const grpc::Status status = call.Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(call.response().customers(), 1);

  v1::GetFeaturesRequest get;
  get.add_customer_ids("anna");
  get.add_customer_ids("nobody");
  v1::GetFeaturesResponse features;
  ASSERT_TRUE(server.stub().GetFeatures(Context().get(), get, &features).ok());
  EXPECT_THAT(features.found(), ::testing::ElementsAre(true, false));
  EXPECT_EQ(features.feature_names_size(), features.columns_size());
  v1::FeatureSchema schema;
  ASSERT_TRUE(server.stub().GetFeatureSchema(Context().get(), {}, &schema).ok());
  EXPECT_EQ(schema.features_size(), features.columns_size());
  v1::ListCustomersResponse customers;
  ASSERT_TRUE(server.stub().ListCustomers(Context().get(), {}, &customers).ok());
  EXPECT_THAT(customers.customer_ids(), ::testing::ElementsAre("anna"));
  v1::StoreStats stats;
  ASSERT_TRUE(server.stub().GetStats(Context().get(), {}, &stats).ok());
  EXPECT_EQ(stats.customers(), 1);
  EXPECT_EQ(stats.events(), 1);
}

TEST(ImportSnapshot, AnImportWithoutCommitLeavesNothing) {
  TestServer server;
  Import call(server);
  call.Write(Header());
  call.Write(Row(RowOf("anna", "revenue_month_0", "12.5")));
  call.WritesDone();
  const grpc::Status status = call.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("nothing was imported"));
  EXPECT_EQ(BadRequestOf(FromGrpcStatus(status))->field_violations(0).field(), "commit");
  EXPECT_EQ(server.engine().Stats().customers(), 0);
}

TEST(ImportSnapshot, ASilentImportIsEndedAndLetsOthersIn) {
  TestServer server({.import_idle_limit = absl::Milliseconds(50)});
  Import call(server);
  call.Write(Header());
  const grpc::Status status = call.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("no message for 50ms"));
  EXPECT_FALSE(server.engine().importing());
}

TEST(ImportSnapshot, OneImportAtATime) {
  TestServer server;
  const auto running = server.engine().BeginSnapshot();
  ASSERT_TRUE(running.ok());
  const grpc::Status status = Import(server).Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(RetryDelayOf(FromGrpcStatus(status)).has_value());
}

TEST(ImportSnapshot, DrainEndsAnImportThatIsUnderWay) {
  TestServer server;
  Import call(server);
  call.Write(Header());
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  while (!server.engine().importing()) {
    ASSERT_LT(absl::Now(), limit) << "the server never began";
    std::this_thread::yield();
  }
  server.host().Drain();
  const grpc::Status status = call.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("shutting down"));
}

TEST(ImportSnapshot, ABadRowEndsTheStreamWithEachOfItsFields) {
  TestServer server;
  Import call(server);
  v1::SnapshotRow bad = RowOf("anna", "revenue_month_0", "many");
  bad.clear_customer_id();
  call.Write(Header());
  call.Write(Row(bad));
  const absl::Status status = FromGrpcStatus(call.Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto details = BadRequestOf(status);
  ASSERT_EQ(details->field_violations_size(), 2);
  EXPECT_EQ(details->field_violations(0).field(), "rows[0].customer_id");
  EXPECT_EQ(details->field_violations(1).field(), "rows[0].snapshot.values[0].decimal");
}

}  // namespace
}  // namespace ebb::feature_store
