// What becomes of the champion when a training compares its model with it.
#include "trainer/training_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "model/explain/explainer.h"
#include "model/model_file.h"
#include "runtime/digest.h"
#include "trainer/rocks_registry.h"
#include "trainer/search/grid.h"
#include "trainer/testing/synthetic_training_set.h"
#include "trainer/training_options.h"

namespace ebb::trainer {
namespace {

namespace fs = std::filesystem;

// The same rows each time.
class SyntheticSource final : public TrainingSetSource {
 public:
  absl::Status Read(const v1::ReadTrainingSetRequest& request, const CancelFn&, const TakeChunk& take) override {
    std::vector<v1::ReadTrainingSetResponse> chunks = testing::SyntheticTrainingSet(rows, 300);
    if (revenue_known && request.next_month_revenue()) testing::AddNextMonthRevenue(revenue_known, &chunks);
    for (v1::ReadTrainingSetResponse& chunk : chunks) {
      if (!as_of.empty()) {
        std::vector<int64_t> times;
        for (int64_t row = 0; row < chunk.rows(); ++row) {
          times.push_back(as_of[static_cast<size_t>(row) % as_of.size()]);
        }
        *chunk.mutable_columns(1) = testing::TimeColumn("as_of", times);
      }
      if (chunk.has_schema()) chunk.mutable_schema()->mutable_features(3)->set_role(profit_role);
      if (chunk.has_summary() && !uncovered.empty()) chunk.mutable_summary()->add_uncovered_features(uncovered);
      if (chunk.has_summary()) *chunk.mutable_summary()->mutable_repairs() = {repairs.begin(), repairs.end()};
      if (absl::Status status = take(chunk); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  int rows = 300;
  std::string uncovered;                       // the name of a feature
  std::function<bool(int row)> revenue_known;  // none: an older store
  v1::FeatureRole profit_role = v1::SEGMENT;
  std::vector<int64_t> as_of;  // evenly; empty: kSyntheticAsOf alone
  std::vector<v1::DataRepair> repairs;
};

constexpr char kTree[] = "decision_tree { max_depth: [2] min_leaf: [5] criterion: [GINI] class_weight: [NONE] }";
constexpr char kLogistic[] = "logistic_regression { c: [1] }";
constexpr char kGoodStack[] = "logistic_regression { c: [1] } decision_tree { max_depth: [3] min_leaf: [5] }";
// Leaves of nearly half of the rows: hardly better than nothing.
constexpr char kPoorTree[] = "decision_tree { max_depth: [1] min_leaf: [80] }";

// A second passes at each look at what has elapsed, while somebody sets the machine's time forth or back.
class TickingClock final : public Clock {
 public:
  explicit TickingClock(absl::Duration jump) : jump_(jump) {}

  absl::Time Now() const override { return absl::UnixEpoch() + jump_ * static_cast<double>(ticks_++); }
  absl::Duration Elapsed() const override { return absl::Seconds(ticks_++); }

 private:
  const absl::Duration jump_;
  mutable std::atomic<int64_t> ticks_ = 0;
};

class TrainingRunTest : public ::testing::Test {
 protected:
  TrainingRunTest() : path_(fs::path(::testing::TempDir()) / absl::StrCat("run-", ::getpid(), "-", ++count_)) {
    fs::remove_all(path_);
    registry_ = *RocksRegistry::Open({.path = path_, .clock = &clock_, .on_write_error = {}});
  }
  ~TrainingRunTest() override {
    registry_.reset();
    fs::remove_all(path_);
  }

  absl::StatusOr<TrainedResult> Run(const std::string& space, const TrainingControls& controls, int threads = 1,
                                    const v1::TrainingOptions& asked = DefaultTrainingOptions()) {
    TrainingRun::Options options;
    options.space = *ParseSearchSpace(space);
    options.threads = threads;
    return TrainingRun(&source_, registry_.get(), &clock_, options).Run(asked, controls);
  }

  TrainedResult Train(const std::string& space = kTree, int threads = 1,
                      const v1::TrainingOptions& asked = DefaultTrainingOptions()) {
    absl::StatusOr<TrainedResult> result =
        Run(space, {.cancelled = [] { return false; }, .progress = [](const auto&) {}}, threads, asked);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : TrainedResult();
  }

  // Makes a champion that later trainings are compared with by `basis`.
  void Crown(TrainedResult result, const std::string& basis) {
    result.model.comparison_basis = basis;
    v1::Training training;
    training.set_state(v1::Training::RUNNING);
    ASSERT_TRUE(registry_->Publish(result.model, *registry_->AddTraining(training), /*promote=*/true).ok());
  }

  static inline int count_ = 0;
  const fs::path path_;
  const SystemClock clock_;
  SyntheticSource source_;
  std::unique_ptr<RocksRegistry> registry_;
};

// The same basis with its model file as a version to come would write it: the head's meaning never changes.
std::string OfANewerVersion(const std::string& basis) {
  const std::string file = SerializeModelFile(ComparisonBasis::Parse(basis)->measured);
  std::string newer = file;
  ++newer[8];
  const Sha256Digest digest = Sha256(newer.substr(0, 20) + newer.substr(52));
  std::copy(digest.begin(), digest.end(), newer.begin() + 20);
  EXPECT_EQ(ParseModelFile(newer).status().code(), absl::StatusCode::kFailedPrecondition);
  return basis.substr(0, basis.size() - file.size()) + newer;
}

// The same basis of a model one of whose inputs is called otherwise.
std::string WithAnInputThatIsGone(const std::string& basis) {
  ComparisonBasis changed = *ComparisonBasis::Parse(basis);
  std::vector<FeatureSpec> specs = changed.measured.schema.specs();
  specs.front().name = "no longer declared";
  changed.measured.schema = FeatureSchema(std::move(specs));
  return changed.Serialize();
}

TEST_F(TrainingRunTest, AnInputThatEventsDoNotCoverYetIsLeftOutAndComesBack) {
  source_.uncovered = "noise";
  const TrainedResult early = Train();
  const absl::StatusOr<TrainedModel> model = ParseModelFile(early.model.file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE(model->schema.IndexOf("noise"));
  EXPECT_THAT(early.model.report.data_findings(), ::testing::Contains(::testing::StartsWith("`noise` is not covered")));

  Crown(early, early.model.comparison_basis);
  source_.uncovered = "";
  const TrainedResult later = Train();
  EXPECT_TRUE(ParseModelFile(later.model.file)->schema.IndexOf("noise"));
  EXPECT_TRUE(later.model.report.has_champion_holdout_roc_auc()) << "models of different inputs are compared by name";
}

TEST_F(TrainingRunTest, TheReportHasTheRepairsOfTheImportedFiles) {
  v1::DataRepair repair;
  repair.set_kind(v1::DataRepair::UNMATCHED_ROWS);
  repair.set_source("money.csv");
  repair.set_rows(4);
  source_.repairs = {repair};
  const TrainedResult result = Train(kLogistic);
  ASSERT_EQ(result.model.analysis.repairs_size(), 1);
  EXPECT_EQ(result.model.analysis.repairs(0).SerializeAsString(), repair.SerializeAsString());
  EXPECT_EQ(result.model.report.training_set().rows(), 300);
  EXPECT_EQ(result.model.report.training_set().repairs_size(), 0) << "models are listed without them";
  source_.repairs.clear();
  EXPECT_EQ(Train(kLogistic).model.file, result.model.file) << "the model is the same";
}

TEST_F(TrainingRunTest, TheModelTellsNextMonthsRevenueWhereItIsKnown) {
  EXPECT_THAT(Train().model.analysis.next_month_revenue_absent(), ::testing::HasSubstr("older than this trainer"));
  source_.revenue_known = [](int row) { return row % 4 != 0; };
  const TrainedResult result = Train(kTree, 2);
  const v1::ModelReport& report = result.model.analysis;
  EXPECT_EQ(report.next_month_revenue_absent(), "");
  EXPECT_EQ(report.next_month_revenue().target(), "next_month_revenue");
  EXPECT_EQ(report.next_month_revenue().rows(), 225);
  EXPECT_NE(report.next_month_revenue().candidates(0).family(), "median");
  EXPECT_LT(report.next_month_revenue().smape().value(), 10);
  const TrainedModel model = *ParseModelFile(result.model.file);
  ASSERT_TRUE(model.revenue.has_value());
  EXPECT_FALSE(model.schema.IndexOf("next_month_revenue")) << "it is no input";
  const FeatureVector vector = {FeatureValue::Number(8), FeatureValue::Number(0.5), FeatureValue::Category("standard"),
                                FeatureValue::Number(500)};
  double amount;
  model.revenue->Tell({&vector, 1}, {&amount, 1});
  EXPECT_NEAR(amount, 800, 80);
  EXPECT_EQ(Train(kTree, 1).model.file, result.model.file) << "on any number of threads";
}

TEST_F(TrainingRunTest, ProfitMayBeAnInputAndCutTheTiersToo) {
  const TrainedResult apart = Train(kLogistic);
  source_.profit_role = v1::INPUT_AND_SEGMENT;
  const TrainedResult both = Train(kLogistic);
  EXPECT_EQ(both.model.report.profit_tiers().lower(), apart.model.report.profit_tiers().lower());
  EXPECT_EQ(both.model.analysis.lineage().profit_feature(), "profit");
  EXPECT_TRUE(both.model.analysis.features(3).input());
  const auto listed = [](const TrainedResult& result) {
    const auto& inputs = result.model.analysis.importances().features();
    return std::any_of(inputs.begin(), inputs.end(), [](const auto& input) { return input.name() == "profit"; });
  };
  EXPECT_TRUE(listed(both));
  EXPECT_FALSE(listed(apart));

  const absl::StatusOr<TrainedModel> model = ParseModelFile(both.model.file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->segments.feature, "profit");
  EXPECT_EQ(model->schema[3].role, FeatureRole::kInputAndSegment);
  FeatureVector poor = {FeatureValue::Number(8), FeatureValue::Number(0.5), FeatureValue::Category("standard"),
                        FeatureValue::Number(0)};
  FeatureVector rich = poor;
  rich[3] = FeatureValue::Number(1000);
  EXPECT_NE(model->ScoreOne(poor).ranking_score, model->ScoreOne(rich).ranking_score);
  EXPECT_NE(Explainer(*model).Explain(rich).contributions[3], 0);
}

TEST_F(TrainingRunTest, ProfitThatIsNotCoveredYetIsLeftToTheSegments) {
  source_.profit_role = v1::INPUT_AND_SEGMENT;
  source_.uncovered = "profit";
  const absl::StatusOr<TrainedModel> model = ParseModelFile(Train().model.file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->segments.feature, "profit");
  EXPECT_EQ(model->schema[3].role, FeatureRole::kSegment);
}

// The firsts of the months of a year.
std::vector<int64_t> TwelveMonths() {
  std::vector<int64_t> times;
  for (int month = 1; month <= 12; ++month) {
    times.push_back(absl::ToUnixMicros(absl::FromCivil(absl::CivilMonth(2025, month), absl::UTCTimeZone())));
  }
  return times;
}

TEST_F(TrainingRunTest, HoldsOutTheLatestTimesWhereThereAreEnough) {
  source_.as_of = TwelveMonths();
  const TrainedResult result = Train();
  const v1::TrainingReport& report = result.model.report;
  EXPECT_EQ(report.holdout_rows_by(), v1::TrainingOptions::LATEST);
  EXPECT_EQ(absl::FromUnixSeconds(report.holdout_from().seconds()), absl::FromUnixMicros(TwelveMonths()[9]));
  EXPECT_EQ(report.training_rows(), 7 * 25) << "whose three months had passed on the first of October";
  EXPECT_EQ(report.purged_rows(), 2 * 25);
  EXPECT_EQ(report.holdout_rows(), 3 * 25);
  EXPECT_EQ(result.model.analysis.holdout().rows(), 3 * 25);
  EXPECT_EQ(result.model.analysis.cross_validated().rows(), 7 * 25);
  EXPECT_EQ(ComparisonBasis::Parse(result.model.comparison_basis)->seen_rows.size(), 7u * 25);
  EXPECT_EQ(ParseModelFile(result.model.file)->lineage.training_rows, 300u) << "what is published has seen all";

  Crown(result, result.model.comparison_basis);
  const TrainingRun run(&source_, registry_.get(), &clock_, {});
  const auto change = run.MeasureChange(DefaultTrainingOptions(), [] { return false; });
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->new_labels, 0) << "purged rows are no news";
}

TEST_F(TrainingRunTest, HoldsOutCustomersOnRequestOrWhereItMust) {
  v1::TrainingOptions options = DefaultTrainingOptions();
  const TrainedResult one_time = Train(kTree, 1, options);
  EXPECT_EQ(one_time.model.report.holdout_rows_by(), v1::TrainingOptions::CUSTOMERS);
  EXPECT_FALSE(one_time.model.report.has_holdout_from());
  options.set_holdout(v1::TrainingOptions::LATEST);
  const absl::Status refused =
      Run(kTree, {.cancelled = [] { return false; }, .progress = [](const auto&) {}}, 1, options).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("cannot be held out"));

  source_.as_of = TwelveMonths();
  options.set_holdout(v1::TrainingOptions::CUSTOMERS);
  const TrainedResult customers = Train(kTree, 1, options);
  EXPECT_EQ(customers.model.report.holdout_rows_by(), v1::TrainingOptions::CUSTOMERS);
  EXPECT_EQ(customers.model.report.training_rows() + customers.model.report.holdout_rows(), 300);
  EXPECT_EQ(customers.model.report.purged_rows(), 0);
}

TEST_F(TrainingRunTest, TellsWhatHasChangedSinceTheNewestModel) {
  const TrainingRun run(&source_, registry_.get(), &clock_, {});
  const CancelFn never = [] { return false; };
  EXPECT_EQ(run.MeasureChange(DefaultTrainingOptions(), never).status().message(), "there is no model yet");
  const TrainedResult result = Train();
  Crown(result, result.model.comparison_basis);
  const auto same = run.MeasureChange(DefaultTrainingOptions(), never);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->new_labels, 0);
  ASSERT_FALSE(same->drifts.empty());
  EXPECT_EQ(same->drifts.front().stability_index, 0) << same->drifts.front().of;
  source_.rows = 400;
  const auto more = run.MeasureChange(DefaultTrainingOptions(), never);
  ASSERT_TRUE(more.ok()) << more.status();
  EXPECT_EQ(more->new_labels, 100);
  EXPECT_GT(more->drifts.front().stability_index, 0);
}

TEST_F(TrainingRunTest, AChampionIsReplacedWhereTheNewModelIsNotWorse) {
  const TrainedResult first = Train();
  EXPECT_TRUE(first.promote) << "the first model always serves";
  Crown(first, first.model.comparison_basis);
  const TrainedResult second = Train();
  EXPECT_TRUE(second.promote);
  EXPECT_EQ(second.model.report.champion_holdout_roc_auc(), second.model.report.holdout().roc_auc());
  EXPECT_FALSE(second.model.report.champion_saw_holdout());
}

TEST_F(TrainingRunTest, TheFirstModelServesUncomparedWhateverWasAsked) {
  v1::TrainingOptions keep = DefaultTrainingOptions();
  keep.set_promote_if_not_worse(false);
  const TrainedResult first = Train(kTree, 1, keep);
  EXPECT_TRUE(first.promote);
  const v1::ChampionComparison& comparison = first.model.report.champion_comparison();
  EXPECT_EQ(comparison.champion_version(), 0);
  EXPECT_EQ(comparison.rule(), v1::ChampionComparison::UNCOMPARED);
  EXPECT_EQ(comparison.decision(), v1::ChampionComparison::PROMOTED);
  EXPECT_EQ(comparison.reason(), "there was no champion; the first model always serves");
}

TEST_F(TrainingRunTest, TheChampionsRecipeIsKeptAndFittedAnewToTheChallengersSplits) {
  const TrainedResult first = Train(kGoodStack);
  EXPECT_THAT(first.model.report.recipe(),
              ::testing::ElementsAre("scalings: STANDARD logistic_regression { penalty: L2 c: 1 class_weight: NONE }",
                                     "decision_tree { max_depth: 3 min_leaf: 5 criterion: GINI class_weight: NONE }"));
  Crown(first, first.model.comparison_basis);
  EXPECT_EQ(registry_->GetModel(1)->report().SerializeAsString(), first.model.report.SerializeAsString());

  const TrainedResult second = Train(kGoodStack);
  EXPECT_TRUE(second.promote);
  const v1::ChampionComparison& equal = second.model.report.champion_comparison();
  EXPECT_EQ(equal.champion_version(), 1);
  EXPECT_EQ(equal.rule(), v1::ChampionComparison::PAIRED_SPLITS);
  EXPECT_EQ(equal.decision(), v1::ChampionComparison::PROMOTED);
  EXPECT_EQ(equal.splits(), 8);
  EXPECT_EQ(equal.difference(), 0) << "the same recipe on the same rows is the same to the last bit";
  EXPECT_EQ(equal.standard_error(), 0);
  EXPECT_FALSE(equal.has_t());
  EXPECT_EQ(equal.reason(), "");
  Crown(second, second.model.comparison_basis);
  EXPECT_EQ(registry_->GetModelReport(2)->model().report().champion_comparison().SerializeAsString(),
            equal.SerializeAsString());
}

TEST_F(TrainingRunTest, AChampionStaysWhereTheNewModelIsWorseByMoreThanOneStandardError) {
  const TrainedResult good = Train(kGoodStack);
  Crown(good, good.model.comparison_basis);
  const TrainedResult poor = Train(kPoorTree);
  EXPECT_FALSE(poor.promote);
  const v1::ChampionComparison& comparison = poor.model.report.champion_comparison();
  EXPECT_EQ(comparison.rule(), v1::ChampionComparison::PAIRED_SPLITS);
  EXPECT_EQ(comparison.decision(), v1::ChampionComparison::KEPT_CHAMPION);
  EXPECT_LT(comparison.difference(), -comparison.standard_error());
  EXPECT_NEAR(comparison.difference(), comparison.challenger_roc_auc() - comparison.champion_roc_auc(), 1e-12);
  EXPECT_NEAR(comparison.t(), comparison.difference() / comparison.standard_error(), 1e-9);
  EXPECT_NEAR(comparison.upper() - comparison.difference(), 2.3646 * comparison.standard_error(), 1e-3);

  Crown(poor, poor.model.comparison_basis);
  v1::TrainingOptions keep = DefaultTrainingOptions();
  keep.set_promote_if_not_worse(false);
  const TrainedResult kept = Train(kGoodStack, 1, keep);
  EXPECT_FALSE(kept.promote);
  EXPECT_EQ(kept.model.report.champion_comparison().decision(), v1::ChampionComparison::NOT_ASKED);
  EXPECT_GT(kept.model.report.champion_comparison().difference(), 0);
}

TEST_F(TrainingRunTest, TheComparisonIsTheSameOnAnyNumberOfThreads) {
  const TrainedResult first = Train(kTree);
  Crown(first, first.model.comparison_basis);
  const v1::ChampionComparison one = Train(kGoodStack, 1).model.report.champion_comparison();
  EXPECT_NE(one.difference(), 0);
  EXPECT_EQ(one.SerializeAsString(), Train(kGoodStack, 2).model.report.champion_comparison().SerializeAsString());
}

TEST_F(TrainingRunTest, WithoutARecipeThatCanBeFittedTheHoldoutDecides) {
  struct Case {
    std::function<void(v1::TrainingReport*)> change;
    std::string uncovered;  // for the first training
    std::string reason;
  };
  const Case cases[] = {
      {[](v1::TrainingReport* report) { report->clear_recipe(); }, "", "the champion's report is older than recipes"},
      {[](v1::TrainingReport* report) { report->set_recipe(0, "oracle { sees: 1 }"); }, "",
       "the champion's recipe cannot be read: the search grid, line 1"},
      {[](v1::TrainingReport*) {}, "noise", "the champion was not fitted to the input `noise`"},
  };
  for (const Case& bad : cases) {
    source_.uncovered = bad.uncovered;
    TrainedResult first = Train();
    bad.change(&first.model.report);
    Crown(first, first.model.comparison_basis);
    source_.uncovered = "";
    const TrainedResult second = Train();
    const v1::ChampionComparison& comparison = second.model.report.champion_comparison();
    EXPECT_EQ(comparison.rule(), v1::ChampionComparison::HOLDOUT) << bad.reason;
    EXPECT_THAT(comparison.reason(), ::testing::StartsWith(bad.reason));
    EXPECT_EQ(comparison.champion_roc_auc(), second.model.report.champion_holdout_roc_auc());
    EXPECT_EQ(comparison.challenger_roc_auc(), second.model.report.holdout().roc_auc());
    EXPECT_FALSE(comparison.has_standard_error());
    EXPECT_EQ(second.promote, comparison.difference() >= 0);
    EXPECT_EQ(comparison.decision(),
              second.promote ? v1::ChampionComparison::PROMOTED : v1::ChampionComparison::KEPT_CHAMPION);
  }
}

TEST_F(TrainingRunTest, TheComparisonTellsHowFarItIsAndEndsOnRequest) {
  const TrainedResult first = Train();
  Crown(first, first.model.comparison_basis);
  std::vector<int64_t> done;
  const auto follow = [&](const v1::TrainingProgress& progress) {
    if (progress.step() == "compare") done.push_back(progress.done());
  };
  ASSERT_TRUE(Run(kTree, {.cancelled = [] { return false; }, .progress = follow}).ok());
  EXPECT_THAT(done, ::testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  done.clear();
  EXPECT_EQ(Run(kTree, {.cancelled = [&] { return done.size() == 4; }, .progress = follow}).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_THAT(done, ::testing::ElementsAre(0, 1, 2, 3));
}

TEST_F(TrainingRunTest, AChampionWhoseInputsAreGoneIsReplaced) {
  const TrainedResult first = Train();
  Crown(first, WithAnInputThatIsGone(first.model.comparison_basis));
  const TrainedResult second = Train();
  EXPECT_TRUE(second.promote);
  EXPECT_FALSE(second.model.report.has_champion_holdout_roc_auc());
  EXPECT_EQ(second.model.report.champion_comparison().rule(), v1::ChampionComparison::UNCOMPARED);
  EXPECT_EQ(second.model.report.champion_comparison().reason(),
            "the training set lacks the champion's input `no longer declared`");
}

TEST_F(TrainingRunTest, AChampionThatCannotBeReadStays) {
  const TrainedResult first = Train();
  const std::string& basis = first.model.comparison_basis;
  for (const std::string& unreadable : {OfANewerVersion(basis), basis.substr(0, basis.size() / 2)}) {
    Crown(first, unreadable);
    const TrainedResult second = Train();
    EXPECT_FALSE(second.promote) << ComparisonBasis::Parse(unreadable).status();
    EXPECT_EQ(second.model.report.champion_comparison().rule(), v1::ChampionComparison::UNCOMPARED);
    EXPECT_EQ(second.model.report.champion_comparison().decision(), v1::ChampionComparison::KEPT_CHAMPION);
    EXPECT_FALSE(second.model.report.has_champion_holdout_roc_auc());
  }
}

TEST_F(TrainingRunTest, ATrainingThatWasCutIsTakenUpByTheNextAndGivesTheSameModel) {
  const std::string expected = Train(kGoodStack).model.file;
  const std::unique_ptr<TrialJournal> first = registry_->OpenJournal(1), second = registry_->OpenJournal(2);
  int64_t done = 0, taken_over = 0;
  const auto follow = [&](const v1::TrainingProgress& progress) {
    if (progress.step() == "search") done = progress.done();
    if (progress.step() == "search") taken_over = progress.trials_taken_over();
  };
  EXPECT_EQ(Run(kGoodStack, {.cancelled = [&] { return done == 7; }, .progress = follow, .journal = first.get()})
                .status()
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(taken_over, 0);
  const absl::StatusOr<TrainedResult> result =
      Run(kGoodStack, {.cancelled = [] { return false; }, .progress = follow, .journal = second.get()});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->model.file, expected);
  EXPECT_EQ(result->model.report.fits(), 10);
  EXPECT_EQ(result->model.report.trials_taken_over(), taken_over);
  EXPECT_THAT(taken_over, ::testing::AllOf(::testing::Ge(5), ::testing::Le(7)));
}

TEST_F(TrainingRunTest, RepeatsTheSearchsFoldsOnRequestAndTakesOverThoseOfAnEarlierTraining) {
  const std::unique_ptr<TrialJournal> journal = registry_->OpenJournal(1);
  const TrainingControls controls{
      .cancelled = [] { return false; }, .progress = [](const auto&) {}, .journal = journal.get()};
  constexpr int fits = 2 * 5;
  for (const auto method : {v1::TrainingOptions::GRID, v1::TrainingOptions::SUCCESSIVE_HALVING}) {
    v1::TrainingOptions asked = DefaultTrainingOptions();
    asked.set_search(method);
    const v1::TrainingReport once = Run(kGoodStack, controls, 1, asked)->model.report;
    EXPECT_EQ(once.inner_repeats(), 1);
    EXPECT_EQ(once.fits(), fits);
    asked.set_inner_repeats(3);
    const v1::TrainingReport thrice = Run(kGoodStack, controls, 1, asked)->model.report;
    EXPECT_EQ(thrice.inner_repeats(), 3);
    EXPECT_EQ(thrice.fits(), 3 * fits);
    EXPECT_EQ(thrice.trials_taken_over(), method == v1::TrainingOptions::GRID ? fits : 3 * fits);
  }
}

TEST_F(TrainingRunTest, SearchesAsAskedAndSaysWhatTimeDidNotSufficeFor) {
  TrainingRun::Options options;
  options.space = *ParseSearchSpace(R"(logistic_regression { c_range { low: 0.01 high: 10 log: true } }
                                       decision_tree { max_depth: [2, 3] })");
  const TickingClock clock(/*jump=*/absl::ZeroDuration());
  const TrainingRun run(&source_, registry_.get(), &clock, options);
  const TrainingControls controls{.cancelled = [] { return false; }, .progress = [](const auto&) {}};
  v1::TrainingOptions asked = DefaultTrainingOptions();
  EXPECT_THAT(std::string(run.Run(asked, controls).status().message()),
              ::testing::HasSubstr("has no logistic_regression.c; a grid search needs the list"));

  asked.set_search(v1::TrainingOptions::RANDOM);
  asked.set_trials(30);
  const v1::TrainingReport whole = run.Run(asked, controls)->model.report;
  EXPECT_EQ(whole.search(), v1::TrainingOptions::RANDOM);
  EXPECT_EQ(whole.settings_untried(), 0);
  EXPECT_EQ(whole.fits(), (30 + 2) * 5);

  asked.mutable_search_budget()->set_seconds(3);
  const v1::TrainingReport cut = run.Run(asked, controls)->model.report;
  EXPECT_EQ(cut.settings_untried(), 30) << "one of each family is always tried";
  EXPECT_EQ(cut.fits(), 2 * 5);
  EXPECT_EQ(cut.candidates_size(), 3) << "both families and the stack";
}

TEST_F(TrainingRunTest, ASearchsBudgetIsOfTimeThatHasPassedWhateverTheClockIsSetTo) {
  TrainingRun::Options options;
  options.space = *ParseSearchSpace("decision_tree { max_depth: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }");
  const TrainingControls controls{.cancelled = [] { return false; }, .progress = [](const auto&) {}};
  v1::TrainingOptions asked = DefaultTrainingOptions();
  const auto untried = [&](absl::Duration jump, int64_t budget_seconds) {
    const TickingClock clock(jump);
    asked.mutable_search_budget()->set_seconds(budget_seconds);
    return TrainingRun(&source_, registry_.get(), &clock, options)
        .Run(asked, controls)
        ->model.report.settings_untried();
  };
  EXPECT_EQ(untried(absl::Hours(24), 100'000), 0) << "set forth";
  EXPECT_EQ(untried(absl::Hours(-24), 1), 9) << "set back";
}

}  // namespace
}  // namespace ebb::trainer
