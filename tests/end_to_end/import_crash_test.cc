// kill -9 of the store at any place of an import: all of it is there, or nothing, and importing again makes it whole.

#include <gtest/gtest.h>

#include "clients/cpp/feature_store_client.h"
#include "tests/support/services.h"

namespace ebb::testing {
namespace {

constexpr int kMessages = 4;
constexpr int kRowsPerMessage = 500;

v1::SnapshotHeader Header() {
  v1::SnapshotHeader header;
  header.set_snapshot_id("the same files");
  header.set_source("test");
  return header;
}

v1::SnapshotRow Row(int number) {
  v1::SnapshotRow row;
  row.set_customer_id("c" + std::to_string(number));
  v1::ImportedValue& value = *row.mutable_snapshot()->add_values();
  value.set_feature("revenue_month_0");
  value.set_decimal(std::to_string(number) + ".5");
  return row;
}

class ImportCrash : public ::testing::Test {
 protected:
  ImportCrash() { services_.Start(Services::kFeatureStore); }

  void Crash() {
    services_.Kill(Services::kFeatureStore);
    services_.Start(Services::kFeatureStore);
  }

  // Imports; the store is killed before the message `kill_before` (kMessages: before the commit).
  absl::StatusOr<v1::ImportSnapshotResponse> Import(int kill_before = -1) {
    FeatureStoreClient store(services_.Address(Services::kFeatureStore), absl::Seconds(60));
    int message = 0;
    return store.ImportSnapshot(Header(), [&](v1::SnapshotRows* rows) -> absl::StatusOr<bool> {
      if (message == kill_before) Crash();
      if (message == kMessages) return false;
      for (int i = 0; i < kRowsPerMessage; ++i) *rows->add_rows() = Row(message * kRowsPerMessage + i);
      ++message;
      return true;
    });
  }

  int64_t Customers() {
    FeatureStoreClient store(services_.Address(Services::kFeatureStore), absl::Seconds(60));
    const auto stats = store.GetStats();
    EXPECT_TRUE(stats.ok()) << stats.status();
    return stats.ok() ? stats->customers() : -1;
  }

  Services services_;
};

TEST_F(ImportCrash, BeforeItsCommitLeavesNothingAndTheNextTryIsWhole) {
  for (const int kill_before : {0, 1, kMessages - 1, kMessages}) {
    const auto broken = Import(kill_before);
    EXPECT_TRUE(absl::IsUnavailable(broken.status())) << "killed before message " << kill_before << broken.status();
    EXPECT_EQ(Customers(), 0) << "killed before message " << kill_before;
  }
  const auto whole = Import();
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_FALSE(whole->already_imported());
  EXPECT_EQ(Customers(), kMessages * kRowsPerMessage);
}

TEST_F(ImportCrash, AfterItsAcknowledgementLosesNothingAndTheSameFilesCountOnce) {
  ASSERT_TRUE(Import().ok());
  Crash();
  EXPECT_EQ(Customers(), kMessages * kRowsPerMessage);
  const auto again = Import();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->already_imported());
  EXPECT_EQ(Customers(), kMessages * kRowsPerMessage);
}

}  // namespace
}  // namespace ebb::testing
