#include "model/feature_schema.h"

#include <utility>

namespace ebb {
namespace {

// FNV-1a: guards against mix-ups, not against forgery (the model file has its own SHA-256).
class Fingerprinter {
 public:
  void Add(std::string_view text) {
    for (const char c : text) AddByte(static_cast<uint8_t>(c));
    AddByte(0);
  }
  void AddByte(uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3u; }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325u;
};

// Frozen: fingerprints are written into model files.
uint8_t ByteOf(FeatureRole role) {
  switch (role) {
    case FeatureRole::kInput:
      return 1;
    case FeatureRole::kSegment:
      return 2;
    case FeatureRole::kInputAndSegment:
      return 3;
  }
  return 0;
}

}  // namespace

FeatureSchema::FeatureSchema(std::vector<FeatureSpec> specs) : specs_(std::move(specs)) {
  for (size_t i = 0; i < specs_.size(); ++i) index_.emplace(specs_[i].name, i);
}

std::optional<size_t> FeatureSchema::IndexOf(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

uint64_t FeatureSchema::Fingerprint() const {
  Fingerprinter fingerprint;
  for (const FeatureSpec& spec : specs_) {
    fingerprint.Add(spec.name);
    fingerprint.AddByte(spec.kind == FeatureKind::kNumber ? 1 : 2);
    fingerprint.AddByte(ByteOf(spec.role));
  }
  return fingerprint.value();
}

}  // namespace ebb
