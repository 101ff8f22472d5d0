#include "trainer/model_monitor.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "trainer/rocks_registry.h"

namespace ebb::trainer {
namespace {

class ModelMonitorTest : public ::testing::Test {
 protected:
  ModelMonitorTest() : path_(std::filesystem::path(::testing::TempDir()) / absl::StrCat("monitor-", ::getpid())) {
    std::filesystem::remove_all(path_);
    registry_ = *RocksRegistry::Open({.path = path_, .clock = &clock_, .on_write_error = {}});
  }
  ~ModelMonitorTest() override {
    registry_.reset();
    std::filesystem::remove_all(path_);
  }

  void Crown() {
    v1::Training training;
    training.set_state(v1::Training::RUNNING);
    const NewModel model{.file = "file", .comparison_basis = "basis", .report = {}, .analysis = {}};
    ASSERT_TRUE(registry_->Publish(model, *registry_->AddTraining(training), /*promote=*/true).ok());
  }

  const std::filesystem::path path_;
  ManualClock clock_{absl::UnixEpoch() + absl::Hours(1'000'000)};
  std::unique_ptr<RocksRegistry> registry_;
  int looks_ = 0;
  absl::Status failure_;
};

TEST_F(ModelMonitorTest, LooksAtANewChampionAtOnceAndThenRegularly) {
  ModelMonitor monitor(absl::Hours(1), registry_.get(), &clock_, [this]() -> absl::StatusOr<v1::ModelHealth> {
    ++looks_;
    if (!failure_.ok()) return failure_;
    v1::ModelHealth health;
    health.set_model_version(*registry_->Champion());
    return health;
  });
  struct Step {
    const char* what;
    std::function<void()> before;
    int looks;
    absl::Duration wait;
    std::string problem;
    int64_t version;
  };
  const std::vector<Step> steps = {
      {"no champion", [] {}, 0, absl::Minutes(1), "", 0},
      {"the first", [&] { Crown(); }, 1, absl::Minutes(1), "", 1},
      {"too early", [&] { clock_.Advance(absl::Minutes(59) + absl::Seconds(30)); }, 1, absl::Seconds(30), "", 1},
      {"in time", [&] { clock_.Advance(absl::Seconds(30)); }, 2, absl::Minutes(1), "", 1},
      {"another", [&] { Crown(); }, 3, absl::Minutes(1), "", 2},
      {"it fails",
       [&] {
         clock_.Advance(absl::Hours(1));
         failure_ = absl::UnavailableError("no store");
       },
       4, absl::Minutes(1), "no store", 2},
      {"not again at once", [&] { clock_.Advance(absl::Seconds(59)); }, 4, absl::Seconds(1), "no store", 2},
      {"again",
       [&] {
         clock_.Advance(absl::Seconds(1));
         failure_ = absl::OkStatus();
       },
       5, absl::Minutes(1), "", 2},
      {"the clock was set back", [&] { clock_.Advance(-absl::Hours(500)); }, 5, absl::Minutes(1), "", 2},
      {"and goes on", [&] { clock_.Advance(absl::Hours(1)); }, 6, absl::Minutes(1), "", 2},
  };
  for (const Step& step : steps) {
    step.before();
    EXPECT_EQ(monitor.RunOnce(), step.wait) << step.what;
    EXPECT_EQ(looks_, step.looks) << step.what;
    EXPECT_EQ(monitor.health().problem(), step.problem) << step.what;
    EXPECT_EQ(monitor.health().model_version(), step.version) << step.what;
  }
}

}  // namespace
}  // namespace ebb::trainer
