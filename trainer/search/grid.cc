#include "trainer/search/grid.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ebb/v1/search_grid.pb.h"

namespace ebb::trainer {
namespace {

// The first thing that is wrong with the text.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

constexpr double kDefaultGamma = std::numeric_limits<double>::quiet_NaN();  // stands for the one that rows decide

template <typename Value>
Value FromNumber(double number) {
  if constexpr (std::is_enum_v<Value>) {
    return static_cast<Value>(static_cast<int>(number));
  } else if constexpr (std::is_same_v<Value, std::optional<double>>) {
    return std::isnan(number) ? std::nullopt : std::optional(number);
  } else {
    return static_cast<Value>(number);
  }
}

template <typename Family>
Family& FieldsOf(Family& family) {
  return family;
}
ForestSetting& FieldsOf(RandomForestSetting& family) { return family.forest; }
ForestSetting& FieldsOf(ExtraTreesSetting& family) { return family.forest; }

// Puts a number into a field of a family's setting.
template <typename Family, auto kField>
void Put(Setting& setting, double number) {
  auto& field = FieldsOf(std::get<Family>(setting.family)).*kField;
  field = FromNumber<std::remove_reference_t<decltype(field)>>(number);
}

void PutScaling(Setting& setting, double number) { setting.scaling = FromNumber<Scaling>(number); }

// What a number may be.
struct Bounds {
  double least = 0;
  double most = 0;
  bool above = false;  // `least` itself is not allowed

  bool Hold(double value) const { return (above ? value > least : value >= least) && value <= most; }
  std::string Text() const {
    return above ? absl::StrCat("above ", least, " and at most ", most) : absl::StrCat(least, " to ", most);
  }
};
constexpr Bounds Above0(double most) { return {.least = 0, .most = most, .above = true}; }
constexpr Bounds From(double least, double most) { return {.least = least, .most = most}; }

// Turns the file's lists and ranges into dimensions; keeps the first rule that is broken.
class SpaceReader {
 public:
  absl::StatusOr<SearchSpace> Read(const v1::SearchGrid& grid) {
    scalings_ = {.field = "scalings", .values = {}, .range = {}, .place = PutScaling};
    for (const int value : grid.scalings())
      scalings_.values.push_back(Named("scalings", value, v1::SearchGrid::ROBUST));
    if (scalings_.values.empty()) scalings_.values.push_back(v1::SearchGrid::STANDARD);
    for (const auto& family : grid.logistic_regression()) Add(family);
    for (const auto& family : grid.k_nearest_neighbours()) Add(family);
    for (const auto& family : grid.decision_tree()) Add(family);
    for (const auto& family : grid.support_vector()) Add(family);
    for (const auto& family : grid.random_forest()) AddForest<RandomForestSetting>(family, "random_forest");
    for (const auto& family : grid.extra_trees()) AddForest<ExtraTreesSetting>(family, "extra_trees");
    for (const auto& family : grid.gradient_boosting()) Add(family);
    Require(!space_.empty(), "holds no family; name at least one, with values");
    if (!status_.ok()) return status_;
    return space_;
  }

 private:
  template <typename... Parts>
  void Require(bool holds, const Parts&... parts) {
    if (!holds && status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat("the search grid ", parts...));
  }

  int Named(const std::string& field, int value, int last) {
    Require(value >= 1 && value <= last, "has ", field, " ", value, "; it must be one of the named values");
    return value;
  }

  // The dimensions that are added next are this family's.
  template <typename Family>
  void Begin(std::string name) {
    name_ = std::move(name);
    space_.push_back({.base = {.scaling = Scaling::kNone, .family = Family()}, .dimensions = {}});
  }
  void EndScaled() { space_.back().dimensions.push_back(scalings_); }

  Dimension& Add(const char* field, void (*place)(Setting&, double)) {
    return space_.back().dimensions.emplace_back(
        Dimension{.field = absl::StrCat(name_, ".", field), .values = {}, .range = {}, .place = place});
  }

  // The settings' enums are the file's without UNSPECIFIED, which is 0 there. The first one is the default or
  // `otherwise`.
  template <typename Repeated>
  void AddNames(const char* field, const Repeated& values, int last, void (*place)(Setting&, double),
                int otherwise = 1) {
    Dimension& dimension = Add(field, place);
    for (const int value : values) dimension.values.push_back(Named(dimension.field, value, last) - 1);
    if (dimension.values.empty()) dimension.values.push_back(otherwise - 1);
  }

