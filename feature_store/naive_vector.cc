#include "feature_store/naive_vector.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "feature_store/naive_occurrences.h"

namespace ebb::feature_store {
namespace {

struct Interval {
  absl::Time begin;
  absl::Time end;
};

absl::Time Stamp(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds()) + absl::Microseconds(stamp.nanos() / 1000);
}

class Oracle {
 public:
  Oracle(const v1::FeatureDeclarations& declarations, std::span<const v1::Event> events, absl::Time as_of)
      : declarations_(declarations), events_(events), as_of_(as_of), zone_(absl::UTCTimeZone()) {
    if (!declarations.shop().time_zone().empty()) absl::LoadTimeZone(declarations.shop().time_zone(), &zone_);
  }

  v1::FeatureValue Value(const v1::FeatureDefinition& feature) {
    v1::FeatureValue value;
    if (Compute(feature, value)) {
      value.set_status(v1::PRESENT);
      return value;
    }
    const bool category = feature.aggregation() == v1::MOST_FREQUENT || feature.field() == v1::SERVICE_TIER ||
                          feature.field() == v1::MARKETING_CONSENT || feature.field() == v1::BIRTHDAY;
    const v1::FeatureDefault& fallback = feature.default_value();
    if (fallback.has_number()) value.set_number(fallback.number());
    if (fallback.has_category()) value.set_category(fallback.category());
    const bool missing = category || feature.aggregation() == v1::DAYS_SINCE_LAST;
    if (fallback.kind_case() == v1::FeatureDefault::KIND_NOT_SET && !missing) value.set_number(0);
    bool seen = !Occurrences(feature, feature.field(), true).empty();
    if (feature.denominator() != 0) seen |= !Occurrences(feature, feature.denominator(), false).empty();
    for (const v1::FeatureDefinition& other : declarations_.features()) {
      seen |= SameFamily(feature, other) && Imported(other).has_value();
    }
    value.set_status(seen ? v1::DEFAULT : v1::NEVER_SEEN);
    return value;
  }

 private:
  struct Import {
    absl::Time as_of;
    std::string id;
    v1::ImportedValue value;
  };

  absl::CivilDay DayOf(absl::Time t) const { return absl::ToCivilDay(t, zone_); }
  absl::Time Midnight(absl::CivilDay day) const { return absl::FromCivil(day, zone_); }

  static absl::CivilDay MonthsBack(absl::CivilDay day, int months) {
    const absl::CivilMonth month = absl::CivilMonth(day) - months;
    const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
    return absl::CivilDay(month) + std::min(day.day(), last.day()) - 1;
  }

  // The edge `units` of the window's unit before `t`.
  absl::Time Edge(const v1::Window& window, int units, absl::Time t) const {
    if (window.has_days()) return Midnight(DayOf(t) - units);
    if (window.has_months()) return Midnight(MonthsBack(DayOf(t), units));
    return Midnight(absl::CivilDay(absl::CivilMonth(DayOf(t)) - units));
  }

  static int Length(const v1::Window& w) { return std::max({w.days(), w.months(), w.calendar_months()}); }

  // Whole calendar months end where the month of T begins.
  static bool EndsAtT(const v1::Window& window, int offset) { return offset == 0 && !window.has_calendar_months(); }
  static bool EndsAtT(const v1::FeatureDefinition& f) { return EndsAtT(f.window(), f.window().offset()); }

  // The window `offset` lengths back of `t`.
  Interval WindowAt(const v1::Window& window, int length, int offset, absl::Time t) const {
    if (window.lifetime()) return {absl::InfinitePast(), t};
    return {Edge(window, length * (offset + 1), t), EndsAtT(window, offset) ? t : Edge(window, length * offset, t)};
  }
  Interval WindowOf(const v1::FeatureDefinition& f, absl::Time t) const {
    return WindowAt(f.window(), Length(f.window()), f.window().offset(), t);
  }

  std::vector<Occurrence> Occurrences(const v1::FeatureDefinition& feature, v1::EventField field, bool filtered) const {
    return NaiveOccurrences(events_, feature, field, filtered, zone_);
  }

  std::vector<Occurrence> Within(std::vector<Occurrence> all, Interval window) const {
    // A statement of profit may be of a day to come; it counts from the beginning of that day.
    std::erase_if(all, [&](const Occurrence& o) {
      return o.at < window.begin || (window.end == as_of_ ? o.at > as_of_ : o.at >= window.end);
    });
    return all;
  }

