#include "trainer/report/feature_report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "trainer/evaluation/fences.h"
#include "trainer/evaluation/ranked_rows.h"
#include "trainer/evaluation/stratified_bootstrap.h"
#include "trainer/fit/moments.h"
#include "trainer/fit/preprocessing.h"
#include "trainer/report/association.h"
#include "trainer/report/estimate_message.h"

namespace ebb::trainer {
namespace {

constexpr int kBins = 20;
constexpr size_t kMostValues = 50;  // of a category

void Describe(std::vector<double> values, v1::Quartiles* out) {
  if (values.empty()) return;
  out->set_mean(MomentsOf(values).mean);
  std::sort(values.begin(), values.end());
  out->set_least(values.front());
  out->set_lower(Quantile(values, 0.25));
  out->set_median(Quantile(values, 0.5));
  out->set_upper(Quantile(values, 0.75));
  out->set_greatest(values.back());
}

// Where the histogram's bins begin, and how wide they are. Whole numbers get bins of whole width, so that none is
// empty for want of numbers in it.
struct Bins {
  double begin = 0;
  double width = 1;
  int count = 1;

  int Of(double value) const { return std::clamp(static_cast<int>(std::floor((value - begin) / width)), 0, count - 1); }
};

Bins BinsOf(const std::vector<double>& sorted, const Fences& fences) {
  const double least = *std::lower_bound(sorted.begin(), sorted.end(), fences.lower);
  const double greatest = *(std::upper_bound(sorted.begin(), sorted.end(), fences.upper) - 1);
  if (std::all_of(sorted.begin(), sorted.end(), [](double value) { return value == std::floor(value); })) {
    const double width = std::max(1.0, std::ceil((greatest - least + 1) / kBins));
    return {least - 0.5, width, static_cast<int>(std::ceil((greatest - least + 1) / width))};
  }
  if (greatest == least) return {least - 0.5, 1, 1};
  return {least, (greatest - least) / kBins, kBins};
}

v1::NumberDescription DescribeNumber(const std::vector<double>& values, const std::vector<uint8_t>& labels) {
  v1::NumberDescription out;
  std::vector<double> sorted, of_class[2];
  for (size_t row = 0; row < values.size(); ++row) {
    if (std::isnan(values[row])) continue;
    sorted.push_back(values[row]);
    of_class[labels[row]].push_back(values[row]);
  }
  if (sorted.empty()) return out;
  std::sort(sorted.begin(), sorted.end());
  Describe(sorted, out.mutable_all());
  Describe(of_class[1], out.mutable_declined());
  Describe(of_class[0], out.mutable_steady());
  const Fences fences = FencesOf(sorted);
  out.set_outliers(std::count_if(sorted.begin(), sorted.end(), [&](double value) { return fences.Outside(value); }));
  const Bins bins = BinsOf(sorted, fences);
  out.set_distinct(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  std::vector<int64_t> declined(static_cast<size_t>(bins.count)), steady(declined.size());
  for (const double value : of_class[1]) ++declined[static_cast<size_t>(bins.Of(value))];
  for (const double value : of_class[0]) ++steady[static_cast<size_t>(bins.Of(value))];
  for (int bin = 0; bin < bins.count; ++bin) {
    v1::HistogramBin* message = out.add_histogram();
    message->set_from(bins.begin + bins.width * bin);
    message->set_to(bins.begin + bins.width * (bin + 1));
    message->set_declined(declined[static_cast<size_t>(bin)]);
    message->set_steady(steady[static_cast<size_t>(bin)]);
  }
  return out;
}

v1::CategoryDescription DescribeCategory(const Dataset::CategoryColumn& column, const std::vector<uint8_t>& labels) {
  std::vector<v1::CategoryCount> counts(column.values.size());
  for (size_t value = 0; value < counts.size(); ++value) counts[value].set_value(column.values[value]);
  for (size_t row = 0; row < labels.size(); ++row) {
    if (column.codes[row] < 0) continue;
    v1::CategoryCount& count = counts[static_cast<size_t>(column.codes[row])];
    labels[row] != 0 ? count.set_declined(count.declined() + 1) : count.set_steady(count.steady() + 1);
  }
  const auto rows = [](const v1::CategoryCount& count) { return count.declined() + count.steady(); };
  std::stable_sort(counts.begin(), counts.end(), [&](const auto& a, const auto& b) { return rows(a) > rows(b); });
  for (; counts.size() > kMostValues + 1; counts.pop_back()) {
    v1::CategoryCount& others = counts[kMostValues];
    others.set_value("…");
    others.set_declined(others.declined() + counts.back().declined());
    others.set_steady(others.steady() + counts.back().steady());
  }
  v1::CategoryDescription out;
  for (const v1::CategoryCount& count : counts) {
    if (rows(count) > 0) *out.add_counts() = count;
  }
  return out;
}

v1::LabelRelation RelateNumber(const std::vector<double>& values, const std::vector<uint8_t>& labels) {
  std::vector<double> known;
  std::vector<uint8_t> known_labels;
  for (size_t row = 0; row < values.size(); ++row) {
    if (std::isnan(values[row])) continue;
    known.push_back(values[row]);
    known_labels.push_back(labels[row]);
  }
  const Estimate strength = RankedRows(known, known_labels).RocAucByDeLong();
  v1::LabelRelation out;
  out.set_measure(v1::LabelRelation::ROC_AUC);
  *out.mutable_strength() = ToMessage(strength);
  out.set_relevant(strength.lower > 0.5 || strength.upper < 0.5);
  return out;
}

v1::LabelRelation RelateCategory(const Dataset::CategoryColumn& column, const std::vector<uint8_t>& labels,
                                 const StratifiedBootstrap& bootstrap) {
  const std::vector<int32_t> classes(labels.begin(), labels.end());
  const Codes codes{column.codes, static_cast<int>(column.values.size())};
  std::vector<double> draws;
  for (int draw = 0; draw < bootstrap.draws(); ++draw) {
    draws.push_back(CramersV(codes, {classes, 2}, bootstrap.Counts(draw), 2));
  }
  const Estimate strength = PercentileEstimate(CramersV(codes, {classes, 2}), std::move(draws));
  v1::LabelRelation out;
  out.set_measure(v1::LabelRelation::CRAMERS_V);
  *out.mutable_strength() = ToMessage(strength);
  out.set_relevant(strength.lower > 0);
  return out;
}

double Association(const Dataset& dataset, size_t a, size_t b) {
  const bool number_a = dataset.schema()[a].kind == FeatureKind::kNumber;
  const bool number_b = dataset.schema()[b].kind == FeatureKind::kNumber;
  const auto codes = [&](size_t f) {
    const Dataset::CategoryColumn& column = dataset.Categories(f);
    return Codes{column.codes, static_cast<int>(column.values.size())};
  };
  if (number_a && number_b) return PearsonCorrelation(dataset.Numbers(a), dataset.Numbers(b));
  if (!number_a && !number_b) return CramersV(codes(a), codes(b));
  return number_a ? CorrelationRatio(codes(b), dataset.Numbers(a)) : CorrelationRatio(codes(a), dataset.Numbers(b));
}

}  // namespace

std::vector<v1::FeatureDescription> DescribeFeatures(const Dataset& dataset,
                                                     const std::vector<LeftOutInput>& left_out) {
  const StratifiedBootstrap bootstrap(dataset.labels(), 0);
  std::vector<v1::FeatureDescription> descriptions;
  for (size_t f = 0; f < dataset.schema().size(); ++f) {
    const FeatureSpec& spec = dataset.schema()[f];
    v1::FeatureDescription& out = descriptions.emplace_back();
    out.set_name(spec.name);
    out.set_group(spec.group);
    out.set_lever(spec.lever);
    out.set_description(spec.description);
    if (!spec.label.english.empty()) out.mutable_called()->set_en(spec.label.english);
    if (!spec.label.russian.empty()) out.mutable_called()->set_ru(spec.label.russian);
    out.set_input(IsInput(spec.role));
    for (const LeftOutInput& input : left_out) {
      if (input.name == spec.name) out.set_left_out(input.Reason());
    }
    if (spec.kind == FeatureKind::kNumber) {
      const std::vector<double>& values = dataset.Numbers(f);
      out.set_missing(std::count_if(values.begin(), values.end(), [](double value) { return std::isnan(value); }));
      *out.mutable_number() = DescribeNumber(values, dataset.labels());
      *out.mutable_label() = RelateNumber(values, dataset.labels());
    } else {
      const Dataset::CategoryColumn& column = dataset.Categories(f);
      out.set_missing(std::count(column.codes.begin(), column.codes.end(), -1));
      *out.mutable_category() = DescribeCategory(column, dataset.labels());
      *out.mutable_label() = RelateCategory(column, dataset.labels(), bootstrap);
    }
  }
  return descriptions;
}

v1::AssociationMatrix DescribeAssociations(const Dataset& dataset) {
  const size_t size = dataset.schema().size();
  v1::AssociationMatrix matrix;
  matrix.mutable_values()->Resize(static_cast<int>(size * size), 0);
  matrix.mutable_signs()->Resize(static_cast<int>(size * size), 0);
  for (size_t a = 0; a < size; ++a) {
    matrix.add_features(dataset.schema()[a].name);
    for (size_t b = 0; b <= a; ++b) {
      const double association = Association(dataset, a, b);
      const bool numbers = dataset.schema()[a].kind == FeatureKind::kNumber &&
                           dataset.schema()[b].kind == FeatureKind::kNumber && !std::isnan(association);
      for (const size_t place : {a * size + b, b * size + a}) {
        matrix.set_values(static_cast<int>(place), std::abs(association));
        matrix.set_signs(static_cast<int>(place), numbers ? association : 0);
      }
    }
  }
  return matrix;
}

}  // namespace ebb::trainer
