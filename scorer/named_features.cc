#include "scorer/named_features.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

absl::Status SetValue(const v1::InputFeature& feature, const FeatureSpec& spec, const std::string& field,
                      FeatureValue* value) {
  if (spec.kind == FeatureKind::kNumber) {
    if (feature.kind_case() != v1::InputFeature::kNumber || !std::isfinite(feature.number())) {
      return InvalidField(field, absl::StrCat("is no finite number, which ", spec.name, " must be"));
    }
    *value = FeatureValue::Number(feature.number());
    return absl::OkStatus();
  }
  if (feature.kind_case() != v1::InputFeature::kCategory || feature.category().empty()) {
    return InvalidField(field, absl::StrCat("is no category, which ", spec.name, " must be"));
  }
  *value = FeatureValue::Category(feature.category());
  return absl::OkStatus();
}

}  // namespace

absl::Status SetFeatures(const google::protobuf::RepeatedPtrField<v1::InputFeature>& features,
                         const FeatureSchema& schema, FeatureVector* vector) {
  std::vector<bool> given(schema.size());
  for (int i = 0; i < features.size(); ++i) {
    const v1::InputFeature& feature = features[i];
    const std::string field = absl::StrCat("features[", i, "]");
    const std::optional<size_t> place = schema.IndexOf(feature.name());
    if (!place.has_value())
      return InvalidField(field, absl::StrCat("names ", feature.name(), ", no feature of the model"));
    if (given[*place]) return InvalidField(field, absl::StrCat("names ", feature.name(), " a second time"));
    given[*place] = true;
    if (absl::Status set = SetValue(feature, schema[*place], field, &(*vector)[*place]); !set.ok()) return set;
  }
  return absl::OkStatus();
}

}  // namespace ebb::scorer
