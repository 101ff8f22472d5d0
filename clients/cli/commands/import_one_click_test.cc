// The command against a store of the test's own: what is sent, what is said, and what happens when the store is away or
// a file is bad.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cli/one_click/shop_files_for_test.h"
#include "clients/cli/run.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/mutex.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;

// Takes imports; is away for as many calls as asked.
class FakeStore : public v1::FeatureStore::CallbackService {
 public:
  grpc::ServerReadReactor<v1::ImportSnapshotRequest>* ImportSnapshot(grpc::CallbackServerContext*,
                                                                     v1::ImportSnapshotResponse* response) override {
    return new Import(*this, *response);
  }

  void BeAwayFor(int calls) {
    MutexLock lock(&mutex_);
    away_ = calls;
  }
  void Refuse(std::string message) {
    MutexLock lock(&mutex_);
    refusal_ = std::move(message);
  }
  int calls() {
    MutexLock lock(&mutex_);
    return calls_;
  }
  // Of the last import that was committed.
  std::string header() {
    MutexLock lock(&mutex_);
    return header_.ShortDebugString();
  }
  std::vector<std::string> customers() {
    MutexLock lock(&mutex_);
    return customers_;
  }

 private:
  class Import : public grpc::ServerReadReactor<v1::ImportSnapshotRequest> {
   public:
    Import(FakeStore& store, v1::ImportSnapshotResponse& response) : store_(store), response_(response) {
      MutexLock lock(&store.mutex_);
      ++store.calls_;
      if (store.away_ > 0) {
        --store.away_;
        Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "starting"));
      } else if (!store.refusal_.empty()) {
        Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, store.refusal_));
      } else {
        StartRead(&request_);
      }
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no commit"));
      if (request_.has_header()) header_ = request_.header();
      for (const v1::SnapshotRow& row : request_.rows().rows()) customers_.push_back(row.customer_id());
      if (!request_.has_commit()) return StartRead(&request_);
      if (request_.commit().row_count() != static_cast<int64_t>(customers_.size())) {
        return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "row_count"));
      }
      response_.set_customers(request_.commit().row_count());
      response_.mutable_as_of()->set_seconds(1'790'000'000);
      MutexLock lock(&store_.mutex_);
      store_.header_ = header_;
      store_.customers_ = customers_;
      Finish(grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    FakeStore& store_;
    v1::ImportSnapshotResponse& response_;
    v1::ImportSnapshotRequest request_;
    v1::SnapshotHeader header_;
    std::vector<std::string> customers_;
  };

  Mutex mutex_;
  int away_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string refusal_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  v1::SnapshotHeader header_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> customers_ ABSL_GUARDED_BY(mutex_);
};

