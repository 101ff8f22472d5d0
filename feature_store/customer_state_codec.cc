// Bytes of a stored CustomerState, version 2. Varints are protobuf's, `z` is zigzag, fixed64 is little-endian.
//
//   state    := version:1 byte, fingerprint:fixed64, last_event:z, seen:bit for each measure, texts, tiles, keyed,
//               lasts, imports
//   texts    := n, n * (length, bytes)                     sorted by hash
//   tiles    := for each measure: n, n * (day:z, value)    day: difference to the one before
//   value    := z; of kDistinct fixed64
//   keyed    := for each measure by key: n, n * (day:z, key, value:z)
//   key      := fixed64 of a product; index in texts of a category
//   value    of kLatest: microseconds less 86,400,000,000 * day
//   lasts    := n, n * (measure, day:z, value:z, stamp)
//   imports  := n, n * (feature, value:z, number:fixed64 only of a held number, stamp)
//   stamp    := 0 (the same as the one before), or 1, order:z, length, id
//
// Measures and features are numbers of the declarations, hence the fingerprint. Equal states give equal bytes. Any
// change here needs a new version, and reading the one before goes on: a store serves what it has from the first second
// of a start. customer_state_test.cc pins the bytes.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "feature_store/customer_state.h"
#include "feature_store/imported_value.h"
#include "feature_store/stable_hash.h"
#include "feature_store/tiles_by_measure.h"

