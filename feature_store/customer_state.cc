#include "feature_store/customer_state.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "feature_store/day_counter.h"
#include "feature_store/event_time.h"
#include "feature_store/imported_value.h"
#include "feature_store/stable_hash.h"

namespace ebb::feature_store {
namespace {

// Sums wrap around instead of overflowing: with the limits of event.proto that takes thousands of the dearest purchases
// a day, and it stays independent of the order.
int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

std::string MonthDayText(const v1::MonthDay& day) {
  return absl::StrCat(absl::Dec(day.month(), absl::kZeroPad2), "-", absl::Dec(day.day(), absl::kZeroPad2));
}

bool IsOfCategory(const Measure& measure, std::string_view category) {
  return !measure.category || *measure.category == category;
}

bool Matches(const Measure& measure, const LineView& line) {
  return IsOfCategory(measure, line.category) && (!measure.on_promotion || *measure.on_promotion == line.on_promotion);
}

int64_t Combine(MeasureKind kind, int64_t a, int64_t b) {
  switch (kind) {
    case MeasureKind::kMin:
      return std::min(a, b);
    case MeasureKind::kMax:
    case MeasureKind::kLatest:
      return std::max(a, b);
    default:
      return WrappingAdd(a, b);
  }
}

// The hashes of one text of each line, kept in `keys`.
const absl::InlinedVector<uint64_t, 8>& KeysOf(std::span<const LineView> lines, std::string_view LineView::*text,
                                               absl::InlinedVector<uint64_t, 8>* keys) {
  if (keys->empty()) {
    for (const LineView& line : lines) keys->push_back(StableHash(line.*text));
  }
  return *keys;
}

// The first tile that is not before the key. Nearly always that is near the end: events come nearly in order.
template <typename T, typename Key, typename Before>
typename std::vector<T>::iterator PlaceOf(std::vector<T>& tiles, const Key& key, const Before& before) {
  constexpr int kNear = 24;
  auto at = tiles.end();
  for (int step = 0; step < kNear; ++step) {
    if (at == tiles.begin() || before(*(at - 1), key)) return at;
    --at;
  }
  return std::lower_bound(tiles.begin(), at, key, before);
}

}  // namespace

void CustomerState::Fold(const CompiledDeclarations& declarations, const v1::Event& event) {
  google::protobuf::Arena arena;
  Fold(declarations, ViewOf(event, &arena));
}

Day CustomerState::Fold(const CompiledDeclarations& declarations, const EventView& event) {
  last_event_us_ = std::max(last_event_us_, event.event_time_us);
  if (event.body == v1::Event::kImportedSnapshot) {
    FoldSnapshot(declarations, *event.message);
    return kLastDay;
  }
  const std::vector<uint16_t>& touched = declarations.MeasuresOf(event.body);
  if (touched.empty()) return kLastDay;
  const Day day = declarations.calendar().DayOf(absl::FromUnixMicros(event.event_time_us));
  LineKeys keys;
  for (const uint16_t id : touched) {
    FoldMeasure({declarations.measures()[id], id, day, event.event_time_us, event.event_id, &keys}, event);
  }
  return day;
}

void CustomerState::Clear() {
  CustomerState empty;  // so that no member is forgotten
  const auto keep = [](auto& memory, auto& to) {
    memory.clear();
    to.swap(memory);
  };
  keep(tiles_, empty.tiles_);
  keep(keyed_tiles_, empty.keyed_tiles_);
  keep(last_values_, empty.last_values_);
  keep(texts_, empty.texts_);
  *this = std::move(empty);
}

void CustomerState::FoldMeasure(const Place& place, const EventView& event) {
  const Measure& measure = place.measure;
  switch (event.body) {
    case v1::Event::kPageView: {
      if (!IsOfCategory(measure, event.category)) return;
      if (measure.field == v1::PAGE_VIEW || measure.kind == MeasureKind::kNewestDay) return Add(place, 1);
      const uint64_t visit = StableHash(event.visit_id);
      if (measure.field == v1::PAGE_VIEW_VISIT) return AddMember(place, visit);
      if (!event.category.empty()) AddMember(place, StableHash(event.category, visit));
      return;
    }
    case v1::Event::kBasketChange:
      return FoldProducts(place, event, event.action == v1::BasketChange::ADD ? 1 : -1);
    case v1::Event::kServiceError:
    case v1::Event::kMarketingContact:
      return Add(place, 1);
    case v1::Event::kProfileChange:
      return FoldProfile(place, event.message->profile_change());
    case v1::Event::kPurchase:
      return FoldPurchase(place, event);
    case v1::Event::kRefund:
      // A refund is no purchase and names no lines: it lowers plain sums alone.
      if (measure.kind == MeasureKind::kSum && !measure.category && !measure.on_promotion) {
        Add(place, -event.message->refund().amount_minor());
      }
      return;
    case v1::Event::kProfitStatement: {
      const v1::ProfitStatement& statement = event.message->profit_statement();
      // The last day of its month: a window of whole months then holds as many statements as months.
      return SetLast(place, ShopCalendar::LastOfMonth(statement.year(), statement.month()), statement.profit_minor());
    }
    case v1::Event::kTimeOnSite:
      return Add(place, event.duration_ms);
    case v1::Event::kActivityLabel:
    case v1::Event::kImportedSnapshot:
    case v1::Event::kOfferDecision:
    case v1::Event::kOfferOutcome:
    case v1::Event::BODY_NOT_SET:
      return;
  }
}

void CustomerState::FoldProfile(const Place& place, const v1::ProfileChange& profile) {
  constexpr Day kNoDay = 0;
  switch (place.measure.field) {
    case v1::SERVICE_TIER:
      if (profile.has_service_tier()) {
        SetLast(place, kNoDay, static_cast<int64_t>(Remember(profile.service_tier())));
      }
      return;
    case v1::MARKETING_CONSENT:
      if (profile.has_marketing_consent()) SetLast(place, kNoDay, profile.marketing_consent());
      return;
    case v1::TENURE_DAYS:
      if (profile.has_registration_date()) {
        const v1::Date& date = profile.registration_date();
        SetLast(place, kNoDay, ShopCalendar::FromDate(date.year(), date.month(), date.day()));
      }
      return;
    case v1::BIRTHDAY:
      if (profile.has_birthday()) {
        SetLast(place, kNoDay, static_cast<int64_t>(Remember(MonthDayText(profile.birthday()))));
      }
      return;
    default:
      return;
  }
}

void CustomerState::FoldPurchase(const Place& place, const EventView& purchase) {
  const Measure& measure = place.measure;
  if (measure.field == v1::PURCHASE_CATEGORY) return FoldCategories(place, purchase);
  if (measure.field == v1::UNPAID_QUANTITY) return FoldProducts(place, purchase, -1);
  int64_t lines = 0, quantity = 0, amount = 0;
  for (const LineView& line : purchase.lines) {
    if (!Matches(measure, line)) continue;
    ++lines;
    quantity += line.quantity;
    amount = WrappingAdd(amount, line.quantity * line.unit_price_minor);
  }
  if (lines == 0) return;
  switch (measure.field) {
    case v1::PURCHASE_ORDER:
      return Add(place, 1);
    case v1::PURCHASE_LINE:
      return Add(place, lines, lines);
    case v1::PURCHASE_QUANTITY:
      return Add(place, quantity);
    case v1::PURCHASE_AMOUNT:
      return Add(place, amount);
    default:
      return;
  }
}

void CustomerState::FoldProducts(const Place& place, const EventView& event, int sign) {
  const auto& keys = KeysOf(event.lines, &LineView::product_id, &place.keys->products);
  for (size_t i = 0; i < event.lines.size(); ++i) {
    const LineView& line = event.lines[i];
    if (IsOfCategory(place.measure, line.category)) AddKeyed(place, keys[i], sign * line.quantity);
  }
}

// A category counts once a purchase.
void CustomerState::FoldCategories(const Place& place, const EventView& purchase) {
  const auto& keys = KeysOf(purchase.lines, &LineView::category, &place.keys->categories);
  const std::span<const LineView> lines = purchase.lines;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!Matches(place.measure, lines[i])) continue;
    const auto counted_before = [&] {
      for (size_t j = 0; j < i; ++j) {
        if (keys[j] == keys[i] && Matches(place.measure, lines[j])) return true;
      }
      return false;
    };
    if (counted_before()) continue;
    switch (place.measure.kind) {
      case MeasureKind::kDistinct:
        AddMember(place, keys[i]);
        break;
      case MeasureKind::kLatest:  // comes with a measure by key, which remembers the text
        AddKeyed(place, keys[i], place.micros);
        break;
      default:
        Remember(keys[i], lines[i].category);
        AddKeyed(place, keys[i], 1);
    }
  }
}