class ImportOneClickTest : public ::testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&store_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  // Exit status of `ebb import one-click` with these files and further arguments.
  int Import(const one_click::ShopTexts& texts, const std::vector<std::string>& more = {}) {
    const one_click::ShopPaths paths = one_click::WriteShop(texts);
    folder_ = std::filesystem::path(paths.money).parent_path();
    std::vector<std::string> arguments = {"import",         "one-click",        "--market-file", paths.market_file,
                                          "--market-money", paths.market_money, "--market-time", paths.market_time,
                                          "--money",        paths.money,        "--port-base",   std::to_string(port_)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    out_.str("");
    err_.str("");
    return RunEbb(arguments, {}, {}, out_, err_);
  }

  FakeStore store_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::filesystem::path folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ImportOneClickTest, SendsTheSnapshotAndReports) {
  EXPECT_EQ(Import({}), 0) << err_.str();
  EXPECT_THAT(store_.customers(), ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(store_.header(), ::testing::Not(HasSubstr("as_of")));
  EXPECT_THAT(out_.str(), HasSubstr("2 customers imported as of 2026-09-21T"));
}

TEST_F(ImportOneClickTest, AsOfGoesIntoTheHeader) {
  EXPECT_EQ(Import({}, {"--as-of", "2026-10-01"}), 0) << err_.str();
  EXPECT_THAT(store_.header(), HasSubstr("as_of { seconds: 1790812800 }"));
}

TEST_F(ImportOneClickTest, WhatWasRepairedGoesIntoTheHeader) {
  one_click::ShopTexts texts;
  texts.market_file = one_click::With(texts.market_file, "standard", "standrad");
  EXPECT_EQ(Import(texts), 0) << err_.str();
  EXPECT_THAT(store_.header(),
              HasSubstr("repairs { kind: TYPING_ERROR source: \"market_file.csv\" column: \"tier\" from: \"standrad\" "
                        "to: \"standard\" rows: 1 }"));
}

TEST_F(ImportOneClickTest, ABadTimeIsAUsageErrorAndNothingIsSent) {
  EXPECT_EQ(Import({}, {"--as-of", "yesterdayish"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--as-of"));
  EXPECT_EQ(store_.calls(), 0);
}

TEST_F(ImportOneClickTest, ABadFileIsNamedOnOneLineAndNothingIsSent) {
  one_click::ShopTexts texts;
  texts.market_file = one_click::With(texts.market_file, "standard", "золото");
  EXPECT_EQ(Import(texts), 1);
  EXPECT_EQ(err_.str(),
            "ebb: market_file.csv, line 2, column \"tier\", value \"золото\": must be standard (стандарт) or premium "
            "(премиум)\n");
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(store_.calls(), 0);
}

TEST_F(ImportOneClickTest, WhatTheStoreRefusesIsNamedByItsCell) {
  // The second customer's revenue of the current month; the store counts rows in the order in which they were sent.
  store_.Refuse("rows[1].snapshot.values[11].decimal: found `200`; feature `revenue_month_0`: must be less");
  EXPECT_EQ(Import({}, {"-q"}), 1);
  EXPECT_EQ(err_.str(),
            "ebb: market_money.csv, line 5, column \"revenue\", value \"200\": feature `revenue_month_0`: must be "
            "less\n");
  store_.Refuse("rows[0].customer_id: found `a`; must be longer");
  EXPECT_EQ(Import({}, {"-q"}), 1);
  EXPECT_EQ(err_.str(), "ebb: market_file.csv, line 2, column \"id\", value \"a\": must be longer\n");
  store_.Refuse("header.as_of: must be a valid timestamp");
  EXPECT_EQ(Import({}, {"-q"}), 1);
  EXPECT_EQ(err_.str(), "ebb: header.as_of: must be a valid timestamp\n");
}

TEST_F(ImportOneClickTest, DryRunSendsNothing) {
  EXPECT_EQ(Import({}, {"--dry-run"}), 0) << err_.str();
  EXPECT_EQ(store_.calls(), 0);
  EXPECT_THAT(out_.str(), HasSubstr("not sent"));
}

TEST_F(ImportOneClickTest, TriesAgainWhileTheStoreIsAway) {
  store_.BeAwayFor(2);
  EXPECT_EQ(Import({}), 0) << err_.str();
  EXPECT_EQ(store_.calls(), 3);
  EXPECT_THAT(store_.customers(), ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(err_.str(), HasSubstr("trying again (2 of 6)"));
}

TEST_F(ImportOneClickTest, GivesUpOnAStoreThatStaysAway) {
  store_.BeAwayFor(100);
  EXPECT_EQ(Import({}), 5);
  EXPECT_EQ(store_.calls(), 6);
}

TEST_F(ImportOneClickTest, ReportsAsJsonHereAndInAFile) {
  const std::string path = ::testing::TempDir() + "/ebb_report_" + std::to_string(getpid()) + ".json";
  EXPECT_EQ(Import({}, {"--output", "json", "--report", path}), 0) << err_.str();
  const auto printed = nlohmann::json::parse(out_.str());
  EXPECT_EQ(printed["import"]["customers"], 2);
  std::ifstream file(path);
  EXPECT_EQ(nlohmann::json::parse(file), printed);
  std::filesystem::remove(path);
}

TEST_F(ImportOneClickTest, AnotherVocabularyMayBeGiven) {
  const std::string path = ::testing::TempDir() + "/ebb_vocabulary_" + std::to_string(getpid());
  std::ofstream(path) << "columns { name: 'customer_id' spellings: 'kunde' }";
  EXPECT_EQ(Import({}, {"--vocabulary", path}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("ebb: vocabulary, column \"activity\": is not declared"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ebb
