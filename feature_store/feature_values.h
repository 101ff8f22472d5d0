#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "ebb/v1/feature.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"

namespace ebb::feature_store {

// One vector as the store computes, compares, keeps and copies it: a single block of memory, so that copying it costs
// little more than its bytes. The wire's FeatureVector is made from it only where one is sent. Times are microseconds
// since 1970 UTC.
class FeatureValues {
 public:
  // Room for so many values, to be set in order, each once. Memory of the values before is used again.
  void Reset(size_t features);

  void SetNumber(size_t feature, double value, v1::FeatureStatus status);
  void SetCategory(size_t feature, std::string_view value, v1::FeatureStatus status);
  void SetMissing(size_t feature, v1::FeatureStatus status);

  size_t size() const { return features_; }
  v1::FeatureStatus status(size_t feature) const { return static_cast<v1::FeatureStatus>(Mark(feature) & kStatus); }
  bool missing(size_t feature) const { return (Mark(feature) & kMissing) != 0; }
  // NaN where missing. Only of a NUMBER.
  double number(size_t feature) const {
    return missing(feature) ? std::numeric_limits<double>::quiet_NaN() : Slot<double>(feature);
  }
  // Empty where missing; borrowed until the next change. Only of a CATEGORY.
  std::string_view category(size_t feature) const;

  // Appends what a training set tells of it: equal values and gaps give equal bytes, wherever they come from.
  void AppendContent(std::string* bytes) const;

  // Equal values, equal bytes; without the times below. The form of one process, not for disks.
  std::string_view bytes() const { return block_; }
  // A form for many that are kept, times included: words that are zero, which most are of a customer of whom little is
  // known, take no room. Unpack makes the same bits of it. The bytes say themselves how many they are.
  size_t PackedSize() const;
  static size_t PackedSize(const char* packed);
  void Pack(char* packed) const;
  void Unpack(const char* packed);

  int64_t as_of_us = kNoEvent;       // T of the vector
  int64_t last_event_us = kNoEvent;  // of the customer's newest event before T

 private:
  static constexpr unsigned char kStatus = 0x0f, kMissing = 0x10, kPackedWord = 0x20;
  unsigned char Mark(size_t feature) const {
    return static_cast<unsigned char>(block_[features_ * sizeof(double) + feature]);
  }
  void SetMark(size_t feature, v1::FeatureStatus status, unsigned char missing) {
    block_[features_ * sizeof(double) + feature] = static_cast<char>(static_cast<unsigned char>(status) | missing);
  }

  template <typename Value>
  Value Slot(size_t feature) const {
    Value value;
    std::memcpy(&value, block_.data() + feature * sizeof(value), sizeof(value));
    return value;
  }
  size_t TextsBegin() const { return features_ * (sizeof(double) + 1); }

  size_t features_ = 0;
  // A double (of a category: where its text begins and ends, two uint32) for each feature, a mark for each, texts.
  std::string block_;
};

// Whether two vectors say the same, whatever their times.
inline bool SameValues(const FeatureValues& a, const FeatureValues& b) { return a.bytes() == b.bytes(); }

// Whether they say the same, to the bit, of one feature.
bool SameValue(const FeatureValues& a, const FeatureValues& b, size_t feature, v1::FeatureKind kind);

// The wire's form.
v1::FeatureVector ToVector(const CompiledDeclarations& declarations, const FeatureValues& values);
// The same into an empty one.
void FillVector(const CompiledDeclarations& declarations, const FeatureValues& values, v1::FeatureVector* vector);

}  // namespace ebb::feature_store
