// A search that was cut goes on where it stopped, and nothing that is not exactly its own is taken over.
#include "trainer/rocks_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <filesystem>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "trainer/fit/random_stream.h"
#include "trainer/rocks_registry.h"
#include "trainer/search/grid.h"
#include "trainer/search/successive_halving.h"

namespace ebb::trainer {
namespace {

namespace fs = std::filesystem;

constexpr char kEveryFamily[] = R"(
  scalings: [STANDARD, ROBUST]
  logistic_regression { penalty: [L1, L2] c: [0.1, 1] }
  k_nearest_neighbours { k: [5, 15] weighting: [UNIFORM, DISTANCE] }
  decision_tree { max_depth: [2, 4] min_leaf: [1, 10] }
  support_vector { kernel: RBF c: [0.3, 3] gamma: [0.1] }
  random_forest { trees: [5, 10] min_leaf: [3] }
  extra_trees { trees: [5, 10] }
  gradient_boosting { trees: [5, 10] max_depth: [2] })";

// `odd`: the label of the first row is the other one.
Dataset NoisyShop(int customers, bool odd = false) {
  DatasetBuilder builder(FeatureSchema(
      {{.name = "visits", .group = "", .description = ""}, {.name = "noise", .group = "", .description = ""}}));
  RandomStream random(/*seed=*/11, 0);
  for (int i = 0; i < customers; ++i) {
    const bool declined = random.Share() < 0.4;
    FeatureVector vector = {FeatureValue::Number(random.Share() + (declined ? 0 : 0.5)),
                            FeatureValue::Number(random.Share())};
    EXPECT_TRUE(builder.AddRow(absl::StrCat("c", i), 0, std::move(vector), declined != (odd && i == 0)).ok());
  }
  return *std::move(builder).Build(/*seed=*/1);
}

// Of one search: what it asked a journal for and what it recorded there.
class CountingJournal final : public TrialJournal {
 public:
  explicit CountingJournal(std::unique_ptr<TrialJournal> journal) : journal_(std::move(journal)) {}

  std::optional<TrialResult> Find(const TrialKey& key) override {
    std::optional<TrialResult> found = journal_->Find(key);
    if (found) {
      ++found_;
      fits_found_ += found->roc_aucs.size();
    }
    return found;
  }
  void Record(const TrialKey& key, const TrialResult& result) override {
    ++recorded_;
    journal_->Record(key, result);
  }

  size_t found() const { return found_; }
  size_t fits_found() const { return fits_found_; }
  size_t recorded() const { return recorded_; }

 private:
  const std::unique_ptr<TrialJournal> journal_;
  std::atomic<size_t> found_ = 0, fits_found_ = 0, recorded_ = 0;
};

class RocksTrialsTest : public ::testing::Test {
 protected:
  RocksTrialsTest() : path_(fs::path(::testing::TempDir()) / absl::StrCat("trials-", ::getpid(), "-", ++count_)) {
    fs::remove_all(path_);
    Reopen();
  }
  ~RocksTrialsTest() override {
    registry_.reset();
    fs::remove_all(path_);
  }

  void Reopen(size_t most_trials = kMostKeptTrials) {
    registry_.reset();
    registry_ =
        *RocksRegistry::Open({.path = path_, .clock = &clock_, .on_write_error = {}, .most_trials = most_trials});
  }

  std::unique_ptr<CountingJournal> Journal(int64_t training) {
    return std::make_unique<CountingJournal>(registry_->OpenJournal(training));
  }

  // The raw records, by key.
  std::map<std::string, std::string> Records() {
    std::map<std::string, std::string> records;
    WithDatabase([&](rocksdb::DB& db) {
      const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}));
      for (it->Seek("j"); it->Valid() && it->key()[0] == 'j'; it->Next()) {
        records[it->key().ToString()] = it->value().ToString();
      }
    });
    return records;
  }

  // While no registry has it open; reopens the registry afterwards.
  void WithDatabase(const std::function<void(rocksdb::DB&)>& work) {
    registry_.reset();
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path_, &db).ok());
    work(*db);
    delete db;
    Reopen();
  }

  static inline int count_ = 0;
  const fs::path path_;
  const SystemClock clock_;
  std::unique_ptr<RocksRegistry> registry_;
};

// Everything of a search but the time that it took.
std::string TextOf(const SearchResult& result) {
  std::string text = absl::StrCat(result.fits, " fits, ", result.untried, " untried\n");
  for (const SettingResult& setting : result.settings) {
    absl::StrAppend(&text, ParametersText(setting.setting.family), " ");
    for (const double roc_auc : setting.fold_roc_auc)
      absl::StrAppend(&text, absl::Hex(std::bit_cast<uint64_t>(roc_auc)), " ");
    absl::StrAppend(&text, absl::Hex(std::bit_cast<uint64_t>(setting.mean_roc_auc)), "\n");
  }
  return text;
}

