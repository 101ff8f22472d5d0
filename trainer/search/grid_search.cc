#include "trainer/search/grid_search.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "runtime/mutex.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/fit/moments.h"
#include "trainer/fit/pipeline.h"
#include "trainer/fit/preprocessing.h"
#include "trainer/parallel_for.h"
#include "trainer/search/family_search.h"

namespace ebb::trainer {
namespace {

std::string CandidateText(const Setting& setting) {
  return absl::StrCat(std::string(FamilyName(setting.family)), " ", ParametersText(setting.family),
                      " scaler=", std::string(ScalingName(setting.scaling)));
}

constexpr void (*kFamilySearches[])(const FoldData&, const SearchUnit&) = {
    SearchLogisticRegression, SearchKNearestNeighbours, SearchDecisionTree,    SearchSupportVector,
    SearchRandomForest,       SearchExtraTrees,         SearchGradientBoosting};
static_assert(std::size(kFamilySearches) == kFamilies);

// Settings of a family that are searched together where time is limited: enough to share work, few enough to lose
// little when it is over.
constexpr size_t kWave = 8;

// A fold under one scaling, made by the first unit that needs it and dropped by the last.
struct FoldSlot {
  int fold = 0;  // counted through all repeats
  Scaling scaling = Scaling::kNone;
  size_t most_rows = 0;  // of either part: of more, a sample
  std::once_flag made;
  std::unique_ptr<FoldData> data;
  std::atomic<size_t> units_left = 0;
};

struct Task {
  FoldSlot* slot = nullptr;
  bool must_be_done = false;  // whatever the time
  std::vector<size_t> settings;
};

class Progress {
 public:
  Progress(const Grid& grid, uint64_t total, const ProgressCallback& callback)
      : grid_(grid), total_(total), callback_(callback), roc_aucs_(grid.size()) {}

  void OneMore(size_t setting, double roc_auc, bool taken_over) {
    MutexLock lock(&mutex_);
    ++done_;
    taken_over_ += taken_over;
    roc_aucs_[setting].sum += roc_auc;
    ++roc_aucs_[setting].folds;
    Tell(total_);
  }

  uint64_t taken_over() {
    MutexLock lock(&mutex_);
    return taken_over_;
  }

  // No more will be done.
  void End() {
    MutexLock lock(&mutex_);
    if (done_ < total_) Tell(done_);
  }

 private:
  struct FoldsSoFar {
    double sum = 0;
    int folds = 0;
    double Mean() const { return folds == 0 ? 0 : sum / folds; }
  };

  void Tell(uint64_t total) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!callback_) return;
    const size_t best = Best();
    callback_({.fits_done = done_,
               .fits_total = total,
               .best_roc_auc = roc_aucs_[best].Mean(),
               .best_candidate = CandidateText(grid_[best]),
               .fits_taken_over = taken_over_});
  }

  size_t Best() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto worse = [](const FoldsSoFar& a, const FoldsSoFar& b) { return a.Mean() < b.Mean(); };
    return std::max_element(roc_aucs_.begin(), roc_aucs_.end(), worse) - roc_aucs_.begin();
  }

  const Grid& grid_;
  const uint64_t total_;
  const ProgressCallback& callback_;
  Mutex mutex_;
  uint64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t taken_over_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<FoldsSoFar> roc_aucs_ ABSL_GUARDED_BY(mutex_);  // by setting
};

absl::Status CheckFolds(const Dataset& dataset, const FoldAssignment& folds) {
  if (folds.fold_of_row.size() != dataset.rows()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the folds are of ", folds.fold_of_row.size(), " rows, the table has ", dataset.rows()));
  }
  if (folds.count < 2) return absl::InvalidArgumentError(absl::StrCat("folds are ", folds.count, "; at least 2"));
  std::vector<uint64_t> rows(folds.count), positives(folds.count);
  for (size_t row = 0; row < dataset.rows(); ++row) {
    const int fold = folds.fold_of_row[row];
    if (fold < 0 || fold >= folds.count) {
      return absl::InvalidArgumentError(absl::StrCat("row ", row, " is in fold ", fold, " of ", folds.count));
    }
    ++rows[fold];
    positives[fold] += dataset.labels()[row];
  }
  for (int fold = 0; fold < folds.count; ++fold) {
    if (positives[fold] == 0 || positives[fold] == rows[fold]) {
      return absl::FailedPreconditionError(absl::StrCat("fold ", fold, " has ", positives[fold], " declined of ",
                                                        rows[fold], " rows; every fold needs both classes"));
    }
  }
  return absl::OkStatus();
}

class Search {
 public:
  Search(const Dataset& dataset, std::span<const FoldAssignment> repeats, const Grid& grid,
         const SearchOptions& options)
      : dataset_(dataset),
        repeats_(repeats),
        folds_(repeats.front().count * static_cast<int>(repeats.size())),
        grid_(grid),
        options_(options),
        progress_(grid, grid.size() * static_cast<uint64_t>(folds_), options.progress) {
    if (options.journal == nullptr) return;
    const std::string rows = dataset.Digest();
    for (const FoldAssignment& folds : repeats) trial_keys_.emplace_back(rows, folds);
  }

