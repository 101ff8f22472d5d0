#include "model/schema_message.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace ebb {
namespace {

// Nothing where it is not known.
std::optional<FeatureRole> RoleFromMessage(v1::FeatureRole role) {
  switch (role) {
    case v1::INPUT:
      return FeatureRole::kInput;
    case v1::SEGMENT:
      return FeatureRole::kSegment;
    case v1::INPUT_AND_SEGMENT:
      return FeatureRole::kInputAndSegment;
    default:
      return std::nullopt;
  }
}

absl::StatusOr<FeatureSpec> SpecFromMessage(const v1::FeatureSpec& message) {
  FeatureSpec spec;
  spec.name = message.name();
  spec.lever = message.lever();
  spec.description = message.description();
  spec.label = {.english = message.label().en(), .russian = message.label().ru()};
  if (message.kind() != v1::NUMBER && message.kind() != v1::CATEGORY) {
    return absl::InvalidArgumentError(absl::StrCat("feature `", message.name(), "`: unknown kind ", message.kind()));
  }
  const std::optional<FeatureRole> role = RoleFromMessage(message.role());
  if (!role) {
    return absl::InvalidArgumentError(absl::StrCat("feature `", message.name(), "`: unknown role ", message.role()));
  }
  spec.kind = message.kind() == v1::NUMBER ? FeatureKind::kNumber : FeatureKind::kCategory;
  spec.role = *role;
  if (message.group() != v1::FEATURE_GROUP_UNSPECIFIED) {
    spec.group = absl::AsciiStrToLower(v1::FeatureGroup_Name(message.group()));
  }
  return spec;
}

}  // namespace

absl::StatusOr<FeatureSchema> SchemaFromMessage(const v1::FeatureSchema& message) {
  std::vector<FeatureSpec> specs;
  std::set<std::string> names;
  for (const v1::FeatureSpec& feature : message.features()) {
    if (feature.name().empty())
      return absl::InvalidArgumentError(absl::StrCat("feature ", specs.size(), " has no name"));
    if (!names.insert(feature.name()).second) {
      return absl::InvalidArgumentError(absl::StrCat("feature `", feature.name(), "` stands twice in the schema"));
    }
    absl::StatusOr<FeatureSpec> spec = SpecFromMessage(feature);
    if (!spec.ok()) return spec.status();
    specs.push_back(*std::move(spec));
  }
  return FeatureSchema(std::move(specs));
}

}  // namespace ebb