TEST_F(RocksTrialsTest, ASearchThatWasCutGoesOnWhereItStoppedAndEndsAsIfItHadNotBeen) {
  const Dataset dataset = NoisyShop(150);
  const FoldAssignment folds = *StratifiedFolds(dataset, 3);
  const Grid grid = *ParseGrid(kEveryFamily);
  for (const int threads : {1, 2}) {
    Reopen();
    const SearchResult expected =
        *GridSearch(dataset, folds, grid, {.threads = threads, .progress = {}, .cancelled = {}});
    std::atomic<bool> cancelled = false;
    const std::unique_ptr<CountingJournal> cut = Journal(1);
    const auto stop_half_way = [&](const SearchProgress& progress) {
      if (progress.fits_done * 2 > progress.fits_total) cancelled = true;
    };
    EXPECT_EQ(GridSearch(dataset, folds, grid,
                         {.threads = threads,
                          .progress = stop_half_way,
                          .cancelled = [&] { return cancelled.load(); },
                          .journal = cut.get()})
                  .status()
                  .code(),
              absl::StatusCode::kCancelled);
    ASSERT_GT(cut->recorded(), 5u);

    Reopen();
    const std::unique_ptr<CountingJournal> rest = Journal(2);
    SearchProgress last;
    const SearchResult result = *GridSearch(dataset, folds, grid,
                                            {.threads = threads,
                                             .progress = [&](const SearchProgress& progress) { last = progress; },
                                             .cancelled = {},
                                             .journal = rest.get()});
    EXPECT_EQ(TextOf(result), TextOf(expected));
    EXPECT_EQ(rest->found(), cut->recorded());
    EXPECT_EQ(result.fits_taken_over, rest->fits_found());
    EXPECT_EQ(last.fits_taken_over, rest->fits_found());
    EXPECT_EQ(last.fits_done, grid.size() * 3);

    Reopen();
    const std::unique_ptr<CountingJournal> again = Journal(3);
    const SearchResult taken = *GridSearch(
        dataset, folds, grid, {.threads = threads, .progress = {}, .cancelled = {}, .journal = again.get()});
    EXPECT_EQ(again->found(), cut->recorded() + rest->recorded()) << "the second run did the missing tasks only";
    EXPECT_EQ(again->recorded(), 0u);
    EXPECT_EQ(taken.fits_taken_over, taken.fits);
    EXPECT_EQ(TextOf(taken), TextOf(expected));
    EXPECT_EQ(taken.family_seconds.size(), kFamilies);
    EXPECT_GT(taken.SecondsOf(0), 0) << "of those who did it";
    WithDatabase([](rocksdb::DB& db) { ASSERT_TRUE(db.DeleteRange({}, db.DefaultColumnFamily(), "j", "k").ok()); });
  }
}

TEST_F(RocksTrialsTest, OtherRowsFoldsOrSettingsAreNotTakenOver) {
  const Dataset dataset = NoisyShop(150);
  const auto search = [&](const Dataset& rows, const FoldAssignment& folds, const std::string& grid) {
    const std::unique_ptr<CountingJournal> journal = Journal(1);
    EXPECT_TRUE(GridSearch(rows, folds, *ParseGrid(grid),
                           {.threads = 1, .progress = {}, .cancelled = {}, .journal = journal.get()})
                    .ok());
    return journal->fits_found();
  };
  const FoldAssignment folds = *StratifiedFolds(dataset, 3);
  const std::string lines = "logistic_regression { c: [0.1, 1] } decision_tree { max_depth: [2] }";
  EXPECT_EQ(search(dataset, folds, lines), 0u);
  EXPECT_EQ(search(dataset, folds, lines), 9u);
  const Dataset odd = NoisyShop(150, /*odd=*/true);
  EXPECT_EQ(search(odd, *StratifiedFolds(odd, 3), lines), 0u) << "one label is another";
  EXPECT_EQ(search(dataset, *ShuffledFolds(dataset, 3, 5), lines), 0u);
  EXPECT_EQ(search(dataset, *StratifiedFolds(dataset, 4), lines), 0u);
  // Fits along C start at each other: one more changes them all.
  EXPECT_EQ(search(dataset, folds, "logistic_regression { c: [0.1, 0.3, 1] } decision_tree { max_depth: [2] }"), 3u);
  EXPECT_EQ(search(dataset, folds, "scalings: MINMAX logistic_regression { c: [0.1, 1] }"), 0u);
}