  absl::StatusOr<SearchResult> Run() {
    MakeTasks();
    for (const Setting& setting : grid_) {
      results_.push_back({.setting = setting, .fold_roc_auc = std::vector<double>(folds_)});
    }
    folds_done_ = std::vector<std::atomic<int>>(grid_.size());
    task_seconds_.resize(tasks_.size());
    ParallelFor(tasks_.size(), options_.threads, [this](size_t task) { RunTask(task); });
    if (Cancelled()) return absl::CancelledError("the search was cancelled");
    progress_.End();
    return Collect();
  }

 private:
  // Tasks of one slot follow each other, the dearest (support vectors) first, so that few slots are alive and threads
  // end together. Waves follow each other.
  void MakeTasks() {
    using Place = std::tuple<size_t, int, Scaling, size_t>;
    const std::vector<size_t> waves = WavesOf(grid_, options_.time_is_over != nullptr);
    std::map<Place, std::map<ShareKey, std::vector<size_t>>> groups;
    for (int fold = 0; fold < folds_; ++fold) {
      for (size_t i = 0; i < grid_.size(); ++i) {
        // Where nothing is left out, all families share one slot.
        const size_t most = std::min(MostTrainingRows(grid_[i].family), dataset_.rows());
        groups[{waves[i], fold, grid_[i].scaling, most}][ShareKeyOf(grid_[i])].push_back(i);
      }
    }
    for (const auto& [place, units] : groups) {
      FoldSlot* slot = slots_.emplace_back(std::make_unique<FoldSlot>()).get();
      size_t wave = 0;
      std::tie(wave, slot->fold, slot->scaling, slot->most_rows) = place;
      slot->units_left = units.size();
      for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
        tasks_.push_back({.slot = slot, .must_be_done = wave == 0, .settings = unit->second});
      }
    }
  }

  bool Cancelled() const { return options_.cancelled && options_.cancelled(); }

  // Once true it stays: no fit goes on that was stopped half-way.
  bool TimeIsOver() {
    if (!options_.time_is_over) return false;
    if (!time_is_over_ && options_.time_is_over()) time_is_over_ = true;
    return time_is_over_;
  }

  void RunTask(size_t index) {
    const Task& task = tasks_[index];
    const auto stopped = [&] { return Cancelled() || (!task.must_be_done && TimeIsOver()); };
    if (stopped() || TakeOver(index)) return LeaveSlot(*task.slot);
    const auto start = std::chrono::steady_clock::now();
    std::call_once(task.slot->made, [&] { Make(*task.slot); });
    const FoldData& fold = *task.slot->data;
    size_t reported = 0;
    const SearchUnit unit{.grid = &grid_,
                          .settings = task.settings,
                          .report =
                              [&](size_t setting, std::span<const double> scores) {
                                Note(task, setting, RocAuc(scores, fold.test_labels), /*taken_over=*/false);
                                ++reported;
                              },
                          .cancelled = stopped};
    kFamilySearches[grid_[task.settings.front()].family.index()](fold, unit);
    LeaveSlot(*task.slot);
    task_seconds_[index] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    // What a stop cut may have been reported half done.
    if (reported == task.settings.size() && !stopped()) Record(index);
  }

  void Note(const Task& task, size_t setting, double roc_auc, bool taken_over) {
    results_[setting].fold_roc_auc[task.slot->fold] = roc_auc;
    ++folds_done_[setting];
    progress_.OneMore(setting, roc_auc, taken_over);
  }

  const FoldAssignment& RepeatOf(const FoldSlot& slot) const { return repeats_[slot.fold / repeats_.front().count]; }
  int FoldOf(const FoldSlot& slot) const { return slot.fold % repeats_.front().count; }

  TrialKey KeyOf(const Task& task) const {
    const FoldSlot& slot = *task.slot;
    return trial_keys_[slot.fold / repeats_.front().count].Of(FoldOf(slot), slot.most_rows, grid_, task.settings);
  }

  // False where the journal has nothing of the task.
  bool TakeOver(size_t index) {
    if (trial_keys_.empty()) return false;
    const Task& task = tasks_[index];
    const std::optional<TrialResult> known = options_.journal->Find(KeyOf(task));
    if (!known || known->roc_aucs.size() != task.settings.size()) return false;
    task_seconds_[index] = known->seconds;
    for (size_t i = 0; i < task.settings.size(); ++i) {
      Note(task, task.settings[i], known->roc_aucs[i], /*taken_over=*/true);
    }
    return true;
  }

  void Record(size_t index) {
    if (trial_keys_.empty()) return;
    const Task& task = tasks_[index];
    TrialResult result{.roc_aucs = {}, .seconds = task_seconds_[index]};
    for (const size_t setting : task.settings) {
      result.roc_aucs.push_back(results_[setting].fold_roc_auc[task.slot->fold]);
    }
    options_.journal->Record(KeyOf(task), result);
  }

  static void LeaveSlot(FoldSlot& slot) {
    if (--slot.units_left == 0) slot.data.reset();
  }

  void Make(FoldSlot& slot) const {
    const std::vector<uint32_t> training = SampleOf(RepeatOf(slot).TrainingRows(FoldOf(slot)), slot.most_rows);
    const std::vector<uint32_t> test = SampleOf(RepeatOf(slot).TestRows(FoldOf(slot)), slot.most_rows);
    const Preprocessing preprocessing = FitPreprocessing(dataset_, training, slot.scaling);
    slot.data = std::make_unique<FoldData>(FoldData{.training = TransformRows(preprocessing, dataset_, training),
                                                    .test = TransformRows(preprocessing, dataset_, test),
                                                    .training_labels = LabelsOf(dataset_, training),
                                                    .test_labels = LabelsOf(dataset_, test)});
  }

  SearchResult Collect() {
    SearchResult result;
    result.family_seconds.resize(kFamilies);
    for (size_t t = 0; t < tasks_.size(); ++t) {
      result.family_seconds[grid_[tasks_[t].settings.front()].family.index()] += task_seconds_[t];
    }
    result.family_tried.resize(kFamilies);
    for (size_t i = 0; i < results_.size(); ++i) {
      if (folds_done_[i] < folds_) continue;
      SettingResult& setting = results_[i];
      const Moments moments = MomentsOf(setting.fold_roc_auc);
      setting.mean_roc_auc = moments.mean;
      setting.sd_roc_auc = moments.deviation;
      ++result.family_tried[setting.setting.family.index()];
      result.settings.push_back(std::move(setting));
    }
    result.fits = result.settings.size() * static_cast<uint64_t>(folds_);
    result.untried = grid_.size() - result.settings.size();
    result.fits_taken_over = progress_.taken_over();
    return result;
  }

  const Dataset& dataset_;
  const std::span<const FoldAssignment> repeats_;
  const int folds_;  // of all repeats
  const Grid& grid_;
  const SearchOptions& options_;
  Progress progress_;
  std::vector<TrialKeys> trial_keys_;  // by repeat; none where there is no journal
  std::vector<std::unique_ptr<FoldSlot>> slots_;
  std::vector<Task> tasks_;
  std::vector<double> task_seconds_;
  std::vector<SettingResult> results_;
  std::vector<std::atomic<int>> folds_done_;  // by setting
  std::atomic<bool> time_is_over_ = false;
};

