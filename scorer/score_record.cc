// The bytes of a record, little-endian:
//
//   record   := version:u8=3  flags:u8  customer_id:text  schema:u32  vector_as_of:i64  score?  count:u32  value*
//   score    := probability:f64  ranking:f64  published:f64  [profit:f64]  [previous:f64]  model_version:i64
//   scoring_id:u64
//               as_of:i64  score_time:i64  sequence:i64  segment:u8  horizon_months:u8
//               and since version 2  held_band:u8  held_since:u32  named_segments:u64  held_named_segments:u64
//               and since version 3  [expected_revenue:f64]
//   value    := kind:u8 | 0x10 where never seen  then f64 for a number, text for a category, nothing where missing
//   text     := length:u32  bytes
//   flags    := 1 there is a score | 2 its profit is known | 4 it has a previous probability | 8 erased: all else is
//               empty | 16 it tells the expected revenue
#include "scorer/score_record.h"

#include <bit>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ebb::scorer {
namespace {

static_assert(std::endian::native == std::endian::little, "the stored bytes are little-endian");

constexpr uint8_t kVersion = 3;
constexpr uint8_t kScored = 1;
constexpr uint8_t kProfitKnown = 2;
constexpr uint8_t kHasPrevious = 4;
constexpr uint8_t kErased = 8;
constexpr uint8_t kRevenueTold = 16;
constexpr uint8_t kNeverSeen = 0x10;
constexpr uint8_t kKindMask = 0x0f;

template <typename T>
void Put(std::string* out, T value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void PutText(std::string* out, std::string_view text) {
  Put(out, static_cast<uint32_t>(text.size()));
  out->append(text);
}

// Reads on after the end as zeros and remembers it, so that a decoder checks once.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Take() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      short_ = true;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }

  std::string TakeText() {
    const auto length = Take<uint32_t>();
    if (rest_.size() < length) {
      short_ = true;
      rest_ = {};
      return {};
    }
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return text;
  }

  size_t remaining() const { return rest_.size(); }
  bool cut_off() const { return short_; }

 private:
  std::string_view rest_;
  bool short_ = false;
};

void PutScore(std::string* out, const CustomerScore& score) {
  Put(out, score.probability);
  Put(out, score.ranking_score);
  Put(out, score.published_probability);
  if (score.monthly_profit.has_value()) Put(out, *score.monthly_profit);
  if (score.previous_probability.has_value()) Put(out, *score.previous_probability);
  Put(out, score.model_version);
  Put(out, score.scoring_id);
  Put(out, score.as_of_micros);
  Put(out, score.score_time_micros);
  Put(out, score.sequence);
  Put(out, static_cast<uint8_t>(SegmentIndex(score.segment)));
  Put(out, score.horizon_months);
  Put(out, static_cast<uint8_t>(score.held_band));
  Put(out, score.held_since_seconds);
  Put(out, score.named_segments);
  Put(out, score.held_named_segments);
  if (score.expected_revenue.has_value()) Put(out, *score.expected_revenue);
}

CustomerScore TakeScore(Reader* in, uint8_t version, uint8_t flags) {
  CustomerScore score;
  score.probability = in->Take<double>();
  score.ranking_score = in->Take<double>();
  score.published_probability = in->Take<double>();
  if (flags & kProfitKnown) score.monthly_profit = in->Take<double>();
  if (flags & kHasPrevious) score.previous_probability = in->Take<double>();
  score.model_version = in->Take<int64_t>();
  score.scoring_id = in->Take<uint64_t>();
  score.as_of_micros = in->Take<int64_t>();
  score.score_time_micros = in->Take<int64_t>();
  score.sequence = in->Take<int64_t>();
  score.segment = SegmentAt(in->Take<uint8_t>() % kSegments);
  score.horizon_months = in->Take<uint8_t>();
  score.held_band = score.segment.band;
  if (version < 2) return score;
  score.held_band = in->Take<uint8_t>() == 0 ? RiskBand::kStable : RiskBand::kAtRisk;
  score.held_since_seconds = in->Take<uint32_t>();
  score.named_segments = in->Take<uint64_t>();
  score.held_named_segments = in->Take<uint64_t>();
  if (version < 3) return score;
  if (flags & kRevenueTold) score.expected_revenue = in->Take<double>();
  return score;
}

}  // namespace

std::string EncodeScoreRecord(const ScoreRecord& record) {
  std::string out;
  out.reserve(128 + record.customer_id.size() + record.vector.size() * 12);
  uint8_t flags = 0;
  if (record.score.scored()) flags |= kScored;
  if (record.score.monthly_profit.has_value()) flags |= kProfitKnown;
  if (record.score.previous_probability.has_value()) flags |= kHasPrevious;
  if (record.customer_id.empty()) flags |= kErased;
  if (record.score.expected_revenue.has_value()) flags |= kRevenueTold;
  Put(&out, kVersion);
  Put(&out, flags);
  PutText(&out, record.customer_id);
  Put(&out, record.schema);
  Put(&out, record.vector_as_of_micros);
  if (flags & kScored) PutScore(&out, record.score);
  Put(&out, static_cast<uint32_t>(record.vector.size()));
  for (const KeptValue& value : record.vector) {
    Put(&out, static_cast<uint8_t>(static_cast<uint8_t>(value.kind) | (value.never_seen ? kNeverSeen : 0)));
    if (value.kind == KeptValue::Kind::kNumber) Put(&out, value.number);
    if (value.kind == KeptValue::Kind::kCategory) PutText(&out, value.category);
  }
  return out;
}

absl::StatusOr<ScoreRecord> DecodeScoreRecord(std::string_view bytes) {
  Reader in(bytes);
  const auto version = in.Take<uint8_t>();
  if (version > kVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "a score record has format ", version, ", this scorer knows up to ", kVersion, ": start a newer ebb-scorer"));
  }
  const auto flags = in.Take<uint8_t>();
  ScoreRecord record;
  record.customer_id = in.TakeText();
  record.schema = in.Take<uint32_t>();
  record.vector_as_of_micros = in.Take<int64_t>();
  if (flags & kScored) record.score = TakeScore(&in, version, flags);
  const auto count = in.Take<uint32_t>();
  // Every value takes a byte at least: a damaged count must not make us reserve gigabytes.
  if (count > in.remaining()) return absl::DataLossError("a score record is cut off within its vector");
  record.vector.resize(count);
  for (KeptValue& value : record.vector) {
    const auto tag = in.Take<uint8_t>();
    if ((tag & kKindMask) > 2)
      return absl::DataLossError(absl::StrCat("a score record has a value of unknown kind ", tag & kKindMask));
    value.kind = static_cast<KeptValue::Kind>(tag & kKindMask);
    value.never_seen = (tag & kNeverSeen) != 0;
    if (value.kind == KeptValue::Kind::kNumber) value.number = in.Take<double>();
    if (value.kind == KeptValue::Kind::kCategory) value.category = in.TakeText();
  }
  const bool erased = (flags & kErased) != 0;
  if (version == 0 || in.cut_off() || in.remaining() != 0 || record.customer_id.empty() != erased) {
    return absl::DataLossError("a score record is cut off or damaged");
  }
  return record;
}

}  // namespace ebb::scorer
