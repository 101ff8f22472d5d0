#include "trainer/rocks_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "runtime/digest.h"

namespace ebb::trainer {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RocksRegistryTest : public ::testing::Test {
 protected:
  RocksRegistryTest() : path_(fs::path(::testing::TempDir()) / absl::StrCat("registry-", ::getpid(), "-", ++count_)) {
    fs::remove_all(path_);
    Reopen();
  }
  ~RocksRegistryTest() override {
    registry_.reset();
    fs::remove_all(path_);
  }

  void Reopen() {
    registry_.reset();
    registry_ = Open(path_);
  }

  std::unique_ptr<RocksRegistry> Open(const fs::path& path) {
    auto registry =
        RocksRegistry::Open({.path = path, .clock = &clock_, .on_write_error = [this] { ++write_errors_; }});
    EXPECT_TRUE(registry.ok()) << registry.status();
    return registry.ok() ? *std::move(registry) : nullptr;
  }

  v1::Training AddTraining() {
    v1::Training training;
    training.set_state(v1::Training::RUNNING);
    return *registry_->AddTraining(training);
  }

  v1::Model Publish(const std::string& file, bool promote) {
    NewModel model;
    model.file = file;
    model.comparison_basis = "basis of " + file;
    model.report.set_family("decision_tree");
    model.analysis.set_risk_threshold(0.7);
    return *registry_->Publish(model, AddTraining(), promote);
  }

  // "3 CHAMPION, 2 RETIRED, 1 CHALLENGER"
  std::string Models(const RocksRegistry& registry) {
    std::vector<std::string> lines;
    const absl::StatusOr<Page<v1::Model>> page = registry.ListModels(0, 100, false);
    for (const v1::Model& model : page->items) {
      lines.push_back(absl::StrCat(model.version(), " ", v1::Model::State_Name(model.state())));
    }
    return absl::StrJoin(lines, ", ");
  }
  std::string Models() { return Models(*registry_); }

