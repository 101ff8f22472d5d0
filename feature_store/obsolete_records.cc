#include "feature_store/obsolete_records.h"

#include <algorithm>
#include <string_view>

#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "feature_store/wire_fields.h"

namespace ebb::feature_store {
namespace {

constexpr int kBodies = 32;  // field numbers of Event's bodies are below

// The field number of the event's body; 0 where there is none.
int BodyOf(absl::string_view record) {
  absl::string_view message;
  if (!MessageOf(record, &message)) return 0;
  FieldReader fields(message);
  uint32_t tag = 0;
  while (!fields.at_end() && fields.ReadTag(&tag)) {
    const int number = google::protobuf::internal::WireFormatLite::GetTagFieldNumber(tag);
    if (number >= v1::Event::kPageViewFieldNumber && number < kBodies) return number;
    if (!fields.Skip(tag)) return 0;
  }
  return 0;
}

}  // namespace

bool ObsoleteRecords::Names(absl::string_view key, absl::string_view value) const {
  const absl::StatusOr<ParsedEventKey> parsed = ParseEventKey(key);
  if (!parsed.ok()) return false;
  if (!customers.empty() && customers.contains(parsed->customer)) return true;
  if (parsed->event_time_us >= expired_before_us) return false;
  const int body = BodyOf(value);
  if (body == 0 || (kept_bodies >> body & 1) != 0) return false;
  if (expired != nullptr) expired->fetch_add(1, std::memory_order_relaxed);
  return true;
}

uint32_t BodiesKeptForGood(const CompiledDeclarations& declarations) {
  uint32_t kept = 1u << v1::Event::kImportedSnapshot;
  for (int body = 1; body < kBodies; ++body) {
    const auto& measures = declarations.MeasuresOf(static_cast<v1::Event::BodyCase>(body));
    const bool lifetime = std::any_of(measures.begin(), measures.end(), [&](uint16_t measure) {
      return declarations.measures()[measure].reach == kLastDay;
    });
    if (lifetime) kept |= 1u << body;
  }
  return kept;
}

int64_t LongestWindowDays(const CompiledDeclarations& declarations) {
  int64_t longest = 0;
  for (const Measure& measure : declarations.measures()) {
    if (measure.reach != kLastDay) longest = std::max<int64_t>(longest, measure.reach);
  }
  return longest;
}

}  // namespace ebb::feature_store
