#include "trainer/health_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/time_util.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/rocks_registry.h"
#include "trainer/search/grid.h"
#include "trainer/testing/synthetic_training_set.h"
#include "trainer/training_options.h"

namespace ebb::trainer {
namespace {

using google::protobuf::util::TimeUtil;
using testing::kSyntheticAsOf;

TEST(MaturedDates, AreMonthsWhoseHorizonHasPassed) {
  const auto dates = [](const char* last, int horizon, const char* now) {
    absl::Time from, to;
    EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", last, &from, nullptr));
    EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", now, &to, nullptr));
    return absl::StrJoin(MaturedDates(from, horizon, to), " ", [](std::string* out, absl::Time date) {
      *out += absl::FormatTime("%y-%m-%d", date, absl::UTCTimeZone());
    });
  };
  EXPECT_EQ(dates("2025-01-10 00:00", 3, "2025-05-09 23:59"), "");
  EXPECT_EQ(dates("2025-01-10 00:00", 3, "2025-05-10 00:00"), "25-02-10");
  EXPECT_EQ(dates("2025-01-31 12:00", 1, "2025-05-30 12:00"), "25-02-28 25-03-31") << "April 30 matures on May 31";
  EXPECT_EQ(dates("2030-01-10 00:00", 3, "2025-05-10 00:00"), "");
  EXPECT_EQ(dates("2019-12-01 00:00", 1, "2025-02-01 00:00").substr(0, 17), "23-02-01 23-03-01") << "the newest 24";
}

v1::ModelHealth Measured(int64_t declined, int64_t steady) {
  std::vector<Score> scores;
  std::vector<uint8_t> labels;
  for (int64_t i = 0; i < declined + steady; ++i) {
    labels.push_back(i < declined);
    scores.push_back({.ranking_score = i < declined ? 1.0 : -1.0, .probability = i < declined ? 0.75 : 0.25});
  }
  v1::ModelHealth health;
  MeasureQuality(scores, labels, &health);
  return health;
}

TEST(MeasureQuality, IsWhatTheMetricsSay) {
  const v1::ModelHealth health = Measured(30, 70);
  EXPECT_EQ(health.matured_rows(), 100);
  EXPECT_EQ(health.matured_declined(), 30);
  EXPECT_EQ(health.quality_missing(), "");
  EXPECT_EQ(health.quality().roc_auc(), 1);
  EXPECT_NEAR(health.quality().brier(), 0.0625, 1e-12);
  EXPECT_NEAR(health.quality().calibration_error(), 0.25, 1e-12);
  EXPECT_NEAR(health.quality().base_rate(), 0.3, 1e-12);
  EXPECT_NEAR(health.quality().mean_probability(), 0.4, 1e-12);
}

TEST(MeasureQuality, OfTooFewRowsIsNotTold) {
  for (const auto& [declined, steady] : {std::pair(29, 1'000), std::pair(1'000, 29), std::pair(0, 0)}) {
    const v1::ModelHealth health = Measured(declined, steady);
    EXPECT_FALSE(health.has_quality()) << declined;
    EXPECT_EQ(health.quality_missing(),
              absl::StrCat(declined + steady, " rows have matured since the model was made, ", declined,
                           " of them declined; at least 30 of each class are needed"));
  }
}

// Rows by as-of time. A request without times gets all of them, as from the store with imported labels.
class DatedSource final : public TrainingSetSource {
 public:
  absl::Status Read(const v1::ReadTrainingSetRequest& request, const CancelFn&, const TakeChunk& take) override {
    requests.push_back(request);
    std::vector<int64_t> dates;
    for (const auto& date : request.as_of()) dates.push_back(TimeUtil::TimestampToMicroseconds(date));
    if (dates.empty()) {
      for (const auto& [date, shift] : shifts) dates.push_back(date);
    }
    v1::TrainingSetSummary summary;
    bool first = true;
    for (const int64_t date : dates) {
      for (v1::ReadTrainingSetResponse& chunk : testing::SyntheticTrainingSet(rows, rows, shifts.at(date), date)) {
        summary.set_rows(summary.rows() + chunk.summary().rows());
        summary.set_declined(summary.declined() + chunk.summary().declined());
        chunk.clear_summary();
        if (!first) chunk.clear_schema();
        first = false;
        if (absl::Status status = take(chunk); !status.ok()) return status;
      }
    }
    v1::ReadTrainingSetResponse end;
    *end.mutable_summary() = summary;
    return take(end);
  }

  int rows = 300;
  std::map<int64_t, double> shifts = {{kSyntheticAsOf, 0}};
  std::vector<v1::ReadTrainingSetRequest> requests;
};

class HealthLookTest : public ::testing::Test {
 protected:
  HealthLookTest() : path_(std::filesystem::path(::testing::TempDir()) / absl::StrCat("health-", ::getpid())) {
    std::filesystem::remove_all(path_);
    registry_ = *RocksRegistry::Open({.path = path_, .clock = &clock_, .on_write_error = {}});
  }
  ~HealthLookTest() override {
    registry_.reset();
    std::filesystem::remove_all(path_);
  }

