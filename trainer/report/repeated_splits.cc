#include "trainer/report/repeated_splits.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>

#include "trainer/evaluation/folds.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/fit/pipeline.h"
#include "trainer/fit/random_stream.h"
#include "trainer/parallel_for.h"

namespace ebb::trainer {
namespace {

constexpr int kFolds = 4;
constexpr int kRepeats = 2;
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
    result.roc_auc = Auc();
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

 private:
  struct Member {
    double weight;
    Pipeline pipeline;
  };

  bool Cancelled() const { return cancelled_ && cancelled_(); }

  double Auc() const {
    std::vector<double> sums(rows_.size(), stack_.intercept), scores(rows_.size());
    for (const Member& member : members_) {
      if (Cancelled()) return 0;
      member.pipeline.Score(rows_, scores);
      for (size_t row = 0; row < sums.size(); ++row) sums[row] += member.weight * scores[row];
    }
    return RocAuc(sums, labels_);
  }

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
      sum += Auc();
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
    if (schema[f].role != FeatureRole::kInput) continue;
    plan.inputs.push_back(f);
    groups.insert(schema[f].group);
  }
  plan.groups.assign(groups.begin(), groups.end());
  return plan;
}

}  // namespace

absl::StatusOr<RepeatedSplits> MeasureRepeatedSplits(const Dataset& dataset, const Recipe& recipe, const Stack& stack,
                                                     int threads, const std::function<bool()>& cancelled) {
  if (dataset.rows() > kMostRows) {
    const Dataset sample = dataset.Select(SampleOf(AllRows(dataset), kMostRows));
    return MeasureRepeatedSplits(sample, recipe, stack, threads, cancelled);
  }
  RepeatedSplits result = PlanOf(dataset.schema());
  result.rows = dataset.rows();
  result.test_to_training = 1.0 / (kFolds - 1);
  const absl::StatusOr<std::vector<FoldAssignment>> repeats = RepeatedFolds(dataset, kFolds, kRepeats);
  if (!repeats.ok()) return repeats.status();
  std::vector<SplitResult> splits(kFolds * kRepeats);
  ParallelFor(splits.size(), threads, [&](size_t i) {
    if (cancelled && cancelled()) return;
    Split split(dataset, (*repeats)[i / kFolds], static_cast<int>(i % kFolds), recipe, stack, i, cancelled);
    splits[i] = split.Measure(result, dataset.schema());
  });
  if (cancelled && cancelled()) return absl::CancelledError("the training was cancelled");
  result.splits = std::move(splits);
  return result;
}

}  // namespace ebb::trainer
