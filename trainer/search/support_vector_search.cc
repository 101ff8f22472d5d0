#include <map>

#include "model/arithmetic/lanes.h"
#include "trainer/fit/class_weights.h"
#include "trainer/fit/support_vector.h"
#include "trainer/search/family_search.h"

namespace ebb::trainer {

void SearchSupportVector(const FoldData& fold, const SearchUnit& unit) {
  const Lanes& lanes = ChosenLanes();
  const KernelKind base = unit.Get<SupportVectorSetting>(unit.settings.front()).kernel;
  const ColumnMatrix rows(fold.training);
  const PairTable training_pairs(fold.training, rows, base);
  const PairTable test_pairs(fold.test, rows, base);

  std::map<std::tuple<KernelKind, double, int>, std::vector<size_t>> by_kernel;
  for (const size_t index : unit.settings) {
    const Kernel kernel = KernelOf(unit.Get<SupportVectorSetting>(index), fold.training);
    by_kernel[{kernel.kind, kernel.gamma, kernel.degree}].push_back(index);
  }
  KernelMatrix training_kernel;
  RowMatrix test_kernel;
  std::vector<double> scores(fold.test.rows());
  for (const auto& [key, settings] : by_kernel) {
    const Kernel kernel{.kind = std::get<0>(key), .gamma = std::get<1>(key), .offset = 0, .degree = std::get<2>(key)};
    training_pairs.ApplyForTraining(kernel, &training_kernel);
    test_pairs.Apply(kernel, &test_kernel);
    for (const size_t index : settings) {
      const auto& setting = unit.Get<SupportVectorSetting>(index);
      const std::vector<double> bounds = AlphaBounds(RowWeights(fold.training_labels, setting.class_weight), setting.c);
      const SmoSolution solution = SolveSmo(training_kernel, fold.training_labels, bounds, unit.cancelled);
      if (unit.cancelled()) return;
      for (size_t q = 0; q < scores.size(); ++q) {
        scores[q] = lanes.dot(solution.coefficients.data(), test_kernel.Row(q).data(), solution.coefficients.size()) -
                    solution.rho;
      }
      unit.report(index, scores);
    }
  }
}

}  // namespace ebb::trainer
