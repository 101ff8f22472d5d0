#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"
#include "feature_store/decimal_scale.h"
#include "feature_store/shop_calendar.h"

namespace ebb::feature_store {

// How the daily tiles of a measure come about. Every way is commutative and associative: the order of arrival leaves no
// trace.
enum class MeasureKind : uint8_t {
  kCount,      // How many values a day.
  kSum,        // Their sum.
  kMin,        // The least.
  kMax,        // The greatest.
  kDistinct,   // A set of 64-bit hashes.
  kByKey,      // A sum for each key (category or product).
  kLatest,     // The latest time (microseconds) for each key.
  kLast,       // The value with the greatest (event_time, event_id).
  kNewestDay,  // The latest day that had one: a single tile.
};

// What is kept of events for one or more features: several features over different windows share a measure.
struct Measure {
  v1::EventField field = v1::EVENT_FIELD_UNSPECIFIED;
  MeasureKind kind = MeasureKind::kCount;
  std::optional<bool> on_promotion;
  std::optional<std::string> category;
  // How many days back of today its longest window may reach; kLastDay for lifetime. Older tiles serve nobody.
  Day reach = 0;
};

// How an imported value of a feature acts.
enum class ImportedAs : uint8_t {
  kTile,  // An integer that moves on through the windows of its family.
  kLast,  // A profile value, or the last value (or its day) of a window.
  kHeld,  // The value itself, while the window reaches back before the snapshot.
};

// One feature, ready to be computed.
struct CompiledFeature {
  std::string name;
  v1::FeatureKind kind = v1::NUMBER;
  v1::EventField field = v1::EVENT_FIELD_UNSPECIFIED;
  v1::Aggregation aggregation = v1::AGGREGATION_UNSPECIFIED;
  CompiledWindow window;
  // Index of the measure that holds the values (the numerator), and of the second one: the denominator of a RATIO and
  // of MEAN_OF_PERIODS, the count of a MEAN, the latest times of a MOST_FREQUENT; -1: none.
  int measure = -1;
  int second_measure = -1;
  Scale scale;
  v1::FeatureValue default_value;  // Without status; neither number nor category: missing.
  ImportedAs imported_as = ImportedAs::kHeld;
  // Features that differ only in the offset of their window are one family (equal numbers): an imported tile moves
  // among them.
  int family = -1;
};

// The part of a definition that decides what customers' states hold, in one line. Where it differs, they are folded
// anew.
std::string FoldedPart(const v1::FeatureDefinition& definition);

// All features of a store, checked and ready. Thread-safe (immutable after construction).
class CompiledDeclarations {
 public:
  // `declarations` must have passed CheckDeclarations (declarations.h).
  explicit CompiledDeclarations(const v1::FeatureDeclarations& declarations);

  const v1::FeatureDeclarations& source() const { return source_; }
  const v1::FeatureSchema& schema() const { return schema_; }
  const ShopCalendar& calendar() const { return calendar_; }
  const std::vector<CompiledFeature>& features() const { return features_; }
  const std::vector<Measure>& measures() const { return measures_; }
  // Index in features(); -1 where there is no such feature.
  int FindFeature(std::string_view name) const;
  // Measures that an event with this body can touch.
  const std::vector<uint16_t>& MeasuresOf(v1::Event::BodyCase body) const { return by_body_[body]; }
  // Changes whenever serialised state of customers is no longer what these declarations would have folded.
  uint64_t state_fingerprint() const { return state_fingerprint_; }

 private:
  int AddMeasure(Measure measure, Day reach);
  void AddMeasures(const v1::FeatureDefinition& definition, CompiledFeature* feature);
  void AddFeature(const v1::FeatureDefinition& definition);
  void IndexBodies();

  v1::FeatureDeclarations source_;
  v1::FeatureSchema schema_;
  ShopCalendar calendar_;
  std::vector<CompiledFeature> features_;
  std::vector<Measure> measures_;
  absl::flat_hash_map<std::string, int> index_;
  std::array<std::vector<uint16_t>, 32> by_body_;
  uint64_t state_fingerprint_ = 0;
};

}  // namespace ebb::feature_store