  std::optional<Import> Imported(const v1::FeatureDefinition& feature) const {
    std::optional<Import> newest;
    for (const v1::Event& event : events_) {
      for (const v1::ImportedValue& value : event.imported_snapshot().values()) {
        if (value.feature() != feature.name()) continue;
        Import import{Stamp(event.event_time()), event.event_id(), value};
        if (!newest || std::tie(newest->as_of, newest->id) < std::tie(import.as_of, import.id)) newest = import;
      }
    }
    return newest;
  }

  static bool SameFamily(const v1::FeatureDefinition& a, const v1::FeatureDefinition& b) {
    v1::FeatureDefinition x, y;
    for (const auto& [from, to] : {std::pair(&a, &x), std::pair(&b, &y)}) {
      to->set_field(from->field());
      to->set_aggregation(from->aggregation());
      to->set_numerator_aggregation(from->numerator_aggregation());
      to->set_denominator(from->denominator());
      to->set_denominator_aggregation(from->denominator_aggregation());
      *to->mutable_filters() = from->filters();
      *to->mutable_window() = from->window();
      to->mutable_window()->set_offset(0);
    }
    return x.SerializeAsString() == y.SerializeAsString();
  }

  // The decimals that the tests use: at most two places.
  static int64_t Hundredths(const std::string& decimal) {
    double number = 0;
    (void)absl::SimpleAtod(decimal, &number);
    return std::llround(number * 100);
  }

  static double Scaled(const v1::FeatureDefinition& f, double value) {
    if (!f.has_scale()) return value;
    return f.scale() == 0.01 ? value / 100 : value / 60'000;
  }
  static int64_t Unscaled(const v1::FeatureDefinition& f, const std::string& decimal) {
    const int64_t hundredths = Hundredths(decimal);
    if (!f.has_scale()) return hundredths / 100;
    return f.scale() == 0.01 ? hundredths : hundredths * 600;
  }

  // When the tile of an imported value happened, and which events it stands for.
  absl::Time ImportedAt(const v1::FeatureDefinition& f, const Import& import) const {
    const Interval described = WindowOf(f, import.as_of);
    const absl::Time end = EndsAtT(f) ? import.as_of : described.end;
    return std::max(described.begin, Midnight(DayOf(end - absl::Microseconds(1))));
  }
  bool StandsFor(const v1::FeatureDefinition& f, const Import& import, absl::Time t) const {
    const Interval described = WindowOf(f, import.as_of);
    const absl::Time end = EndsAtT(f) ? Midnight(DayOf(import.as_of)) : described.end;
    return described.begin <= t && t < end;
  }

  bool Compute(const v1::FeatureDefinition& f, v1::FeatureValue& out) const {
    const bool tile = (f.aggregation() == v1::COUNT || f.aggregation() == v1::SUM) && f.field() != v1::PROFIT;
    const bool last = f.aggregation() == v1::LAST && f.field() != v1::PROFIT;
    if (f.aggregation() == v1::DAYS_SINCE_LAST) return DaysSinceLast(f, out);
    const std::optional<Import> import = Imported(f);
    if (import && !tile && !last) {
      if (Holds(f, *import)) {
        if (import->value.has_category())
          out.set_category(import->value.category());
        else
          out.set_number(std::stod(import->value.decimal()));
        return true;
      }
    }
    if (f.aggregation() == v1::MEAN_OF_PERIODS) return MeanOfPeriods(f, out);
    const std::vector<Occurrence> found = Within(Occurrences(f, f.field(), true), WindowOf(f, as_of_));
    if (tile) return Tiled(f, found, out);
    if (last) return Last(f, found, out);
    if (f.field() == v1::PROFIT) return Profit(f, found, out);
    switch (f.aggregation()) {
      case v1::MEAN: {
        const auto count = std::count_if(found.begin(), found.end(), [](const auto& o) { return o.counts; });
        if (count == 0) return false;
        out.set_number(Scaled(f, static_cast<double>(Sum(found)) / static_cast<double>(count)));
        return true;
      }
      case v1::MIN:
      case v1::MAX: {
        if (found.empty()) return false;
        int64_t best = found.front().value;
        for (const Occurrence& o : found) {
          best = f.aggregation() == v1::MIN ? std::min(best, o.value) : std::max(best, o.value);
        }
        out.set_number(Scaled(f, static_cast<double>(best)));
        return true;
      }
      case v1::DISTINCT:
        if (found.empty()) return false;
        out.set_number(Scaled(f, static_cast<double>(Part(found, v1::DISTINCT))));
        return true;
      case v1::MOST_FREQUENT:
        return MostFrequent(found, out);
      case v1::RATIO: {
        const std::optional<double> ratio = Ratio(f, WindowOf(f, as_of_));
        if (ratio) out.set_number(Scaled(f, *ratio));
        return ratio.has_value();
      }
      default:  // MONTHLY_MEAN
        if (found.empty()) return false;
        out.set_number(Scaled(f, static_cast<double>(Sum(found))) / Length(f.window()));
        return true;
    }
  }