  template <typename Repeated>
  Dimension& AddNumbers(const char* field, const Repeated& values, const Bounds& bounds,
                        void (*place)(Setting&, double)) {
    Dimension& dimension = Add(field, place);
    for (const auto value : values) {
      Require(bounds.Hold(value), "has ", dimension.field, " ", value, "; it must be ", bounds.Text());
      dimension.values.push_back(value);
    }
    return dimension;
  }

  template <typename Repeated>
  void AddNumbersOr(double otherwise, const char* field, const Repeated& values, const Bounds& bounds,
                    void (*place)(Setting&, double)) {
    Dimension& dimension = AddNumbers(field, values, bounds, place);
    if (dimension.values.empty()) dimension.values.push_back(otherwise);
  }

  // Bounds of a logarithmic range are above 0 because those of its field are.
  void AddRange(Dimension& dimension, bool has_range, const v1::DoubleRange& range, const Bounds& bounds,
                bool whole = false) {
    if (!has_range) return;
    Require(bounds.Hold(range.low()), "has ", dimension.field, "_range.low ", range.low(), "; it must be ",
            bounds.Text());
    Require(bounds.Hold(range.high()), "has ", dimension.field, "_range.high ", range.high(), "; it must be ",
            bounds.Text());
    Require(range.low() < range.high(), "has ", dimension.field, "_range ", range.low(), " to ", range.high(),
            "; low must be below high");
    dimension.range = NumberRange{.low = range.low(), .high = range.high(), .log = range.log(), .whole = whole};
  }

  void RequireValues(const Dimension& dimension) {
    Require(!dimension.values.empty() || dimension.range, "has no ", dimension.field, "; at least one value is needed");
  }

  template <typename Family, typename Message>
  void AddClassWeights(const Message& grid) {
    AddNames("class_weight", grid.class_weight(), v1::SearchGrid::BALANCED,
             Put<Family, &FamilyFields<Family>::class_weight>);
  }
  // Where a family's fields stand.
  template <typename Family>
  using FamilyFields = std::remove_reference_t<decltype(FieldsOf(std::declval<Family&>()))>;

  void Add(const v1::LogisticRegressionGrid& grid) {
    using Family = LogisticRegressionSetting;
    Begin<Family>("logistic_regression");
    AddNames("penalty", grid.penalty(), v1::LogisticRegressionGrid::L2, Put<Family, &Family::penalty>,
             v1::LogisticRegressionGrid::L2);
    Dimension& c = AddNumbers("c", grid.c(), Above0(1e9), Put<Family, &Family::c>);
    AddRange(c, grid.has_c_range(), grid.c_range(), Above0(1e9));
    RequireValues(c);
    AddClassWeights<Family>(grid);
    EndScaled();
  }

  void Add(const v1::KNearestNeighboursGrid& grid) {
    using Family = KNearestNeighboursSetting;
    Begin<Family>("k_nearest_neighbours");
    Dimension& k = AddNumbers("k", grid.k(), From(1, 1e9), Put<Family, &Family::k>);
    AddRange(k, grid.has_k_range(), grid.k_range(), From(1, 1e9), /*whole=*/true);
    RequireValues(k);
    AddNames("weighting", grid.weighting(), v1::KNearestNeighboursGrid::DISTANCE, Put<Family, &Family::weighting>);
    AddNames("metric", grid.metric(), v1::KNearestNeighboursGrid::MANHATTAN, Put<Family, &Family::metric>);
    EndScaled();
  }

  void Add(const v1::DecisionTreeGrid& grid) {
    using Family = DecisionTreeSetting;
    Begin<Family>("decision_tree");
    RequireValues(AddNumbers("max_depth", grid.max_depth(), From(1, 64), Put<Family, &Family::max_depth>));
    AddNumbersOr(1, "min_leaf", grid.min_leaf(), From(1, 1e9), Put<Family, &Family::min_leaf>);
    AddNames("criterion", grid.criterion(), v1::DecisionTreeGrid::ENTROPY, Put<Family, &Family::criterion>);
    AddClassWeights<Family>(grid);
  }

