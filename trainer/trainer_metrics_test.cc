#include "trainer/trainer_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "trainer/rocks_registry.h"

namespace ebb::trainer {
namespace {

template <typename Message>
Message Parsed(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// Dashboards and alerts are built on these names: what changes here is a change of the interface.
TEST(TrainerMetrics, ThePageIsPinned) {
  TrainerState state;  // filled step by step: GCC 12 warns of the optional in an aggregate that is not finished
  state.trainings.ended[v1::Training::SUCCEEDED] = 4;
  state.trainings.ended[v1::Training::CANCELLED] = 1;
  state.trainings.last = Parsed<v1::Training>("start_time { seconds: 1773144000 } end_time { seconds: 1773144090 }");
  state.running = true;
  state.champion = Parsed<v1::Model>(R"pb(
    version: 3
    create_time { seconds: 1773144090 }
    report { holdout { roc_auc: 0.875 brier: 0.125 } })pb");
  state.health =
      Parsed<v1::ModelHealth>(
          R"pb(
            model_version: 3
            look_time { seconds: 1773144100 }
            drifts { name: "minutes_month_0" stability_index: 0.25 }
            drifts { name: "probability" stability_index: 0.0625 }
            drift_rows: 1300
            drift_bound: 0.25
            matured_rows: 700
            matured_declined: 250
            quality {
              roc_auc: 0.8125
              brier: 0.1875
              calibration_error: 0.03125
              base_rate: 0.375
              mean_probability: 0.34375
            })pb");
  MetricPage page;
  AddTrainerMetrics(state, &page);
  std::ifstream file("trainer/trainer_metrics_test.golden");
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(page.Text(), golden);
}

TEST(TrainerMetrics, WhatIsNotKnownHasNoSample) {
  MetricPage page;
  AddTrainerMetrics({}, &page);
  EXPECT_THAT(page.Text(), ::testing::HasSubstr("\nebb_trainer_champion_version 0\n"));
  for (const char* name : {"live_", "drift_", "matured_", "last_training", "holdout"}) {
    EXPECT_THAT(page.Text(), ::testing::Not(::testing::HasSubstr(name)));
  }
}

TEST(TrainingTally, CountsEachTrainingOnceHoweverOftenItIsRead) {
  const auto path = std::filesystem::path(::testing::TempDir()) / absl::StrCat("tally-", ::getpid());
  std::filesystem::remove_all(path);
  const SystemClock clock;
  auto registry = *RocksRegistry::Open({.path = path, .clock = &clock, .on_write_error = {}});
  TrainingTally tally(registry.get());
  const auto text = [&] {
    const TrainingTotals totals = tally.Read();
    std::string told;
    for (const auto state : {v1::Training::RUNNING, v1::Training::FAILED, v1::Training::CANCELLED}) {
      const int64_t count = totals.ended[state];
      if (count > 0) absl::StrAppend(&told, v1::Training::State_Name(state), " ", count, " ");
    }
    return told + (totals.last.has_value() ? totals.last->name() : "none");
  };
  EXPECT_EQ(text(), "none");
  const auto run = [&](v1::Training::State state) {
    v1::Training training;
    training.set_state(v1::Training::RUNNING);
    training = *registry->AddTraining(training);
    text();  // while it runs
    training.set_state(state);
    EXPECT_TRUE(registry->UpdateTraining(training).ok());
  };
  for (int i = 0; i < 120; ++i) run(v1::Training::FAILED);  // more than a page
  EXPECT_EQ(text(), "FAILED 120 trainings/120");
  EXPECT_EQ(text(), "FAILED 120 trainings/120");
  run(v1::Training::CANCELLED);
  EXPECT_EQ(text(), "FAILED 120 CANCELLED 1 trainings/121");
  TrainingTally another(registry.get());
  EXPECT_EQ(another.Read().ended[v1::Training::FAILED], 120) << "of all pages";
  registry.reset();
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace ebb::trainer
