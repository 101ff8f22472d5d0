#include "trainer/report/repeated_splits.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>

#include "runtime/mutex.h"
#include "trainer/evaluation/folds.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/fit/pipeline.h"
#include "trainer/fit/random_stream.h"
#include "trainer/parallel_for.h"

namespace ebb::trainer {
namespace {

constexpr int kFolds = 4;
constexpr int kRepeats = 2;
constexpr int kSplits = kFolds * kRepeats;
static_assert(kTestToTraining == 1.0 / (kFolds - 1));
constexpr int kShuffles = 2;
constexpr size_t kMostRows = 20'000;

// One split: the fitted members, and the test rows to score again and again.
class Split {
 public:
  Split(const Dataset& dataset, const FoldAssignment& folds, int fold, const Recipe& recipe, const Stack& stack,
        uint64_t stream, const std::function<bool()>& cancelled)
      : stack_(stack), random_(0, stream), cancelled_(cancelled) {
    const std::vector<uint32_t> training = folds.TrainingRows(fold), test = folds.TestRows(fold);
    for (size_t m = 0; m < recipe.size() && !Cancelled(); ++m) {
      if (stack.weights[m] == 0) continue;
      members_.push_back({stack.weights[m], FitPipeline(dataset, training, recipe[m], cancelled)});
    }
    for (const uint32_t row : test) rows_.push_back(dataset.Row(row));
    labels_ = LabelsOf(dataset, test);
  }

  SplitResult Measure(const RepeatedSplits& plan, const FeatureSchema& schema) {
    SplitResult result;
    result.roc_auc = RocAucOfTestPart();
    for (const size_t input : plan.inputs) result.drop_of_input.push_back(result.roc_auc - AucWithout({input}));
    for (const std::string& group : plan.groups) {
      std::vector<size_t> members;
      for (const size_t input : plan.inputs) {
        if (schema[input].group == group) members.push_back(input);
      }
      result.drop_of_group.push_back(result.roc_auc - AucWithout(members));
    }
    return result;
  }

  double RocAucOfTestPart() const {
    std::vector<double> sums(rows_.size(), stack_.intercept), scores(rows_.size());
    for (const Member& member : members_) {
      if (Cancelled()) return 0;
      member.pipeline.Score(rows_, scores);
      for (size_t row = 0; row < sums.size(); ++row) sums[row] += member.weight * scores[row];
    }
    return RocAuc(sums, labels_);
  }

 private:
  struct Member {
    double weight;
    Pipeline pipeline;
  };

  bool Cancelled() const { return cancelled_ && cancelled_(); }

  // Of the rows with the values of these features handed round among them, as one.
  double AucWithout(const std::vector<size_t>& features) {
    double sum = 0;
    const std::vector<FeatureVector> as_they_are = rows_;
    for (int shuffle = 0; shuffle < kShuffles; ++shuffle) {
      std::vector<uint32_t> giver(rows_.size());
      std::iota(giver.begin(), giver.end(), uint32_t{0});
      for (size_t i = giver.size(); i > 1; --i) {
        std::swap(giver[i - 1], giver[random_.Below(static_cast<uint32_t>(i))]);
      }
      for (size_t row = 0; row < rows_.size(); ++row) {
        for (const size_t feature : features) rows_[row][feature] = as_they_are[giver[row]][feature];
      }
      sum += RocAucOfTestPart();
    }
    rows_ = as_they_are;
    return sum / kShuffles;
  }

  const Stack& stack_;
  RandomStream random_;
  const std::function<bool()>& cancelled_;
  std::vector<Member> members_;
  std::vector<FeatureVector> rows_;
  std::vector<uint8_t> labels_;
};

RepeatedSplits PlanOf(const FeatureSchema& schema) {
  RepeatedSplits plan;
  std::set<std::string> groups;
  for (size_t f = 0; f < schema.size(); ++f) {
    if (!IsInput(schema[f].role)) continue;
    plan.inputs.push_back(f);
    groups.insert(schema[f].group);
  }
  plan.groups.assign(groups.begin(), groups.end());
  return plan;
}

// Calls measure(split, index) for each split of the data set, each on one of the threads.
template <typename Measure>
absl::Status ForEachSplit(const Dataset& dataset, const Recipe& recipe, const Stack& stack, int threads,
                          const std::function<bool()>& cancelled, const Measure& measure) {
  const absl::StatusOr<std::vector<FoldAssignment>> repeats = RepeatedFolds(dataset, kFolds, kRepeats);
  if (!repeats.ok()) return repeats.status();
  ParallelFor(kSplits, threads, [&](size_t i) {
    if (cancelled && cancelled()) return;
    Split split(dataset, (*repeats)[i / kFolds], static_cast<int>(i % kFolds), recipe, stack, i, cancelled);
    measure(split, i);
  });
  return cancelled && cancelled() ? absl::CancelledError("the training was cancelled") : absl::OkStatus();
}

Dataset SplitRows(const Dataset& dataset) { return dataset.Select(SampleOf(AllRows(dataset), kMostRows)); }

}  // namespace

std::vector<double> RepeatedSplits::RocAucs() const {
  std::vector<double> roc_aucs;
  for (const SplitResult& split : splits) roc_aucs.push_back(split.roc_auc);
  return roc_aucs;
}

absl::StatusOr<RepeatedSplits> MeasureRepeatedSplits(const Dataset& dataset, const Recipe& recipe, const Stack& stack,
                                                     int threads, const std::function<bool()>& cancelled) {
  if (dataset.rows() > kMostRows) {
    return MeasureRepeatedSplits(SplitRows(dataset), recipe, stack, threads, cancelled);
  }
  RepeatedSplits result = PlanOf(dataset.schema());
  result.rows = dataset.rows();
  result.test_to_training = kTestToTraining;
  std::vector<SplitResult> splits(kSplits);
  const absl::Status status = ForEachSplit(dataset, recipe, stack, threads, cancelled, [&](Split& split, size_t i) {
    splits[i] = split.Measure(result, dataset.schema());
  });
  if (!status.ok()) return status;
  result.splits = std::move(splits);
  return result;
}

absl::StatusOr<std::vector<double>> MeasureSplitRocAucs(const Dataset& dataset, const Recipe& recipe,
                                                        const Stack& stack, int threads,
                                                        const std::function<bool()>& cancelled,
                                                        const std::function<void(int done, int total)>& progress) {
  if (dataset.rows() > kMostRows) {
    return MeasureSplitRocAucs(SplitRows(dataset), recipe, stack, threads, cancelled, progress);
  }
  std::vector<double> roc_aucs(kSplits);
  Mutex mutex;
  int done = 0;
  const absl::Status status = ForEachSplit(dataset, recipe, stack, threads, cancelled, [&](Split& split, size_t i) {
    roc_aucs[i] = split.RocAucOfTestPart();
    if (!progress) return;
    MutexLock lock(&mutex);
    progress(++done, kSplits);
  });
  if (!status.ok()) return status;
  return roc_aucs;
}

}  // namespace ebb::trainer