void CustomerState::FoldSnapshot(const CompiledDeclarations& declarations, const v1::Event& event) {
  const int64_t micros = ToMicros(event.event_time());
  for (const v1::ImportedValue& value : event.imported_snapshot().values()) {
    const int index = declarations.FindFeature(value.feature());
    if (index < 0) continue;  // Declared when it was imported, not any more.
    const CompiledFeature& feature = declarations.features()[index];
    ImportedFeature imported = PlaceImport(declarations, index, Stamp::OfSnapshot(micros, event.event_id()));
    if (feature.kind == v1::CATEGORY) {
      imported.value = feature.field == v1::MARKETING_CONSENT ? value.category() == kConsentYes
                                                              : static_cast<int64_t>(Remember(value.category()));
    } else if (feature.imported_as == ImportedAs::kHeld) {
      imported.number = ReadNumber(value.decimal()).value_or(0);
    } else {
      imported.value = ReadInteger(feature, value.decimal()).value_or(0);
      if (CountsDays(feature)) {
        imported.value = declarations.calendar().DayOf(absl::FromUnixMicros(micros)) - imported.value;
      }
    }
    const auto place =
        std::lower_bound(imported_.begin(), imported_.end(), index,
                         [](const ImportedFeature& entry, int feature_index) { return entry.feature < feature_index; });
    if (place == imported_.end() || place->feature != index) {
      imported_.insert(place, std::move(imported));
    } else if (place->stamp < imported.stamp) {
      *place = std::move(imported);
    }
  }
}