  void Add(const v1::SupportVectorGrid& grid) {
    using Family = SupportVectorSetting;
    const bool linear = grid.kernel() == v1::SupportVectorGrid::LINEAR;
    Require(grid.kernel() >= v1::SupportVectorGrid::LINEAR && grid.kernel() <= v1::SupportVectorGrid::POLYNOMIAL,
            "has no support_vector.kernel; it must be LINEAR, RBF or POLYNOMIAL");
    Begin<Family>("support_vector");
    std::get<Family>(space_.back().base.family).kernel = static_cast<KernelKind>(grid.kernel() - 1);
    Dimension& c = AddNumbers("c", grid.c(), Above0(1e9), Put<Family, &Family::c>);
    AddRange(c, grid.has_c_range(), grid.c_range(), Above0(1e9));
    RequireValues(c);
    Dimension& gamma = AddNumbers("gamma", grid.gamma(), Above0(1000), Put<Family, &Family::gamma>);
    AddRange(gamma, grid.has_gamma_range(), grid.gamma_range(), Above0(1000));
    Require(!linear || gamma.values.empty(),
            "has support_vector.gamma for the LINEAR kernel, which has none; remove it");
    Require(!linear || !gamma.range, "has support_vector.gamma_range for the LINEAR kernel, which has none; remove it");
    if (gamma.values.empty()) gamma.values.push_back(kDefaultGamma);
    Require(grid.kernel() == v1::SupportVectorGrid::POLYNOMIAL || grid.degree().empty(),
            "has support_vector.degree for another kernel than POLYNOMIAL; remove it");
    AddNumbersOr(3, "degree", grid.degree(), From(1, 10), Put<Family, &Family::degree>);
    AddClassWeights<Family>(grid);
    EndScaled();
  }

  template <typename Family>
  void AddForest(const v1::ForestGrid& grid, const char* name) {
    Begin<Family>(name);
    RequireValues(AddNumbers("trees", grid.trees(), From(1, 10'000), Put<Family, &ForestSetting::trees>));
    AddNumbersOr(0, "max_depth", grid.max_depth(), From(0, 64), Put<Family, &ForestSetting::max_depth>);
    AddNumbersOr(1, "min_leaf", grid.min_leaf(), From(1, 1e9), Put<Family, &ForestSetting::min_leaf>);
    AddNames("max_features", grid.max_features(), v1::ForestGrid::ALL, Put<Family, &ForestSetting::max_features>);
    AddNames("criterion", grid.criterion(), v1::DecisionTreeGrid::ENTROPY, Put<Family, &ForestSetting::criterion>);
    AddClassWeights<Family>(grid);
  }

  void Add(const v1::GradientBoostingGrid& grid) {
    using Family = GradientBoostingSetting;
    const Family usual;
    Begin<Family>("gradient_boosting");
    RequireValues(AddNumbers("trees", grid.trees(), From(1, 10'000), Put<Family, &Family::trees>));
    Dimension& rate = AddNumbers("learning_rate", grid.learning_rate(), Above0(1), Put<Family, &Family::learning_rate>);
    AddRange(rate, grid.has_learning_rate_range(), grid.learning_rate_range(), Above0(1));
    if (rate.values.empty()) rate.values.push_back(usual.learning_rate);
    AddNumbersOr(usual.max_depth, "max_depth", grid.max_depth(), From(1, 16), Put<Family, &Family::max_depth>);
    AddNumbersOr(usual.min_child_weight, "min_child_weight", grid.min_child_weight(), From(0, 1e9),
                 Put<Family, &Family::min_child_weight>);
    AddNumbersOr(usual.l2, "l2", grid.l2(), From(0, 1e9), Put<Family, &Family::l2>);
    AddNumbersOr(usual.column_share, "column_share", grid.column_share(), Above0(1),
                 Put<Family, &Family::column_share>);
    AddNumbersOr(usual.row_share, "row_share", grid.row_share(), Above0(1), Put<Family, &Family::row_share>);
    AddClassWeights<Family>(grid);
  }

  Dimension scalings_;
  std::string name_;  // of the family that is being read
  SearchSpace space_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<SearchSpace> ParseSearchSpace(std::string_view text) {
  v1::SearchGrid message;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &message)) {
    return absl::InvalidArgumentError(absl::StrCat("the search grid, ", error.text()));
  }
  return SpaceReader().Read(message);
}

absl::StatusOr<Grid> ParseGrid(std::string_view text) {
  const absl::StatusOr<SearchSpace> space = ParseSearchSpace(text);
  return space.ok() ? GridOf(*space) : space.status();
}

}  // namespace ebb::trainer
