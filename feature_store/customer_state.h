#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/event_view.h"

namespace ebb::feature_store {

// Before every event.
inline constexpr int64_t kNoEvent = std::numeric_limits<int64_t>::min();

// A day's integer of a measure: a count, sum, least or greatest value; of a kDistinct measure one member of the day's
// set; of a kNewestDay measure nothing but the day, and it is the only tile.
struct Tile {
  int64_t value = 0;
  Day day = 0;
  uint16_t measure = 0;
  bool operator==(const Tile&) const = default;
};

// A day's integer of a measure for one key, the hash of a category or product.
struct KeyedTile {
  uint64_t key = 0;
  int64_t value = 0;
  Day day = 0;
  uint16_t measure = 0;
  bool operator==(const KeyedTile&) const = default;
};

// Order of values that replace each other: by time, a snapshot before the events of its own microsecond, then by event
// id.
struct Stamp {
  int64_t order = 0;  // 2 * microseconds, plus 1 for an event.
  std::string event_id;
  auto operator<=>(const Stamp&) const = default;
  static Stamp OfEvent(int64_t micros, std::string_view id) { return {2 * micros + 1, std::string(id)}; }
  static Stamp OfSnapshot(int64_t micros, std::string_view id) { return {2 * micros, std::string(id)}; }
};

// The last value of a day (day 0 for what has none: profiles). The value is an integer, a Day or the key of a text.
struct LastValue {
  uint16_t measure = 0;
  Day day = 0;
  int64_t value = 0;
  Stamp stamp;
  bool operator==(const LastValue&) const = default;
};

// What the newest snapshot says of a feature. As ImportedAs asks: an integer (of a category: the key of its text), or a
// held number.
struct ImportedFeature {
  uint16_t feature = 0;
  int64_t value = 0;
  double number = 0;  // Only of a kHeld number.
  Stamp stamp;
  // These follow from the snapshot's time and the feature's window and are not stored.
  Day anchor = 0;   // Day of the tile that the value acts as.
  DayRange covers;  // kTile: the days whose own tiles it stands for. The day of the snapshot itself is not among them.
  bool operator==(const ImportedFeature&) const = default;
};

// Everything that vectors need to know of one customer: daily tiles for each measure, in sorted vectors. Folding is
// commutative and associative, so that any order of arrival gives the same state; each event must be folded once (the
// store removes duplicates), and not before T has passed it (IsBefore in event_time.h). Not thread-safe. A state
// belongs to the declarations that it was folded with.
//
// Distinct visits and the keys of products and categories are 64-bit hashes: among 10,000 of a customer two fall
// together with odds of about 3 in 10^12.
class CustomerState {
 public:
  // `event` has passed CheckEvent, or CheckSnapshotRow. Returns the day whose tiles may be others now, kLastDay where
  // none are. (A measure of the newest day may have lost a tile of an earlier day.)
  Day Fold(const CompiledDeclarations& declarations, const EventView& event);
  void Fold(const CompiledDeclarations& declarations, const v1::Event& event);
  // As it was made; memory is kept for the next customer.
  void Clear();
  // Forgets the tiles that no window with a T at or after `as_of` reaches, and the texts that then nothing names.
  void DropExpired(const CompiledDeclarations& declarations, absl::Time as_of);

  // Bytes as in customer_state_codec.cc; equal states give equal bytes.
  std::string Serialize(const CompiledDeclarations& declarations) const;
  // DATA_LOSS on bytes cut off or damaged; FAILED_PRECONDITION on a newer version, or where the declarations have
  // changed: the state must then be folded again from the raw events.
  static absl::StatusOr<CustomerState> Parse(const CompiledDeclarations& declarations, std::string_view bytes);

  // Whether serialised bytes were folded with these declarations; true also where they are damaged.
  static bool IsOf(const CompiledDeclarations& declarations, std::string_view bytes);

  // Memory held, including this object; of texts an estimate.
  size_t MemoryBytes() const;
  // A hint that Fold is about to come: it goes to the ends of the tiles.
  void Prefetch() const {
    PrefetchBefore(tiles_.data() + tiles_.size());
    PrefetchBefore(keyed_tiles_.data() + keyed_tiles_.size());
  }

  // The latest time of an event that was folded, whatever its body; kNoEvent before the first.
  int64_t last_event_us() const { return last_event_us_; }
  // Whether an event ever touched the measure, dropped tiles included.
  bool Seen(int measure) const;
  // Sorted by day, then measure, then value or key: what comes now goes to the end. See TilesByMeasure.
  const std::vector<Tile>& tiles() const { return tiles_; }
  const std::vector<KeyedTile>& keyed_tiles() const { return keyed_tiles_; }
  // Sorted by (measure, day).
  const std::vector<LastValue>& last_values() const { return last_values_; }
  const std::vector<ImportedFeature>& imported() const { return imported_; }  // Sorted by feature.
  // The text behind a key; empty where unknown.
  std::string_view TextOf(uint64_t key) const;

  bool operator==(const CustomerState&) const = default;

 private:
  friend class StateCodec;
  struct Text {
    uint64_t key = 0;
    std::string text;
    bool operator==(const Text&) const = default;
  };

  // Hashes of a purchase's or basket's lines, each computed once however many measures ask.
  struct LineKeys {
    absl::InlinedVector<uint64_t, 8> products, categories;
  };
  // One measure of the declarations and where an event of it falls.
  struct Place {
    const Measure& measure;
    uint16_t id;
    Day day;
    int64_t micros;
    std::string_view event_id;
    LineKeys* keys;
  };
  void FoldMeasure(const Place& place, const EventView& event);
  void FoldProfile(const Place& place, const v1::ProfileChange& profile);
  void FoldPurchase(const Place& place, const EventView& purchase);
  // `sign`: -1 where the lines leave the basket.
  void FoldProducts(const Place& place, const EventView& event, int sign);
  void FoldCategories(const Place& place, const EventView& purchase);
  void FoldSnapshot(const CompiledDeclarations& declarations, const v1::Event& event);
  static void PrefetchBefore(const void* end) {
    constexpr uintptr_t kLine = 64;
    const auto address = reinterpret_cast<uintptr_t>(end);  // as a number: there may be nothing before it
    for (uintptr_t back = 0; back < 3 * kLine; back += kLine) {
      __builtin_prefetch(reinterpret_cast<const void*>(address - back));
    }
  }
  void MarkSeen(uint16_t measure);
  // `value` stands for `count` values.
  void Add(const Place& place, int64_t value, int64_t count = 1);
  void KeepNewestDay(const Place& place);
  void AddMember(const Place& place, uint64_t hash);
  void AddKeyed(const Place& place, uint64_t key, int64_t value);
  void SetLast(const Place& place, Day day, int64_t value);
  uint64_t Remember(std::string_view text);
  void Remember(uint64_t key, std::string_view text);

  std::vector<Tile> tiles_;
  std::vector<KeyedTile> keyed_tiles_;
  std::vector<LastValue> last_values_;
  std::vector<ImportedFeature> imported_;
  int64_t last_event_us_ = kNoEvent;
  std::vector<Text> texts_;           // Sorted by key.
  uint64_t seen_ = 0;                 // A bit for each of the first 64 measures.
  std::vector<uint64_t> seen_later_;  // And of those after them, up to the last one seen.
};

}  // namespace ebb::feature_store