void CustomerState::Add(const Place& place, int64_t value, int64_t count) {
  MarkSeen(place.id);
  if (place.measure.kind == MeasureKind::kLast) return SetLast(place, place.day, value);
  if (place.measure.kind == MeasureKind::kNewestDay) return KeepNewestDay(place);
  if (place.measure.kind == MeasureKind::kCount) value = count;
  const auto at = PlaceOf(tiles_, std::tuple(place.day, place.id),
                          [](const Tile& t, const auto& key) { return std::tuple(t.day, t.measure) < key; });
  if (at != tiles_.end() && at->measure == place.id && at->day == place.day) {
    at->value = Combine(place.measure.kind, at->value, value);
  } else {
    tiles_.insert(at, {value, place.day, place.id});
  }
}

void CustomerState::KeepNewestDay(const Place& place) {
  // Of a customer who is back on the same day it is among the last tiles; it moves once a day.
  const auto known =
      std::find_if(tiles_.rbegin(), tiles_.rend(), [&](const Tile& tile) { return tile.measure == place.id; });
  if (known != tiles_.rend()) {
    if (place.day <= known->day) return;
    tiles_.erase(std::next(known).base());
  }
  const auto at = PlaceOf(tiles_, std::tuple(place.day, place.id),
                          [](const Tile& t, const auto& key) { return std::tuple(t.day, t.measure) < key; });
  tiles_.insert(at, {0, place.day, place.id});
}

void CustomerState::AddMember(const Place& place, uint64_t hash) {
  MarkSeen(place.id);
  const Tile member{static_cast<int64_t>(hash), place.day, place.id};
  const auto at = PlaceOf(tiles_, member, [](const Tile& a, const Tile& b) {
    return std::tie(a.day, a.measure, a.value) < std::tie(b.day, b.measure, b.value);
  });
  if (at == tiles_.end() || *at != member) tiles_.insert(at, member);
}

void CustomerState::AddKeyed(const Place& place, uint64_t key, int64_t value) {
  MarkSeen(place.id);
  const auto at = PlaceOf(keyed_tiles_, std::tuple(place.day, place.id, key),
                          [](const KeyedTile& t, const auto& k) { return std::tuple(t.day, t.measure, t.key) < k; });
  if (at != keyed_tiles_.end() && at->measure == place.id && at->day == place.day && at->key == key) {
    at->value = Combine(place.measure.kind, at->value, value);
  } else {
    keyed_tiles_.insert(at, {key, value, place.day, place.id});
  }
}

