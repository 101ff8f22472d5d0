// Which times may be asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "feature_store/test_engine.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

google::protobuf::Timestamp Raw(int64_t seconds, int32_t nanos = 0) {
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(seconds);
  stamp.set_nanos(nanos);
  return stamp;
}

TEST(AsOf, ATimeThatCannotBeAskedForIsRefusedByField) {
  TestEngine store;  // its clock: 12:00
  const std::pair<google::protobuf::Timestamp, std::string> cases[] = {
      {Raw(INT64_MAX), "must lie in the years 1 to 9999"},
      {Raw(INT64_MIN), "must lie in the years 1 to 9999"},
      {Raw(0, -1), "nanos must be 0 to 999999999"},
      {Stamp("2026-03-10T12:00:00.000001Z"), "must not be after the store's clock, 2026-03-10T12:00:00"},
  };
  for (const auto& [as_of, rule] : cases) {
    SCOPED_TRACE(rule);
    v1::GetFeaturesRequest get;
    get.add_customer_ids("anna");
    *get.mutable_as_of() = as_of;
    v1::ReadTrainingSetRequest train;
    train.mutable_imported();
    *train.add_as_of() = Stamp("2026-03-10T11:00:00Z");
    *train.add_as_of() = as_of;
    const std::pair<std::string, absl::Status> refused[] = {{"as_of", store->GetFeatures(get).status()},
                                                            {"as_of[1]", store->ReadTrainingSet(train).status()}};
    for (const auto& [field, status] : refused) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()),
                  ::testing::AllOf(::testing::StartsWith(field + ": "), ::testing::HasSubstr(rule)));
      ASSERT_TRUE(BadRequestOf(status).has_value());
      EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), field);
    }
  }
  EXPECT_EQ(store.Feature("anna", "revenue_month_0", "2026-03-10T12:00:00Z"), "NOT_FOUND") << "now is not later";
}

TEST(AsOf, ALabelRuleIsRefusedByField) {
  TestEngine store;
  v1::ReadTrainingSetRequest request;
  *request.add_as_of() = Stamp("2026-03-10T11:00:00Z");
  request.mutable_purchase_decline()->set_horizon_months(13);
  const absl::Status status = store->ReadTrainingSet(request).status();
  EXPECT_EQ(status.message(), "purchase_decline.horizon_months: found `13`; must be 1 to 12; 0 stands for 3");
  ASSERT_TRUE(BadRequestOf(status).has_value());
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "purchase_decline.horizon_months");
}

}  // namespace
}  // namespace ebb::feature_store