  // Whether the newest window of the feature's length still reaches back before the end of what the import describes.
  bool Holds(const v1::FeatureDefinition& f, const Import& import) const {
    const int length = Length(f.window());
    const absl::Time described_end = WindowAt(f.window(), length, 0, import.as_of).end;
    return WindowAt(f.window(), length, 0, as_of_).begin < described_end;
  }

  // Days of all events and of the newest snapshot alike: the latest in the window counts.
  bool DaysSinceLast(const v1::FeatureDefinition& f, v1::FeatureValue& out) const {
    std::set<absl::CivilDay> days;
    for (const Occurrence& o : Occurrences(f, f.field(), true)) days.insert(DayOf(o.at));
    std::optional<std::pair<Import, v1::FeatureDefinition>> newest;
    for (const v1::FeatureDefinition& other : declarations_.features()) {
      const std::optional<Import> import = SameFamily(f, other) ? Imported(other) : std::nullopt;
      if (!import) continue;
      if (newest && std::tie(import->as_of, import->id) < std::tie(newest->first.as_of, newest->first.id)) continue;
      newest = {*import, other};
    }
    if (newest) days.insert(DayOf(newest->first.as_of) - Unscaled(newest->second, newest->first.value.decimal()));
    if (days.empty() || Midnight(*days.rbegin()) < WindowOf(f, as_of_).begin) return false;
    out.set_number(Scaled(f, static_cast<double>(DayOf(as_of_) - *days.rbegin())));
    return true;
  }

  static int64_t Sum(const std::vector<Occurrence>& found) {
    int64_t sum = 0;
    for (const Occurrence& o : found) sum += o.value;
    return sum;
  }

  static int64_t Part(const std::vector<Occurrence>& found, v1::Aggregation part) {
    if (part == v1::SUM) return Sum(found);
    if (part == v1::COUNT) return static_cast<int64_t>(found.size());
    std::set<std::string> keys;
    for (const Occurrence& o : found) keys.insert(o.key);
    return static_cast<int64_t>(keys.size());
  }

  std::optional<double> Ratio(const v1::FeatureDefinition& f, Interval window) const {
    const auto above = Part(Within(Occurrences(f, f.field(), true), window), f.numerator_aggregation());
    const auto below = Part(Within(Occurrences(f, f.denominator(), false), window), f.denominator_aggregation());
    if (below == 0) return {};
    return static_cast<double>(above) / static_cast<double>(below);
  }

  bool MeanOfPeriods(const v1::FeatureDefinition& f, v1::FeatureValue& out) const {
    const int length = Length(f.window());
    double sum = 0;
    int periods = 0;
    for (int i = 0; i < length; ++i) {
      const auto ratio = Ratio(f, WindowAt(f.window(), 1, f.window().offset() * length + i, as_of_));
      if (ratio) sum += *ratio, ++periods;
    }
    if (periods > 0) out.set_number(Scaled(f, sum / periods));
    return periods > 0;
  }

  bool Tiled(const v1::FeatureDefinition& f, std::vector<Occurrence> found, v1::FeatureValue& out) const {
    int64_t sum = 0;
    bool any = false;
    for (const v1::FeatureDefinition& other : declarations_.features()) {
      if (!SameFamily(f, other)) continue;
      const std::optional<Import> import = Imported(other);
      if (!import) continue;
      std::erase_if(found, [&](const Occurrence& o) { return StandsFor(other, *import, o.at); });
      const absl::Time at = ImportedAt(other, *import);
      const Interval window = WindowOf(f, as_of_);
      if (at >= window.begin && (EndsAtT(f) || at < window.end)) {
        sum += Unscaled(other, import->value.decimal());
        any = true;
      }
    }
    any |= !found.empty();
    if (f.field() == v1::UNPAID_QUANTITY) {
      std::map<std::string, int64_t> net;
      for (const Occurrence& o : found) net[o.key] += o.value;
      for (const auto& [product, left] : net) sum += std::max<int64_t>(left, 0);
    } else {
      sum += Sum(f.aggregation() == v1::COUNT ? Ones(found) : found);
    }
    if (any) out.set_number(Scaled(f, static_cast<double>(sum)));
    return any;
  }

  static std::vector<Occurrence> Ones(std::vector<Occurrence> found) {
    for (Occurrence& o : found) o.value = 1;
    return found;
  }

