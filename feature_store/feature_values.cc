#include "feature_store/feature_values.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "feature_store/event_time.h"

namespace ebb::feature_store {
namespace {

// Where the text of a category lies in the block.
struct TextPlace {
  uint32_t begin;
  uint32_t end;
};
static_assert(sizeof(TextPlace) == sizeof(double));

template <typename Slot>
void SetSlot(size_t feature, const Slot& slot, std::string* block) {
  std::memcpy(block->data() + feature * sizeof(slot), &slot, sizeof(slot));
}

// What a packed vector begins with: then come the marks, of which one bit says whether the word is among the words that
// follow, these words, the texts, and some bytes that Unpack may read and does not use.
constexpr size_t kSlack = sizeof(uint64_t);
struct PackedHead {
  int64_t as_of_us;
  int64_t last_event_us;
  uint32_t features;
  uint32_t size;  // of all of it
};

PackedHead HeadOf(const char* packed) {
  PackedHead head;
  std::memcpy(&head, packed, sizeof(head));
  return head;
}

}  // namespace

void FeatureValues::Reset(size_t features) {
  features_ = features;
  block_.assign(TextsBegin(), '\0');
}

size_t FeatureValues::PackedSize() const {
  size_t words = 0;
  for (size_t i = 0; i < features_; ++i) words += Slot<uint64_t>(i) != 0;
  return sizeof(PackedHead) + features_ + words * sizeof(uint64_t) + block_.size() - TextsBegin() + kSlack;
}

size_t FeatureValues::PackedSize(const char* packed) { return HeadOf(packed).size; }

void FeatureValues::Pack(char* packed) const {
  const PackedHead head{as_of_us, last_event_us, static_cast<uint32_t>(features_), static_cast<uint32_t>(PackedSize())};
  std::memcpy(packed, &head, sizeof(head));
  char* const marks = packed + sizeof(head);
  char* to = marks + features_;
  for (size_t i = 0; i < features_; ++i) {
    const auto word = Slot<uint64_t>(i);
    marks[i] = static_cast<char>(Mark(i) | (word != 0 ? kPackedWord : 0));
    if (word == 0) continue;
    std::memcpy(to, &word, sizeof(word));
    to += sizeof(word);
  }
  to = std::copy(block_.begin() + static_cast<std::ptrdiff_t>(TextsBegin()), block_.end(), to);
  std::fill_n(to, kSlack, '\0');
}

void FeatureValues::Unpack(const char* packed) {
  const PackedHead head = HeadOf(packed);
  as_of_us = head.as_of_us;
  last_event_us = head.last_event_us;
  features_ = head.features;
  const char* const marks = packed + sizeof(head);
  const char* from = marks + features_;
  block_.resize(TextsBegin());
  char* const words = block_.data();
  // Without branches: which words are zero cannot be foretold. Behind the last byte kSlack more may be read.
  for (size_t i = 0; i < head.features; ++i) {
    const auto mark = static_cast<unsigned char>(marks[i]);
    const uint64_t there = (mark & kPackedWord) / kPackedWord;
    uint64_t word;
    std::memcpy(&word, from, sizeof(word));
    word &= 0 - there;
    std::memcpy(words + i * sizeof(word), &word, sizeof(word));
    from += there * sizeof(word);
    words[head.features * sizeof(word) + i] = static_cast<char>(mark & ~kPackedWord);
  }
  block_.append(from, packed + head.size - kSlack - from);
}

void FeatureValues::SetNumber(size_t feature, double value, v1::FeatureStatus status) {
  SetSlot(feature, value, &block_);
  SetMark(feature, status, 0);
}

void FeatureValues::SetCategory(size_t feature, std::string_view value, v1::FeatureStatus status) {
  const auto begin = static_cast<uint32_t>(block_.size());
  block_.append(value);
  SetSlot(feature, TextPlace{begin, static_cast<uint32_t>(block_.size())}, &block_);
  SetMark(feature, status, 0);
}

void FeatureValues::SetMissing(size_t feature, v1::FeatureStatus status) { SetMark(feature, status, kMissing); }

void FeatureValues::AppendContent(std::string* bytes) const {
  const size_t begin = bytes->size();
  bytes->append(block_);
  char* const marks = bytes->data() + begin + features_ * sizeof(double);
  for (size_t i = 0; i < features_; ++i) marks[i] = static_cast<char>(marks[i] & kMissing);
}

std::string_view FeatureValues::category(size_t feature) const {
  const auto place = Slot<TextPlace>(feature);  // of a missing one: nothing at the beginning
  return std::string_view(block_).substr(place.begin, place.end - place.begin);
}

bool SameValue(const FeatureValues& a, const FeatureValues& b, size_t feature, v1::FeatureKind kind) {
  if (a.status(feature) != b.status(feature) || a.missing(feature) != b.missing(feature)) return false;
  if (kind == v1::CATEGORY) return a.category(feature) == b.category(feature);
  return std::bit_cast<uint64_t>(a.number(feature)) == std::bit_cast<uint64_t>(b.number(feature));
}

v1::FeatureVector ToVector(const CompiledDeclarations& declarations, const FeatureValues& values) {
  v1::FeatureVector vector;
  FillVector(declarations, values, &vector);
  return vector;
}

void FillVector(const CompiledDeclarations& declarations, const FeatureValues& values, v1::FeatureVector* vector) {
  vector->mutable_values()->Reserve(static_cast<int>(values.size()));
  for (size_t i = 0; i < values.size(); ++i) {
    v1::FeatureValue* value = vector->add_values();
    value->set_status(values.status(i));
    if (values.missing(i)) continue;
    if (declarations.features()[i].kind == v1::CATEGORY) {
      value->set_category(std::string(values.category(i)));
    } else {
      value->set_number(values.number(i));
    }
  }
  *vector->mutable_as_of() = ToTimestamp(absl::FromUnixMicros(values.as_of_us));
}

}  // namespace ebb::feature_store