namespace ebb::feature_store {
namespace {

constexpr uint8_t kVersion = 2;
constexpr int64_t kMicrosOfDay = 86'400'000'000;

uint64_t ZigZag(int64_t value) { return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63); }
int64_t UnZigZag(uint64_t bits) { return static_cast<int64_t>(bits >> 1 ^ (~(bits & 1) + 1)); }

class Writer {
 public:
  void Byte(uint8_t byte) { bytes_.push_back(static_cast<char>(byte)); }
  void Fixed64(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) Byte(static_cast<uint8_t>(value >> shift));
  }
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) Byte(static_cast<uint8_t>(value | 0x80));
    Byte(static_cast<uint8_t>(value));
  }
  void Signed(int64_t value) { Varint(ZigZag(value)); }
  void Text(std::string_view text) {
    Varint(text.size());
    bytes_.append(text);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads until the first mistake; from there on everything is zero and `good` false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  uint8_t Byte() {
    if (bytes_.empty()) return Fail();
    const auto byte = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  uint64_t Fixed64() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 8) value |= static_cast<uint64_t>(Byte()) << shift;
    return value;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }
  int64_t Signed() { return UnZigZag(Varint()); }
  // A number of things that take at least a byte each, so that damaged bytes never ask for much memory.
  size_t Count() {
    const uint64_t count = Varint();
    return count <= bytes_.size() ? static_cast<size_t>(count) : Fail();
  }
  uint64_t Below(uint64_t limit) {
    const uint64_t value = Varint();
    return value < limit ? value : Fail();
  }
  Day DayAfter(Day previous) {
    const int64_t step = Signed();
    if (step < kFirstDay || step > kLastDay || step + previous < kFirstDay || step + previous > kLastDay) return Fail();
    return static_cast<Day>(step + previous);
  }
  std::string Text() {
    const size_t length = Count();
    std::string text(bytes_.substr(0, length));
    bytes_.remove_prefix(length);
    return text;
  }
  uint8_t Fail() {
    good_ = false;
    bytes_ = {};
    return 0;
  }
  bool good() const { return good_; }
  bool AtEnd() const { return good_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace

// Writes and reads the parts of a state in the order of the grammar above.
class StateCodec {
 public:
  explicit StateCodec(const CompiledDeclarations& declarations) : declarations_(declarations) {}

  std::string Write(const CustomerState& state) {
    out_.Byte(kVersion);
    out_.Fixed64(declarations_.state_fingerprint());
    out_.Signed(state.last_event_us_);
    WriteSeen(state);
    out_.Varint(state.texts_.size());
    for (const auto& text : state.texts_) out_.Text(text.text);
    TilesByMeasure by_measure;
    by_measure.Assign(declarations_, state);
    WriteTiles(by_measure.tiles);
    WriteKeyedTiles(state, by_measure.keyed_tiles);
    out_.Varint(state.last_values_.size());
    for (const LastValue& last : state.last_values_) {
      out_.Varint(last.measure);
      out_.Signed(last.day);
      out_.Signed(last.value);
      WriteStamp(last.stamp);
    }
    out_.Varint(state.imported_.size());
    for (const ImportedFeature& imported : state.imported_) {
      out_.Varint(imported.feature);
      out_.Signed(imported.value);
      if (IsHeldNumber(imported.feature)) out_.Fixed64(std::bit_cast<uint64_t>(imported.number));
      WriteStamp(imported.stamp);
    }
    return out_.Take();
  }

  absl::StatusOr<CustomerState> Read(std::string_view bytes) {
    Reader in(bytes);
    const uint8_t version = in.Byte();
    if (in.good() && version != kVersion) {
      return absl::FailedPreconditionError(absl::StrCat("customer state: version ", version, ", this program reads ",
                                                        kVersion, "; fold the state again from the raw events"));
    }
    const uint64_t fingerprint = in.Fixed64();
    if (in.good() && fingerprint != declarations_.state_fingerprint()) {
      return absl::FailedPreconditionError(
          "customer state: was folded with other feature declarations; fold it again from the raw events");
    }
    CustomerState state;
    state.last_event_us_ = in.Signed();
    ReadSeen(in, state);
    ReadTexts(in, state);
    ReadTiles(in, state);
    ReadKeyedTiles(in, state);
    ReadLastValues(in, state);
    ReadImported(in, state);
    if (!in.AtEnd()) return absl::DataLossError("customer state: bytes are cut off or damaged");
    std::sort(state.tiles_.begin(), state.tiles_.end(), [](const Tile& a, const Tile& b) {
      return std::tie(a.day, a.measure, a.value) < std::tie(b.day, b.measure, b.value);
    });
    std::sort(state.keyed_tiles_.begin(), state.keyed_tiles_.end(), [](const KeyedTile& a, const KeyedTile& b) {
      return std::tie(a.day, a.measure, a.key) < std::tie(b.day, b.measure, b.key);
    });
    return state;
  }

 private:
  bool IsHeldNumber(uint16_t feature) const {
    const CompiledFeature& declared = declarations_.features()[feature];
    return declared.imported_as == ImportedAs::kHeld && declared.kind == v1::NUMBER;
  }
  bool IsKeyed(uint16_t measure) const {
    const MeasureKind kind = declarations_.measures()[measure].kind;
    return kind == MeasureKind::kByKey || kind == MeasureKind::kLatest;
  }
  bool IsCategory(uint16_t measure) const { return declarations_.measures()[measure].field == v1::PURCHASE_CATEGORY; }
  uint16_t measures() const { return static_cast<uint16_t>(declarations_.measures().size()); }

  void WriteSeen(const CustomerState& state) {
    for (int first = 0; first < measures(); first += 8) {
      uint8_t bits = 0;
      for (int i = 0; i < 8; ++i) bits = static_cast<uint8_t>(bits | state.Seen(first + i) << i);
      out_.Byte(bits);
    }
  }

  void ReadSeen(Reader& in, CustomerState& state) {
    for (int first = 0; first < measures(); first += 8) {
      const uint8_t bits = in.Byte();
      for (int i = 0; i < 8; ++i) {
        if ((bits >> i & 1) == 0) continue;
        if (first + i >= measures()) return void(in.Fail());
        state.MarkSeen(static_cast<uint16_t>(first + i));
      }
    }
  }

  void ReadTexts(Reader& in, CustomerState& state) {
    const size_t count = in.Count();
    state.texts_.reserve(count);
    for (size_t i = 0; i < count && in.good(); ++i) {
      std::string text = in.Text();
      const uint64_t key = StableHash(text);
      if (!state.texts_.empty() && state.texts_.back().key >= key) in.Fail();
      state.texts_.push_back({key, std::move(text)});
    }
  }

  void WriteTiles(const SortedByMeasure<Tile>& by_measure) {
    for (uint16_t measure = 0; measure < measures(); ++measure) {
      const std::span<const Tile> tiles = by_measure.Of(measure);
      out_.Varint(tiles.size());
      const bool distinct = declarations_.measures()[measure].kind == MeasureKind::kDistinct;
      Day previous = 0;
      for (const Tile& tile : tiles) {
        out_.Signed(int64_t{tile.day} - previous);
        distinct ? out_.Fixed64(static_cast<uint64_t>(tile.value)) : out_.Signed(tile.value);
        previous = tile.day;
      }
    }
  }

  void ReadTiles(Reader& in, CustomerState& state) {
    for (uint16_t measure = 0; measure < measures(); ++measure) {
      const size_t count = in.Count();
      const MeasureKind kind = declarations_.measures()[measure].kind;
      if (count > 0 && (IsKeyed(measure) || kind == MeasureKind::kLast)) in.Fail();
      if (count > 1 && kind == MeasureKind::kNewestDay) in.Fail();
      const bool distinct = kind == MeasureKind::kDistinct;
      const size_t first = state.tiles_.size();
      for (Day day = 0; state.tiles_.size() < first + count && in.good();) {
        day = in.DayAfter(day);
        const Tile tile{distinct ? static_cast<int64_t>(in.Fixed64()) : in.Signed(), day, measure};
        if (state.tiles_.size() > first) {
          const Tile& last = state.tiles_.back();
          const bool ascending =
              distinct ? std::tie(last.day, last.value) < std::tie(tile.day, tile.value) : last.day < tile.day;
          if (!ascending) in.Fail();
        }
        state.tiles_.push_back(tile);
      }
    }
  }

  void WriteKeyedTiles(const CustomerState& state, const SortedByMeasure<KeyedTile>& by_measure) {
    for (uint16_t measure = 0; measure < measures(); ++measure) {
      if (!IsKeyed(measure)) continue;
      const std::span<const KeyedTile> tiles = by_measure.Of(measure);
      out_.Varint(tiles.size());
      const bool latest = declarations_.measures()[measure].kind == MeasureKind::kLatest;
      Day previous = 0;
      for (const KeyedTile& tile : tiles) {
        out_.Signed(int64_t{tile.day} - previous);
        previous = tile.day;
        if (IsCategory(measure)) {
          const auto text = std::lower_bound(state.texts_.begin(), state.texts_.end(), tile.key,
                                             [](const auto& entry, uint64_t key) { return entry.key < key; });
          out_.Varint(static_cast<uint64_t>(text - state.texts_.begin()));
        } else {
          out_.Fixed64(tile.key);
        }
        out_.Signed(latest ? tile.value - tile.day * kMicrosOfDay : tile.value);
      }
    }
  }

  void ReadKeyedTiles(Reader& in, CustomerState& state) {
    for (uint16_t measure = 0; measure < measures(); ++measure) {
      if (!IsKeyed(measure)) continue;
      const size_t count = in.Count();
      const bool latest = declarations_.measures()[measure].kind == MeasureKind::kLatest;
      const size_t first = state.keyed_tiles_.size();
      for (Day day = 0; state.keyed_tiles_.size() < first + count && in.good();) {
        day = in.DayAfter(day);
        uint64_t key = 0;
        if (IsCategory(measure)) {
          const uint64_t text = in.Below(state.texts_.size());
          if (!in.good()) return;
          key = state.texts_[text].key;
        } else {
          key = in.Fixed64();
        }
        int64_t value = in.Signed();
        if (latest && __builtin_add_overflow(value, day * kMicrosOfDay, &value)) in.Fail();
        if (state.keyed_tiles_.size() > first) {
          const KeyedTile& last = state.keyed_tiles_.back();
          if (std::tie(last.day, last.key) >= std::tie(day, key)) in.Fail();
        }
        state.keyed_tiles_.push_back({key, value, day, measure});
      }
    }
  }

  void ReadLastValues(Reader& in, CustomerState& state) {
    const size_t count = in.Count();
    for (size_t i = 0; i < count && in.good(); ++i) {
      LastValue last;
      last.measure = static_cast<uint16_t>(in.Below(measures()));
      last.day = in.DayAfter(0);
      last.value = in.Signed();
      last.stamp = ReadStamp(in);
      if (!in.good()) return;
      if (i > 0) {
        const LastValue& previous = state.last_values_.back();
        if (std::tie(previous.measure, previous.day) >= std::tie(last.measure, last.day)) in.Fail();
      }
      state.last_values_.push_back(std::move(last));
    }
  }

  void ReadImported(Reader& in, CustomerState& state) {
    const size_t count = in.Count();
    state.imported_.reserve(count);
    for (size_t i = 0; i < count && in.good(); ++i) {
      const auto feature = static_cast<uint16_t>(in.Below(declarations_.features().size()));
      if (!in.good() || (i > 0 && state.imported_.back().feature >= feature)) return void(in.Fail());
      const int64_t value = in.Signed();
      const double number = IsHeldNumber(feature) ? std::bit_cast<double>(in.Fixed64()) : 0;
      Stamp stamp = ReadStamp(in);
      if (!in.good()) return;
      ImportedFeature imported = PlaceImport(declarations_, feature, std::move(stamp));
      imported.value = value;
      imported.number = number;
      state.imported_.push_back(std::move(imported));
    }
  }

  // One event often sets several values: its stamp is written once.
  void WriteStamp(const Stamp& stamp) {
    if (stamp == previous_) return out_.Byte(0);
    out_.Byte(1);
    out_.Signed(stamp.order);
    out_.Text(stamp.event_id);
    previous_ = stamp;
  }

  Stamp ReadStamp(Reader& in) {
    switch (in.Byte()) {
      case 0:
        return previous_;
      case 1:
        previous_.order = in.Signed();
        previous_.event_id = in.Text();
        return previous_;
      default:
        in.Fail();
        return {};
    }
  }

  const CompiledDeclarations& declarations_;
  Writer out_;
  Stamp previous_;
};

std::string CustomerState::Serialize(const CompiledDeclarations& declarations) const {
  return StateCodec(declarations).Write(*this);
}

bool CustomerState::IsOf(const CompiledDeclarations& declarations, std::string_view bytes) {
  Reader in(bytes);
  const uint8_t version = in.Byte();
  const uint64_t fingerprint = in.Fixed64();
  return !in.good() || (version == kVersion && fingerprint == declarations.state_fingerprint());
}

absl::StatusOr<CustomerState> CustomerState::Parse(const CompiledDeclarations& declarations, std::string_view bytes) {
  return StateCodec(declarations).Read(bytes);
}

}  // namespace ebb::feature_store