  bool Last(const v1::FeatureDefinition& f, const std::vector<Occurrence>& found, v1::FeatureValue& out) const {
    std::optional<Occurrence> newest;
    for (const Occurrence& o : found) {
      if (!newest || std::tie(newest->stamped, newest->id) < std::tie(o.stamped, o.id)) newest = o;
    }
    std::optional<std::pair<absl::Time, std::string>> newest_import;
    for (const v1::FeatureDefinition& other : declarations_.features()) {
      if (!SameFamily(f, other)) continue;
      const std::optional<Import> import = Imported(other);
      if (!import) continue;
      const absl::Time at = ImportedAt(other, *import);
      const Interval window = WindowOf(f, as_of_);
      if (at < window.begin || (!EndsAtT(f) && at >= window.end)) continue;
      // A snapshot goes before the events of its own time.
      if (newest && newest->stamped >= import->as_of && !newest_import) continue;
      if (newest_import && std::pair(import->as_of, import->id) < *newest_import) continue;
      newest_import = {import->as_of, import->id};
      newest = Occurrence{};
      newest->stamped = import->as_of;
      newest->key = import->value.category();
      if (!import->value.has_category()) newest->value = Unscaled(other, import->value.decimal());
      if (f.field() == v1::TENURE_DAYS) {
        newest->value = (DayOf(import->as_of) - absl::CivilDay(1970, 1, 1)) - newest->value;
      }
    }
    if (!newest) return false;
    if (f.field() == v1::SERVICE_TIER || f.field() == v1::MARKETING_CONSENT || f.field() == v1::BIRTHDAY) {
      out.set_category(newest->key);
    } else if (f.field() == v1::TENURE_DAYS) {
      const int64_t today = DayOf(as_of_) - absl::CivilDay(1970, 1, 1);
      out.set_number(static_cast<double>(std::max<int64_t>(today - newest->value, 0)));
    } else {
      out.set_number(Scaled(f, static_cast<double>(newest->value)));
    }
    return true;
  }

  bool Profit(const v1::FeatureDefinition& f, const std::vector<Occurrence>& found, v1::FeatureValue& out) const {
    std::map<std::string, Occurrence> statements;  // The last one of each month.
    for (const Occurrence& o : found) {
      const auto [known, fresh] = statements.emplace(o.key, o);
      if (!fresh && std::tie(known->second.stamped, known->second.id) < std::tie(o.stamped, o.id)) known->second = o;
    }
    if (statements.empty()) return false;
    int64_t sum = 0, least = INT64_MAX, greatest = INT64_MIN;
    const Occurrence* last = nullptr;
    for (const auto& [month, o] : statements) {
      sum += o.value;
      least = std::min(least, o.value);
      greatest = std::max(greatest, o.value);
      if (last == nullptr || std::tie(last->stamped, last->id) < std::tie(o.stamped, o.id)) last = &o;
    }
    const auto count = static_cast<double>(statements.size());
    const std::map<v1::Aggregation, double> values = {
        {v1::COUNT, Scaled(f, count)},
        {v1::SUM, Scaled(f, static_cast<double>(sum))},
        {v1::MEAN, Scaled(f, static_cast<double>(sum) / count)},
        {v1::MIN, Scaled(f, static_cast<double>(least))},
        {v1::MAX, Scaled(f, static_cast<double>(greatest))},
        {v1::LAST, Scaled(f, static_cast<double>(last->value))},
        {v1::MONTHLY_MEAN, Scaled(f, static_cast<double>(sum)) / std::max(Length(f.window()), 1)}};
    out.set_number(values.at(f.aggregation()));
    return true;
  }

  static bool MostFrequent(const std::vector<Occurrence>& found, v1::FeatureValue& out) {
    std::map<std::string, std::pair<int64_t, absl::Time>> categories;
    for (const Occurrence& o : found) {
      auto& [count, latest] = categories.try_emplace(o.key, 0, absl::InfinitePast()).first->second;
      ++count;
      latest = std::max(latest, o.at);
    }
    const std::pair<const std::string, std::pair<int64_t, absl::Time>>* best = nullptr;
    for (const auto& entry : categories) {  // In byte order: only what is strictly better replaces.
      if (best == nullptr || best->second < entry.second) best = &entry;
    }
    if (best != nullptr) out.set_category(best->first);
    return best != nullptr;
  }

  const v1::FeatureDeclarations& declarations_;
  const std::span<const v1::Event> events_;
  const absl::Time as_of_;
  absl::TimeZone zone_;
};

}  // namespace

v1::FeatureVector NaiveVector(const v1::FeatureDeclarations& declarations, std::span<const v1::Event> events,
                              absl::Time as_of) {
  v1::FeatureVector vector;
  Oracle oracle(declarations, events, as_of);
  for (const v1::FeatureDefinition& feature : declarations.features()) *vector.add_values() = oracle.Value(feature);
  return vector;
}

}  // namespace ebb::feature_store