  static inline int count_ = 0;
  const fs::path path_;
  ManualClock clock_{absl::FromUnixSeconds(1'000)};
  int write_errors_ = 0;
  std::unique_ptr<RocksRegistry> registry_;
};

TEST_F(RocksRegistryTest, KeepsModelsAcrossAReopen) {
  const v1::Model model = Publish("file one", true);
  Reopen();
  const auto found = registry_->GetModel(1);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->name(), "models/1");
  EXPECT_EQ(found->digest(), Sha256Hex("file one"));
  EXPECT_EQ(found->size_bytes(), 8);
  EXPECT_EQ(found->training(), "trainings/1");
  EXPECT_EQ(found->report().family(), "decision_tree");
  EXPECT_EQ(*registry_->ReadModelFile(1), "file one");
  EXPECT_EQ(*registry_->ReadComparisonBasis(1), "basis of file one");
  const auto report = registry_->GetModelReport(1);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->risk_threshold(), 0.7);
  EXPECT_EQ(report->model().report().family(), "decision_tree");
  EXPECT_EQ(report->model().state(), v1::Model::CHAMPION);
  EXPECT_EQ(registry_->Champion(), 1);
  EXPECT_EQ(registry_->GetTraining(1)->state(), v1::Training::SUCCEEDED);
  EXPECT_EQ(registry_->GetTraining(1)->model(), "models/1");
}

TEST_F(RocksRegistryTest, PromotionRetiresTheChampionBefore) {
  Publish("one", true);
  Publish("two", false);
  EXPECT_EQ(Models(), "2 CHALLENGER, 1 CHAMPION");
  ASSERT_TRUE(registry_->Promote(2).ok());
  EXPECT_EQ(Models(), "2 CHAMPION, 1 RETIRED");
  Publish("three", true);
  ASSERT_TRUE(registry_->Promote(1).ok());  // roll back
  EXPECT_EQ(Models(), "3 RETIRED, 2 RETIRED, 1 CHAMPION");
  Reopen();
  EXPECT_EQ(Models(), "3 RETIRED, 2 RETIRED, 1 CHAMPION");
}

TEST_F(RocksRegistryTest, MarksTrainingsThatACrashCut) {
  AddTraining();
  Publish("one", true);
  Reopen();
  EXPECT_EQ(registry_->GetTraining(1)->state(), v1::Training::INTERRUPTED);
  EXPECT_EQ(registry_->GetTraining(1)->end_time().seconds(), 1'000);
  EXPECT_EQ(registry_->GetTraining(2)->state(), v1::Training::SUCCEEDED);
  EXPECT_EQ(AddTraining().name(), "trainings/3");
}

// The folder is copied while the registry is open, as a crash would leave it, and the log's tail cut at many places.
TEST_F(RocksRegistryTest, AModelWrittenByHalfIsInvisible) {
  Publish("one", true);
  const auto log_of = [](const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".log") return entry.path();
    }
    return fs::path();
  };
  const uintmax_t before = fs::file_size(log_of(path_));
  Publish(std::string(10'000, 'x'), true);
  const uintmax_t after = fs::file_size(log_of(path_));
  ASSERT_GT(after, before + 10'000);

  const fs::path crashed = path_.string() + "-crashed";
  for (uintmax_t cut = before; cut < after; cut += 997) {
    fs::remove_all(crashed);
    fs::copy(path_, crashed);
    fs::resize_file(log_of(crashed), cut);
    const auto registry = Open(crashed);
    ASSERT_NE(registry, nullptr) << "cut at " << cut;
    EXPECT_EQ(Models(*registry), "1 CHAMPION") << "cut at " << cut;
    const auto training = registry->GetTraining(2);
    if (training.ok()) {
      EXPECT_EQ(training->state(), v1::Training::INTERRUPTED) << "cut at " << cut;
    }
  }
  fs::remove_all(crashed);
}

TEST_F(RocksRegistryTest, PagesGoFromNewestToOldest) {
  for (int i = 0; i < 5; ++i) Publish(absl::StrCat("file ", i), true);
  std::vector<int64_t> versions;
  int64_t before = 0;
  do {
    const auto page = registry_->ListModels(before, 2, /*with_reports=*/true);
    ASSERT_TRUE(page.ok());
    for (const v1::Model& model : page->items) {
      versions.push_back(model.version());
      EXPECT_EQ(model.report().family(), "decision_tree");
    }
    before = page->next_before;
  } while (before != 0);
  EXPECT_EQ(versions, (std::vector<int64_t>{5, 4, 3, 2, 1}));
  EXPECT_EQ(registry_->ListTrainings(0, 5)->next_before, 0);
}

TEST_F(RocksRegistryTest, NamesWhatIsMissing) {
  EXPECT_EQ(registry_->Champion(), std::nullopt);
  for (const absl::Status& status :
       {registry_->GetModel(7).status(), registry_->ReadModelFile(7).status(), registry_->Promote(7).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(status.message()), HasSubstr("`models/7` does not exist"));
  }
  EXPECT_EQ(registry_->GetTraining(9).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RocksRegistryTest, SaysWhyAnOldModelHasNoReport) {
  Publish("one", true);
  registry_.reset();
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, path_, &raw).ok());
  ASSERT_TRUE(raw->Delete({}, "a" + std::string("\0\0\0\0\0\0\0\1", 8)).ok());
  delete raw;
  Reopen();
  EXPECT_TRUE(registry_->GetModel(1).ok());
  const absl::Status report = registry_->GetModelReport(1).status();
  EXPECT_EQ(report.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(report.message(), "`models/1` was made before reports were kept; train again");
}

TEST_F(RocksRegistryTest, RefusesDamagedAndNewerRecords) {
  Publish("one", true);
  registry_.reset();
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, path_, &raw).ok());
  const std::string number("\0\0\0\0\0\0\0\1", 8);
  ASSERT_TRUE(raw->Put({}, "f" + number, "\1another file").ok());
  ASSERT_TRUE(raw->Put({}, "r" + number, "\x09").ok());
  delete raw;
  Reopen();
  const absl::Status file = registry_->ReadModelFile(1).status();
  EXPECT_EQ(file.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(file.message()), HasSubstr("does not match its digest"));
  const absl::Status report = registry_->GetModel(1).status();
  EXPECT_EQ(report.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(report.message()), HasSubstr("version 9, written by a newer ebb-trainer"));
}

// UNAVAILABLE is for services that come back by themselves; a disk does not.
TEST_F(RocksRegistryTest, WhatCannotBeOpenedIsDamagedOrFailed) {
  registry_.reset();
  std::ofstream(path_ / "CURRENT") << "no manifest\n";
  EXPECT_EQ(RocksRegistry::Open({.path = path_, .clock = &clock_, .on_write_error = {}}).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(RocksRegistry::Open({.path = path_ / "CURRENT", .clock = &clock_, .on_write_error = {}}).status().code(),
            absl::StatusCode::kInternal);
}

// After a failed write nobody knows what is on disk, so nothing more is taken.
TEST_F(RocksRegistryTest, TakesNoWriteAfterAFailedOne) {
  class FullDisk final : public rocksdb::FileSystemWrapper {
   public:
    FullDisk() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}
    const char* Name() const override { return "FullDisk"; }
    rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override {
      const rocksdb::IOStatus status = target()->NewWritableFile(name, options, file, debug);
      if (status.ok()) *file = std::make_unique<File>(std::move(*file), &full);
      return status;
    }
    bool full = false;

   private:
    class File final : public rocksdb::FSWritableFileOwnerWrapper {
     public:
      File(std::unique_ptr<rocksdb::FSWritableFile>&& file, const bool* full)
          : rocksdb::FSWritableFileOwnerWrapper(std::move(file)), full_(full) {}
      using rocksdb::FSWritableFileOwnerWrapper::Append;
      rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
        if (*full_) return rocksdb::IOStatus::NoSpace("the disk is full");
        return rocksdb::FSWritableFileOwnerWrapper::Append(data, options, debug);
      }

     private:
      const bool* const full_;
    };
  };

  Publish("one", true);
  registry_.reset();
  auto disk = std::make_shared<FullDisk>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  auto opened = RocksRegistry::Open(
      {.path = path_, .clock = &clock_, .env = env.get(), .on_write_error = [this] { ++write_errors_; }});
  ASSERT_TRUE(opened.ok()) << opened.status();
  std::unique_ptr<RocksRegistry> registry = *std::move(opened);
  disk->full = true;
  EXPECT_EQ(registry->AddTraining({}).status().code(), absl::StatusCode::kInternal);
  disk->full = false;
  EXPECT_THAT(std::string(registry->AddTraining({}).status().message()), HasSubstr("until ebb-trainer starts again"));
  EXPECT_EQ(write_errors_, 1);
  EXPECT_EQ(Models(*registry), "1 CHAMPION");  // reading goes on
  registry.reset();
  Reopen();
  EXPECT_EQ(AddTraining().name(), "trainings/2");
}

}  // namespace
}  // namespace ebb::trainer