TEST_F(RocksTrialsTest, SuccessiveHalvingTakesOverAllOfItsRungs) {
  const Dataset dataset = NoisyShop(700);
  const FoldAssignment folds = *StratifiedFolds(dataset, 3);
  const Grid grid = *ParseGrid("decision_tree { max_depth: [1, 2, 3, 4, 5, 6] min_leaf: [1, 20] }");
  std::vector<std::string> results;
  for (const bool again : {false, true}) {
    const std::unique_ptr<CountingJournal> journal = Journal(1);
    uint64_t told = 0;
    const SearchResult result =
        *SuccessiveHalving(dataset, folds, grid,
                           {.threads = 1,
                            .progress = [&](const SearchProgress& progress) { told = progress.fits_taken_over; },
                            .cancelled = {},
                            .journal = journal.get()});
    EXPECT_EQ(result.fits_taken_over, again ? result.fits : 0);
    EXPECT_EQ(told, result.fits_taken_over);
    EXPECT_EQ(journal->recorded() > 0, !again);
    results.push_back(TextOf(result));
  }
  EXPECT_EQ(results[0], results[1]);
}

TEST_F(RocksTrialsTest, ADamagedTrialIsDoneAgain) {
  const Dataset dataset = NoisyShop(150);
  const FoldAssignment folds = *StratifiedFolds(dataset, 3);
  const Grid grid = *ParseGrid("decision_tree { max_depth: [2, 3] } k_nearest_neighbours { k: [5, 7] }");
  const auto search = [&](CountingJournal* journal) {
    return TextOf(
        *GridSearch(dataset, folds, grid, {.threads = 1, .progress = {}, .cancelled = {}, .journal = journal}));
  };
  const std::string expected = search(Journal(1).get());
  const std::map<std::string, std::string> sound = Records();
  ASSERT_EQ(sound.size(), 6u);
  const std::function<std::string(std::string)> damages[] = {
      [](std::string record) {
        record.back() ^= 1;
        return record;
      },
      [](std::string record) {
        record[0] = 2;
        return record;
      },
      [](std::string record) { return record.substr(0, record.size() - 8); },
      [](const std::string&) { return std::string(); },
      [&](const std::string&) { return std::next(sound.begin())->second; },
  };
  for (const auto& damage : damages) {
    WithDatabase([&](rocksdb::DB& db) {
      ASSERT_TRUE(db.Put({}, sound.begin()->first, damage(sound.begin()->second)).ok());
      ASSERT_TRUE(db.Put({}, sound.begin()->first + "x", "of no known size").ok());
    });
    const std::unique_ptr<CountingJournal> journal = Journal(1);
    EXPECT_EQ(search(journal.get()), expected);
    EXPECT_EQ(journal->found(), 5u);
    EXPECT_EQ(journal->recorded(), 1u);
  }
}

TEST_F(RocksTrialsTest, OlderTrainingsMakeRoomAndAModelEndsThemAll) {
  Reopen(/*most_trials=*/3);
  const auto key = [](uint8_t number) { return TrialKey{number}; };
  const auto record = [&](int64_t training, uint8_t number) {
    registry_->OpenJournal(training)->Record(key(number), {.roc_aucs = {number / 10.0}, .seconds = 1});
  };
  // The trials that are found, as digits.
  const auto kept = [&] {
    std::string found;
    for (uint8_t number = 1; number <= 9; ++number) {
      const std::optional<TrialResult> result = registry_->OpenJournal(9)->Find(key(number));
      if (!result) continue;
      EXPECT_THAT(result->roc_aucs, ::testing::ElementsAre(number / 10.0));
      absl::StrAppend(&found, number);
    }
    return found;
  };
  record(1, 1);
  record(2, 2);
  record(2, 2);
  record(2, 3);
  EXPECT_EQ(kept(), "123");
  record(3, 4);
  EXPECT_EQ(kept(), "234") << "the first training's made room";
  record(3, 5);
  EXPECT_EQ(kept(), "45") << "a training's go together";
  record(3, 6);
  record(3, 7);
  EXPECT_EQ(kept(), "456") << "its own do not make room";
  Reopen(3);
  EXPECT_EQ(kept(), "456");

  v1::Training training;
  training.set_state(v1::Training::RUNNING);
  ASSERT_TRUE(registry_
                  ->Publish({.file = "model", .comparison_basis = "basis", .report = {}, .analysis = {}},
                            *registry_->AddTraining(training), /*promote=*/true)
                  .ok());
  EXPECT_EQ(kept(), "");
  record(4, 8);
  Reopen(3);
  EXPECT_EQ(kept(), "8");
}

}  // namespace
}  // namespace ebb::trainer
