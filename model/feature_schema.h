#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ebb {

enum class FeatureKind { kNumber, kCategory };

// Whether a model may look at a feature, only the segments (the mean monthly profit, for instance), or both.
enum class FeatureRole { kInput, kSegment, kInputAndSegment };

constexpr bool IsInput(FeatureRole role) { return role != FeatureRole::kSegment; }
constexpr bool IsForSegments(FeatureRole role) { return role != FeatureRole::kInput; }

// What people call a feature; empty where it is not declared in that language.
struct FeatureLabelTexts {
  std::string english = {};
  std::string russian = {};

  friend bool operator==(const FeatureLabelTexts&, const FeatureLabelTexts&) = default;
};

struct FeatureSpec {
  std::string name;
  FeatureKind kind = FeatureKind::kNumber;
  FeatureRole role = FeatureRole::kInput;
  std::string group;   // "communication", "product", "purchase" or "site"
  bool lever = false;  // the shop can influence it
  std::string description;
  FeatureLabelTexts label = {};

  friend bool operator==(const FeatureSpec&, const FeatureSpec&) = default;
};

// The ordered columns of a feature vector: what store, trainer and scorer agree on. Immutable, so threads may share
// one. Names are unique; of two equal names IndexOf finds the first, and ModelFile refuses the schema.
class FeatureSchema {
 public:
  FeatureSchema() = default;
  explicit FeatureSchema(std::vector<FeatureSpec> specs);

  size_t size() const { return specs_.size(); }
  const FeatureSpec& operator[](size_t index) const { return specs_[index]; }
  const std::vector<FeatureSpec>& specs() const { return specs_; }

  // Nothing if no feature has this name.
  std::optional<size_t> IndexOf(std::string_view name) const;

  // Equal exactly when names, kinds, roles and order are: groups, levers, descriptions and labels may be reworded
  // without touching any model. The value is written into model files and never changes for a given schema.
  uint64_t Fingerprint() const;

  friend bool operator==(const FeatureSchema& a, const FeatureSchema& b) { return a.specs_ == b.specs_; }

 private:
  std::vector<FeatureSpec> specs_;
  std::unordered_map<std::string, size_t> index_;
};

}  // namespace ebb