template <typename Accept>
int BestAmong(const std::vector<SettingResult>& settings, Accept accept) {
  int best = -1;
  for (size_t i = 0; i < settings.size(); ++i) {
    if (!accept(settings[i])) continue;
    if (best < 0 || settings[i].mean_roc_auc > settings[best].mean_roc_auc) best = static_cast<int>(i);
  }
  return best;
}

}  // namespace

int SearchResult::BestOf(size_t family) const {
  return BestAmong(settings, [&](const SettingResult& result) { return result.setting.family.index() == family; });
}

int SearchResult::Best() const {
  return BestAmong(settings, [](const SettingResult&) { return true; });
}

std::vector<size_t> WavesOf(const Grid& grid, bool limited) {
  std::vector<size_t> waves;
  std::array<size_t, kFamilies> seen = {};
  for (const Setting& setting : grid) {
    const size_t place = seen[setting.family.index()]++;
    waves.push_back(limited ? (place + kWave - 1) / kWave : 0);
  }
  return waves;
}

absl::StatusOr<SearchResult> GridSearch(const Dataset& dataset, const FoldAssignment& folds, const Grid& grid,
                                        const SearchOptions& options) {
  return GridSearch(dataset, {&folds, 1}, grid, options);
}

absl::StatusOr<SearchResult> GridSearch(const Dataset& dataset, std::span<const FoldAssignment> repeats,
                                        const Grid& grid, const SearchOptions& options) {
  if (repeats.empty()) return absl::InvalidArgumentError("there are no folds to search on");
  if (grid.empty()) return absl::InvalidArgumentError("the grid is empty: there is nothing to search");
  if (options.threads < 1) {
    return absl::InvalidArgumentError(absl::StrCat("threads is ", options.threads, "; it must be at least 1"));
  }
  for (const FoldAssignment& folds : repeats) {
    if (absl::Status status = CheckFolds(dataset, folds); !status.ok()) return status;
    if (folds.count != repeats.front().count) {
      return absl::InvalidArgumentError(
          absl::StrCat("a repeat has ", folds.count, " folds, the first ", repeats.front().count));
    }
  }
  return Search(dataset, repeats, grid, options).Run();
}

}  // namespace ebb::trainer
