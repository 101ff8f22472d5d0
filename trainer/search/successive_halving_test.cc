// Searches that do not try everything on everything: successive halving, and a limit of time.
#include "trainer/search/successive_halving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "model/model_file.h"
#include "trainer/evaluation/folds.h"
#include "trainer/search/draw_settings.h"
#include "trainer/search/grid.h"
#include "trainer/search/training.h"

namespace ebb::trainer {
namespace {

using ::testing::ElementsAre;

constexpr char kSmallSpace[] = R"(
  logistic_regression { penalty: [L1, L2] c_range { low: 0.01 high: 10 log: true } }
  k_nearest_neighbours { k_range { low: 3 high: 30 } }
  decision_tree { max_depth: [2, 3] }
  support_vector { kernel: RBF c_range { low: 0.1 high: 10 log: true } }
)";

Grid Settings(int trials) { return DrawSettings(ParseSearchSpace(kSmallSpace).value(), trials, 1); }

// Every third customer declines; two rows of each.
Dataset TwoMonthShop(int customers) {
  DatasetBuilder builder(FeatureSchema(
      {{.name = "visits", .group = "", .description = ""}, {.name = "revenue", .group = "", .description = ""}}));
  std::mt19937_64 random(5);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  for (int i = 0; i < customers; ++i) {
    const bool declined = i % 3 == 0;
    for (const int64_t as_of : {1, 2}) {
      EXPECT_TRUE(builder
                      .AddRow("c" + std::to_string(i), as_of,
                              {FeatureValue::Number(uniform() + (declined ? 0 : 0.4)), FeatureValue::Number(uniform())},
                              declined)
                      .ok());
    }
  }
  return std::move(builder).Build(1).value();
}

std::vector<double> Means(const SearchResult& result) {
  std::vector<double> means;
  for (const SettingResult& setting : result.settings) means.push_back(setting.mean_roc_auc);
  return means;
}

TEST(CountRungs, FollowsFromSettingsAndRows) {
  const struct {
    size_t settings, rows, rarer, least;
    int want;
  } kCases[] = {
      {20, 100'000, 50'000, 10, 3},  // 20 → 7 → 3
      {27, 100'000, 50'000, 10, 4},  // 27 → 9 → 3 → 1
      {2, 100'000, 50'000, 10, 1},   // a third would be none
      {20, 972, 400, 10, 2},         // a ninth would be 108 rows
      {20, 599, 250, 10, 1},        {20, 600, 250, 10, 2},
      {1000, 100'000, 89, 10, 2},  // a ninth would hold nine of a class
      {1000, 100'000, 90, 10, 3},   {1000, 100'000, 90, 20, 2},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(CountRungs(c.settings, c.rows, c.rarer, c.least), c.want) << c.settings << " of " << c.rows;
  }
}

TEST(Survivors, AreTheBetterThirdOfEachFamilyBestFirst) {
  SearchResult result;
  const Grid settings = Settings(7);
  for (size_t i = 0; i < settings.size(); ++i) {
    result.settings.push_back(
        {.setting = settings[i], .fold_roc_auc = {}, .mean_roc_auc = 0.5 + static_cast<double>(i % 5) / 10});
  }
  // 7 logistic regressions (places 0 to 6), 7 neighbours (7 to 13), 2 trees (14, 15), 7 support vectors (16 to 22).
  const Grid third = Survivors(result, /*best_alone=*/false);
  const Grid want = {settings[4],  settings[3],  settings[2],  settings[9],  settings[8],
                     settings[13], settings[14], settings[19], settings[18], settings[17]};
  EXPECT_TRUE(third == want);
  EXPECT_TRUE(Survivors(result, /*best_alone=*/true) == Grid({settings[4], settings[9], settings[14], settings[19]}));
}

TEST(StratifiedShare, IsEvenAndHoldsCustomersWhole) {
  const Dataset dataset = TwoMonthShop(90);
  const std::vector<uint32_t> third = StratifiedShare(dataset, 3), ninth = StratifiedShare(dataset, 9);
  EXPECT_EQ(third.size(), 60u);
  EXPECT_EQ(dataset.Select(third).positives(), 20u);
  EXPECT_TRUE(std::includes(third.begin(), third.end(), ninth.begin(), ninth.end()));
  std::multiset<uint32_t> customers;
  for (const uint32_t row : third) customers.insert(dataset.groups()[row]);
  for (const uint32_t customer : customers) EXPECT_EQ(customers.count(customer), 2u);
  EXPECT_EQ(StratifiedShare(dataset, 1).size(), dataset.rows());
  EXPECT_EQ(CustomersOfRarerClass(dataset, AllRows(dataset)), 30u);
  EXPECT_EQ(CustomersOfRarerClass(dataset, third), 10u) << "of the rows asked about";
}

TEST(SuccessiveHalving, EndsWithAllRowsAndIsTheSameForAnyThreads) {
  const Dataset dataset = TwoMonthShop(330);
  const FoldAssignment folds = StratifiedFolds(dataset, 3).value();
  const Grid settings = Settings(9);  // two rungs: 660 rows, then a third would be 73
  std::vector<SearchResult> results;
  for (const int threads : {1, 2, 3}) {
    SearchProgress last;
    bool falls = false;
    const auto follow = [&](const SearchProgress& now) {
      falls = falls || now.fits_done < last.fits_done || now.fits_total != 117u;
      last = now;
    };
    results.push_back(
        SuccessiveHalving(dataset, folds, settings, {.threads = threads, .progress = follow, .cancelled = {}}).value());
    EXPECT_EQ(last.fits_done, 117u);
    EXPECT_FALSE(falls);
  }
  const SearchResult& result = results[0];
  EXPECT_EQ(result.settings.size(), 3u + 3 + 1 + 3);
  EXPECT_THAT(result.family_tried, ElementsAre(9, 9, 2, 9, 0, 0, 0));
  EXPECT_EQ(result.fits, (9u + 9 + 2 + 9 + 3 + 3 + 1 + 3) * 3);
  EXPECT_EQ(result.untried, 0u);
  Grid last_rung;
  for (const SettingResult& setting : result.settings) last_rung.push_back(setting.setting);
  const auto all_rows = GridSearch(dataset, folds, last_rung, {.threads = 2, .progress = {}, .cancelled = {}});
  for (const SearchResult& other : results) EXPECT_EQ(Means(other), Means(*all_rows));
}

TEST(SuccessiveHalving, PublishesTheSameModelForAnyThreads) {
  TrainingOptions options;
  options.grid = Settings(5);
  options.search = SearchMethod::kSuccessiveHalving;
  options.folds = 3;
  std::vector<std::string> files;
  for (const int threads : {1, 3}) {
    options.threads = threads;
    const TrainingOutcome outcome = RunSearchAndFit(TwoMonthShop(420), options).value();
    files.push_back(SerializeModelFile(outcome.published));
    EXPECT_EQ(outcome.candidates[0].settings, 5u);
  }
  EXPECT_EQ(files[0], files[1]);
}

TEST(WavesOf, BeginWithTheFirstOfEachFamily) {
  const Grid settings = Settings(10);
  EXPECT_THAT(WavesOf(settings, true), ElementsAre(0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 1, 0,
                                                   1, 1, 1, 1, 1, 1, 1, 1, 2));
  EXPECT_THAT(WavesOf(settings, false), ::testing::Each(0u));
}

TEST(SearchTime, OneSettingOfEachFamilyIsTriedWhateverTheTime) {
  const Dataset dataset = TwoMonthShop(60);
  const FoldAssignment folds = StratifiedFolds(dataset, 3).value();
  const Grid settings = Settings(10);
  SearchProgress last;
  const SearchResult result = GridSearch(dataset, folds, settings,
                                         {.threads = 2,
                                          .progress = [&](const SearchProgress& now) { last = now; },
                                          .cancelled = {},
                                          .time_is_over = [] { return true; }})
                                  .value();
  ASSERT_EQ(result.settings.size(), 4u);
  EXPECT_TRUE(result.settings[1].setting == settings[10]);
  EXPECT_THAT(result.family_tried, ElementsAre(1, 1, 1, 1, 0, 0, 0));
  EXPECT_EQ(result.untried, settings.size() - 4);
  EXPECT_EQ(last.fits_done, 12u);
  EXPECT_EQ(last.fits_total, 12u) << "the end is told";
}

// Wherever the time ends, what is there is what a search without a limit has of these settings.
TEST(SearchTime, NothingIsHalfDone) {
  const Dataset dataset = TwoMonthShop(60);
  const FoldAssignment folds = StratifiedFolds(dataset, 3).value();
  const Grid settings = Settings(10);
  const SearchResult whole =
      GridSearch(dataset, folds, settings, {.threads = 2, .progress = {}, .cancelled = {}}).value();
  std::set<size_t> sizes;
  for (const int calls : {1, 20, 40, 60, 80, 120, 100'000}) {
    std::atomic<int> asked = 0;
    const SearchResult part =
        GridSearch(dataset, folds, settings,
                   {.threads = 2, .progress = {}, .cancelled = {}, .time_is_over = [&] { return ++asked > calls; }})
            .value();
    sizes.insert(part.settings.size());
    EXPECT_EQ(part.settings.size() + part.untried, settings.size());
    for (const SettingResult& setting : part.settings) {
      const auto same = std::find_if(whole.settings.begin(), whole.settings.end(),
                                     [&](const SettingResult& other) { return other.setting == setting.setting; });
      ASSERT_NE(same, whole.settings.end());
      for (size_t fold = 0; fold < 3; ++fold) EXPECT_NEAR(setting.fold_roc_auc[fold], same->fold_roc_auc[fold], 1e-3);
    }
  }
  EXPECT_GT(sizes.size(), 2u);
  EXPECT_EQ(*sizes.rbegin(), settings.size());
}

TEST(SearchTime, HalvingSendsEachFamilysBestToTheLastRungAtOnce) {
  const Dataset dataset = TwoMonthShop(1000);
  const FoldAssignment folds = StratifiedFolds(dataset, 3).value();
  const Grid settings = Settings(9);
  const SearchResult result =
      SuccessiveHalving(dataset, folds, settings,
                        {.threads = 2, .progress = {}, .cancelled = {}, .time_is_over = [] { return true; }})
          .value();
  EXPECT_EQ(result.settings.size(), 4u);
  EXPECT_EQ(result.untried, settings.size() - 4);
  EXPECT_EQ(result.fits, 2u * 4 * 3) << "of three rungs the first and the last";
}

}  // namespace
}  // namespace ebb::trainer