  void TrainChampion(const v1::TrainingOptions& asked) {
    TrainingRun::Options options;
    options.space =
        *ParseSearchSpace("decision_tree { max_depth: [3] min_leaf: [5] criterion: [GINI] class_weight: [NONE] }");
    const TrainingRun run(&source_, registry_.get(), &clock_, options);
    absl::StatusOr<TrainedResult> result =
        run.Run(asked, {.cancelled = [] { return false; }, .progress = [](const auto&) {}});
    ASSERT_TRUE(result.ok()) << result.status();
    v1::Training training;
    training.set_state(v1::Training::RUNNING);
    *training.mutable_options() = asked;
    ASSERT_TRUE(registry_->Publish(result->model, *registry_->AddTraining(training), /*promote=*/true).ok());
    source_.requests.clear();
  }
  absl::StatusOr<v1::ModelHealth> Look() {
    return HealthLook({.source = &source_,
                       .registry = registry_.get(),
                       .store_clock = [this] { return absl::StatusOr<absl::Time>(store_clock_); }})
        .Look([] { return false; });
  }
  static int64_t MonthsOn(int months) { return kSyntheticAsOf + months * 31 * int64_t{86'400'000'000}; }

  const std::filesystem::path path_;
  const SystemClock clock_;
  absl::Time store_clock_ = absl::FromUnixMicros(kSyntheticAsOf);
  DatedSource source_;
  std::unique_ptr<RocksRegistry> registry_;
};

TEST_F(HealthLookTest, WithoutLaterRowsThereIsNoQuality) {
  EXPECT_EQ(Look().status().message(), "there is no champion yet");
  TrainChampion(DefaultTrainingOptions());
  const auto health = Look();
  ASSERT_TRUE(health.ok()) << health.status();
  EXPECT_EQ(health->model_version(), 1);
  EXPECT_FALSE(health->drift_rows_are_later());
  EXPECT_EQ(health->drift_rows(), 300);
  ASSERT_EQ(health->drifts_size(), 4) << "three inputs and the probability";
  EXPECT_EQ(health->drifts(0).stability_index(), 0) << health->drifts(0).name();
  EXPECT_FALSE(health->has_quality());
  EXPECT_EQ(health->matured_rows(), 0);
  EXPECT_EQ(source_.requests.size(), 1u);
}

TEST_F(HealthLookTest, MeasuresOnlySnapshotsLaterThanTheModels) {
  TrainChampion(DefaultTrainingOptions());
  source_.shifts[kSyntheticAsOf - 1'000'000] = 0;  // an older one, imported since
  source_.shifts[MonthsOn(3)] = 4;                 // everybody spends four minutes more
  const auto health = Look();
  ASSERT_TRUE(health.ok()) << health.status();
  EXPECT_EQ(source_.requests.size(), 1u) << "a training set is read once";
  EXPECT_TRUE(health->drift_rows_are_later());
  EXPECT_EQ(health->drift_rows(), 300);
  EXPECT_EQ(health->matured_rows(), 300);
  double minutes = 0;
  for (const v1::FeatureDrift& drift : health->drifts())
    minutes = drift.name() == "minutes" ? drift.stability_index() : minutes;
  EXPECT_GT(minutes, kDriftBound);
  ASSERT_TRUE(health->has_quality()) << health->quality_missing();
  const v1::LiveQuality& quality = health->quality();
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(quality.first_as_of()), MonthsOn(3));
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(quality.last_as_of()), MonthsOn(3));
  EXPECT_GT(quality.holdout_roc_auc(), 0.7);
  EXPECT_LT(quality.mean_probability(), quality.base_rate()) << "more minutes look safer than they are now";
  EXPECT_NEAR(quality.base_rate(), static_cast<double>(health->matured_declined()) / 300, 1e-12);
}

TEST_F(HealthLookTest, OfDerivedLabelsItAsksForTheMonthsThatHaveMatured) {
  v1::TrainingOptions options = DefaultTrainingOptions();
  *options.mutable_training_set()->add_as_of() = TimeUtil::MicrosecondsToTimestamp(kSyntheticAsOf);
  options.mutable_training_set()->mutable_purchase_decline()->set_horizon_months(2);
  TrainChampion(options);
  const absl::Time first = absl::FromUnixMicros(kSyntheticAsOf) + absl::Hours(24 * 30);  // 14 November to 14 December
  store_clock_ = first + absl::Hours(24 * 61);
  ASSERT_TRUE(Look().ok());
  EXPECT_EQ(source_.requests.back().as_of_size(), 1);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(source_.requests.back().as_of(0)), kSyntheticAsOf)
      << "nothing has matured: the model's own rows";

  store_clock_ = first + absl::Hours(24 * 62);
  source_.shifts[absl::ToUnixMicros(first)] = 0;
  const auto health = Look();
  ASSERT_TRUE(health.ok()) << health.status();
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(source_.requests.back().as_of(0)), absl::ToUnixMicros(first));
  EXPECT_EQ(source_.requests.back().purchase_decline().horizon_months(), 2);
  EXPECT_TRUE(health->has_quality()) << health->quality_missing();
}

}  // namespace
}  // namespace ebb::trainer