void CustomerState::SetLast(const Place& place, Day day, int64_t value) {
  MarkSeen(place.id);
  Stamp stamp = Stamp::OfEvent(place.micros, place.event_id);
  const auto at =
      std::lower_bound(last_values_.begin(), last_values_.end(), std::tie(place.id, day),
                       [](const LastValue& v, const auto& key) { return std::tie(v.measure, v.day) < key; });
  if (at == last_values_.end() || at->measure != place.id || at->day != day) {
    last_values_.insert(at, {place.id, day, value, std::move(stamp)});
  } else if (at->stamp < stamp) {
    at->value = value;
    at->stamp = std::move(stamp);
  }
}

void CustomerState::MarkSeen(uint16_t measure) {
  const uint64_t bit = uint64_t{1} << measure % 64;
  if (measure < 64) {
    seen_ |= bit;
    return;
  }
  const size_t word = measure / 64 - 1;
  if (seen_later_.size() <= word) seen_later_.resize(word + 1);
  seen_later_[word] |= bit;
}

uint64_t CustomerState::Remember(std::string_view text) {
  const uint64_t key = StableHash(text);
  Remember(key, text);
  return key;
}

void CustomerState::Remember(uint64_t key, std::string_view text) {
  // Most customers buy of a few categories: looked through, none is guessed wrong but the one that is found.
  constexpr size_t kFew = 16;
  const auto is_key = [key](const Text& entry) { return entry.key == key; };
  if (texts_.size() <= kFew && std::any_of(texts_.begin(), texts_.end(), is_key)) return;
  const auto at = std::lower_bound(texts_.begin(), texts_.end(), key,
                                   [](const Text& entry, uint64_t wanted) { return entry.key < wanted; });
  if (at == texts_.end() || at->key != key) texts_.insert(at, {key, std::string(text)});
}

std::string_view CustomerState::TextOf(uint64_t key) const {
  const auto at = std::lower_bound(texts_.begin(), texts_.end(), key,
                                   [](const Text& entry, uint64_t wanted) { return entry.key < wanted; });
  return at != texts_.end() && at->key == key ? std::string_view(at->text) : std::string_view();
}

bool CustomerState::Seen(int measure) const {
  if (measure < 0) return false;
  const size_t word = static_cast<size_t>(measure) / 64;
  const uint64_t bits = word == 0 ? seen_ : word <= seen_later_.size() ? seen_later_[word - 1] : 0;
  return (bits >> measure % 64 & 1) != 0;
}

void CustomerState::DropExpired(const CompiledDeclarations& declarations, absl::Time as_of) {
  const Day today = declarations.calendar().DayOf(as_of);
  const auto expired = [&](const auto& tile) {
    const Day reach = declarations.measures()[tile.measure].reach;
    return reach != kLastDay && tile.day < today - reach;
  };
  std::erase_if(tiles_, expired);
  std::erase_if(keyed_tiles_, expired);
  std::erase_if(last_values_, expired);
  absl::flat_hash_set<uint64_t> used;
  for (const KeyedTile& tile : keyed_tiles_) used.insert(tile.key);
  for (const LastValue& last : last_values_) used.insert(static_cast<uint64_t>(last.value));
  for (const ImportedFeature& imported : imported_) used.insert(static_cast<uint64_t>(imported.value));
  std::erase_if(texts_, [&](const Text& text) { return !used.contains(text.key); });
}

// Asked after every change, so it looks at nothing that lies elsewhere.
size_t CustomerState::MemoryBytes() const {
  constexpr size_t kTextHeap = 32;  // of a category's name, about; event ids and short names lie in place
  return sizeof(*this) + tiles_.capacity() * sizeof(Tile) + keyed_tiles_.capacity() * sizeof(KeyedTile) +
         last_values_.capacity() * sizeof(LastValue) + imported_.capacity() * sizeof(ImportedFeature) +
         texts_.capacity() * sizeof(Text) + texts_.size() * kTextHeap + seen_later_.capacity() * sizeof(uint64_t);
}

}  // namespace ebb::feature_store
