#include "feature_store/declaration_check.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "feature_store/decimal_scale.h"
#include "feature_store/shop_calendar.h"

namespace ebb::feature_store {
namespace {

using google::protobuf::FieldDescriptor;
using v1::Aggregation;
using v1::EventField;
using v1::FeatureDefinition;

constexpr int kMostDays = 1096;
constexpr int kMostMonths = 36;
constexpr int kMostOffset = 36;
constexpr size_t kLongestName = 64;
constexpr size_t kLongestText = 256;

// What may be made of a field, and what may be filtered in it: the table that feature.proto's comments say in words.
struct FieldRules {
  EventField field;
  std::vector<Aggregation> aggregations;
  bool by_promotion;
  bool by_category;
  bool profile;
};

const std::vector<FieldRules>& AllFieldRules() {
  const std::vector<Aggregation> occurrence = {v1::COUNT, v1::MONTHLY_MEAN, v1::RATIO, v1::MEAN_OF_PERIODS,
                                               v1::DAYS_SINCE_LAST};
  const std::vector<Aggregation> number = {v1::COUNT,
                                           v1::SUM,
                                           v1::MEAN,
                                           v1::MIN,
                                           v1::MAX,
                                           v1::LAST,
                                           v1::MONTHLY_MEAN,
                                           v1::RATIO,
                                           v1::MEAN_OF_PERIODS,
                                           v1::DAYS_SINCE_LAST};
  const std::vector<Aggregation> set = {v1::DISTINCT, v1::RATIO, v1::MEAN_OF_PERIODS};
  const std::vector<Aggregation> visit = {v1::DISTINCT, v1::RATIO, v1::MEAN_OF_PERIODS, v1::DAYS_SINCE_LAST};
  static const auto* rules = new std::vector<FieldRules>{
      {v1::PAGE_VIEW, occurrence, false, true, false},
      {v1::PAGE_VIEW_VISIT, visit, false, true, false},
      {v1::PAGE_VIEW_VISIT_CATEGORY, set, false, true, false},
      {v1::UNPAID_QUANTITY, {v1::SUM}, false, true, false},
      {v1::SERVICE_ERROR, occurrence, false, false, false},
      {v1::MARKETING_CONTACT, occurrence, false, false, false},
      {v1::PURCHASE_ORDER, occurrence, true, true, false},
      {v1::PURCHASE_LINE, occurrence, true, true, false},
      {v1::PURCHASE_QUANTITY, number, true, true, false},
      {v1::PURCHASE_AMOUNT, number, true, true, false},
      {v1::PURCHASE_CATEGORY, {v1::DISTINCT, v1::MOST_FREQUENT, v1::RATIO, v1::MEAN_OF_PERIODS}, true, true, false},
      {v1::TIME_ON_SITE, number, false, false, false},
      {v1::PROFIT, {v1::COUNT, v1::SUM, v1::MEAN, v1::MIN, v1::MAX, v1::LAST, v1::MONTHLY_MEAN}, false, false, false},
      {v1::SERVICE_TIER, {v1::LAST}, false, false, true},
      {v1::MARKETING_CONSENT, {v1::LAST}, false, false, true},
      {v1::BIRTHDAY, {v1::LAST}, false, false, true},
      {v1::TENURE_DAYS, {v1::LAST}, false, false, true},
  };
  return *rules;
}

const FieldRules* RulesOf(EventField field) {
  for (const FieldRules& rules : AllFieldRules()) {
    if (rules.field == field) return &rules;
  }
  return nullptr;
}

bool Allows(const FieldRules& rules, Aggregation aggregation) {
  return std::find(rules.aggregations.begin(), rules.aggregations.end(), aggregation) != rules.aggregations.end();
}

std::string Names(const std::vector<Aggregation>& aggregations) {
  return absl::StrJoin(aggregations, ", ", [](std::string* out, Aggregation a) { out->append(Aggregation_Name(a)); });
}

bool IsRatio(Aggregation aggregation) { return aggregation == v1::RATIO || aggregation == v1::MEAN_OF_PERIODS; }

// What of the field can stand above or below the line of a ratio.
std::vector<Aggregation> PartsOfRatio(const FieldRules& rules) {
  std::vector<Aggregation> parts;
  for (const Aggregation part : {v1::COUNT, v1::SUM, v1::DISTINCT}) {
    if (Allows(rules, v1::RATIO) && Allows(rules, part)) parts.push_back(part);
  }
  return parts;
}

bool CanBePartOfRatio(const FieldRules& rules, Aggregation part) {
  const std::vector<Aggregation> parts = PartsOfRatio(rules);
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

// One feature under check: collects its mistakes, each with the place of the field that is wrong.
class FeatureCheck {
 public:
  FeatureCheck(const FeatureDefinition& feature, absl::Duration retention, const TextLocations* where, int line,
               int column, std::vector<TextMistake>& mistakes)
      : feature_(feature), retention_(retention), where_(where), line_(line), column_(column), mistakes_(mistakes) {}

  void Run() {
    CheckName();
    CheckLabel();
    if (feature_.role() == v1::FEATURE_ROLE_UNSPECIFIED) Say("role", "required; INPUT, SEGMENT or INPUT_AND_SEGMENT");
    if (feature_.once_covered() && feature_.role() == v1::SEGMENT) {
      Say("once_covered", "only with role INPUT or INPUT_AND_SEGMENT; models do not read SEGMENT features");
    }
    const FieldRules* rules = RulesOf(feature_.field());
    if (rules == nullptr) Say("field", "required; what of an event is aggregated");
    if (feature_.aggregation() == v1::AGGREGATION_UNSPECIFIED) Say("aggregation", "required");
    if (rules == nullptr) return;
    CheckFilters(*rules);
    CheckWindow(*rules);
    if (feature_.aggregation() == v1::AGGREGATION_UNSPECIFIED) return;
    CheckAggregation(*rules);
    CheckDefaultAndScale(*rules);
  }

 private:
  void Say(const char* field, const std::string& rule, int index = -1) {
    mistakes_.push_back(MistakeAt(*FeatureDefinition::descriptor(), field, index, where_,
                                  {.line = line_, .column = column_, .message = {}},
                                  absl::StrCat("feature `", feature_.name(), "`: ", field, ": ", rule)));
  }

  void CheckName() {
    const std::string& name = feature_.name();
    const bool good =
        !name.empty() && name.size() <= kLongestName && absl::ascii_islower(static_cast<unsigned char>(name[0])) &&
        std::all_of(name.begin(), name.end(),
                    [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_'; });
    if (!good) Say("name", "must be lower_snake_case beginning with a letter, 1 to 64 bytes");
  }

  void CheckLabel() {
    const auto is_line = [](const std::string& text) {
      return text.size() <= kLongestText &&
             std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; });
    };
    if (!is_line(feature_.label().en()) || !is_line(feature_.label().ru())) {
      Say("label", absl::StrCat("must be one line of at most ", kLongestText, " bytes in each language"));
    }
  }

  void CheckAggregation(const FieldRules& rules) {
    const Aggregation aggregation = feature_.aggregation();
    if (!Allows(rules, aggregation)) {
      Say("aggregation", absl::StrCat(Aggregation_Name(aggregation), " does not apply to ", Name(rules),
                                      "; use one of ", Names(rules.aggregations)));
    }
    if (!IsRatio(aggregation)) {
      const std::string kOnly = "only with RATIO and MEAN_OF_PERIODS; leave it out";
      if (feature_.denominator() != v1::EVENT_FIELD_UNSPECIFIED) Say("denominator", kOnly);
      if (feature_.denominator_aggregation() != v1::AGGREGATION_UNSPECIFIED) Say("denominator_aggregation", kOnly);
      if (feature_.numerator_aggregation() != v1::AGGREGATION_UNSPECIFIED) Say("numerator_aggregation", kOnly);
      return;
    }
    if (!CanBePartOfRatio(rules, feature_.numerator_aggregation())) {
      SayPart("numerator_aggregation", rules);
    }
    const FieldRules* below = RulesOf(feature_.denominator());
    if (below == nullptr) {
      Say("denominator", absl::StrCat("required with ", Aggregation_Name(aggregation)));
    } else if (!CanBePartOfRatio(*below, feature_.denominator_aggregation())) {
      SayPart("denominator_aggregation", *below);
    }
  }

  void SayPart(const char* field, const FieldRules& rules) {
    const std::vector<Aggregation> parts = PartsOfRatio(rules);
    Say(field, parts.empty() ? absl::StrCat(Name(rules), " cannot be part of a ratio")
                             : absl::StrCat("of ", Name(rules), " must be one of ", Names(parts)));
  }

  void CheckFilters(const FieldRules& rules) {
    bool promotion = false, category = false;
    for (int i = 0; i < feature_.filters_size(); ++i) {
      const v1::EventFilter& filter = feature_.filters(i);
      switch (filter.kind_case()) {
        case v1::EventFilter::kOnPromotion:
          if (!rules.by_promotion) Say("filters", absl::StrCat("on_promotion does not apply to ", Name(rules)), i);
          if (promotion) Say("filters", "on_promotion is given twice", i);
          promotion = true;
          break;
        case v1::EventFilter::kCategory:
          if (!rules.by_category) Say("filters", absl::StrCat("category does not apply to ", Name(rules)), i);
          if (category) Say("filters", "category is given twice: no event is of two categories", i);
          if (filter.category().empty() || filter.category().size() > kLongestText) {
            Say("filters", "category must have 1 to 256 bytes", i);
          }
          category = true;
          break;
        case v1::EventFilter::KIND_NOT_SET:
          Say("filters", "must say on_promotion or category", i);
      }
    }
  }

  void CheckWindow(const FieldRules& rules) {
    const v1::Window& window = feature_.window();
    const size_t mistakes_before = mistakes_.size();
    const auto check_range = [&](const char* unit, int length, int most) {
      if (length < 1 || length > most) Say("window", absl::StrCat(unit, " must be 1 to ", most, ", is ", length));
    };
    switch (window.length_case()) {
      case v1::Window::kDays:
        check_range("days", window.days(), kMostDays);
        break;
      case v1::Window::kMonths:
        check_range("months", window.months(), kMostMonths);
        break;
      case v1::Window::kCalendarMonths:
        check_range("calendar_months", window.calendar_months(), kMostMonths);
        break;
      case v1::Window::kLifetime:
        if (!window.lifetime())
          Say("window", "lifetime can only be true; give days, months or calendar_months instead");
        if (window.offset() != 0) Say("window", "offset does not apply to lifetime");
        break;
      case v1::Window::LENGTH_NOT_SET:
        Say("window", "required: days, months, calendar_months or lifetime");
        return;
    }
    if (window.offset() < 0 || window.offset() > kMostOffset) {
      Say("window", absl::StrCat("offset must be 0 to ", kMostOffset, ", is ", window.offset()));
    } else if (mistakes_.size() == mistakes_before) {
      CheckRetention(CompileWindow(window));
    }
    if (feature_.aggregation() == v1::DAYS_SINCE_LAST &&
        (window.offset() != 0 || window.length_case() == v1::Window::kCalendarMonths)) {
      Say("window", "DAYS_SINCE_LAST counts back from T; use lifetime, days or months, without offset");
    }
    if (rules.profile && window.length_case() != v1::Window::kLifetime) {
      Say("window", absl::StrCat(Name(rules), " holds until it is changed; use lifetime: true"));
    }
    const bool monthly = feature_.aggregation() == v1::MONTHLY_MEAN || feature_.aggregation() == v1::MEAN_OF_PERIODS;
    if (monthly && window.length_case() != v1::Window::kMonths && window.length_case() != v1::Window::kCalendarMonths) {
      Say("window", absl::StrCat(Aggregation_Name(feature_.aggregation()), " needs months or calendar_months"));
    }
  }

  void CheckRetention(const CompiledWindow& window) {
    if (window.unit == CompiledWindow::Unit::kLifetime || retention_ == absl::InfiniteDuration()) return;
    // Events leave at a time of the day, windows begin at its midnight: a day more must be kept than they look back.
    const Day back = ShopCalendar::MostDaysBack(window);
    const int64_t kept = retention_ / absl::Hours(24);
    if (back + 1 <= kept) return;
    Say("window", absl::StrCat("looks up to ", back, " days back, which takes events of ", back + 1,
                               " days, but the store keeps events for ", kept,
                               " days (--retention); shorten it, or keep events for longer"));
  }

  void CheckDefaultAndScale(const FieldRules& rules) {
    const bool category =
        feature_.aggregation() == v1::MOST_FREQUENT || (rules.profile && feature_.field() != v1::TENURE_DAYS);
    const v1::FeatureDefault& value = feature_.default_value();
    if (value.kind_case() == v1::FeatureDefault::kNumber) {
      if (category) Say("default_value", "number does not fit a category");
      if (!std::isfinite(value.number())) Say("default_value", "number must be finite; use missing: true for no value");
    } else if (value.kind_case() == v1::FeatureDefault::kCategory) {
      if (!category) Say("default_value", "category does not fit a number");
      if (value.category().size() > kLongestText) Say("default_value", "category must have at most 256 bytes");
    } else if (value.kind_case() == v1::FeatureDefault::kMissing && !value.missing()) {
      Say("default_value", "missing can only be true");
    }
    if (!feature_.has_scale()) return;
    if (category) Say("scale", "does not apply to a category");
    if (!Scale::FromFactor(feature_.scale())) {
      Say("scale", "must be one over a whole number up to 10^12, or a decimal of up to 9 digits; not zero");
    }
  }

  static std::string Name(const FieldRules& rules) { return EventField_Name(rules.field); }

  const FeatureDefinition& feature_;
  const absl::Duration retention_;
  const TextLocations* where_;
  int line_;
  int column_;
  std::vector<TextMistake>& mistakes_;
};

// `where`: the places of its fields; null where there is no shop, and then nothing of it can be wrong.
void CheckShop(const v1::FeatureDeclarations::Shop& shop, const TextLocations* where,
               std::vector<TextMistake>& mistakes) {
  const auto say = [&](const char* field, const std::string& rule) {
    mistakes.push_back(MistakeAt(*v1::FeatureDeclarations::Shop::descriptor(), field, -1, where, {},
                                 absl::StrCat("shop: ", field, ": ", rule)));
  };
  absl::TimeZone zone;
  if (!shop.time_zone().empty() && !absl::LoadTimeZone(shop.time_zone(), &zone)) {
    say("time_zone", absl::StrCat("`", shop.time_zone(),
                                  "` is no time zone of this system; use an IANA name such as `Europe/Moscow`"));
  }
  if (shop.money_scale() < 0 || shop.money_scale() > 6) {
    say("money_scale", absl::StrCat("must be 0 to 6, is ", shop.money_scale()));
  }
  const bool letters = std::all_of(shop.currency().begin(), shop.currency().end(),
                                   [](unsigned char c) { return absl::ascii_isupper(c); });
  if (!shop.currency().empty() && (shop.currency().size() != 3 || !letters)) {
    say("currency", "must be three capital letters such as `EUR`");
  }
}

}  // namespace

std::vector<TextMistake> CheckDeclarations(const v1::FeatureDeclarations& declarations, absl::Duration retention,
                                           const TextLocations& locations) {
  std::vector<TextMistake> mistakes;
  const google::protobuf::Descriptor* descriptor = v1::FeatureDeclarations::descriptor();
  const FieldDescriptor* shop = descriptor->FindFieldByName("shop");
  const FieldDescriptor* features = descriptor->FindFieldByName("features");
  CheckShop(declarations.shop(), locations.GetTreeForNested(shop, -1), mistakes);
  if (declarations.features().empty()) mistakes.push_back({1, 1, "features: at least one is required"});
  absl::flat_hash_set<std::string> names;
  for (int i = 0; i < declarations.features_size(); ++i) {
    const auto place = locations.GetLocation(features, i);
    const FeatureDefinition& feature = declarations.features(i);
    const TextLocations* where = locations.GetTreeForNested(features, i);
    FeatureCheck(feature, retention, where, place.line + 1, place.column + 1, mistakes).Run();
    if (!names.insert(feature.name()).second) {
      mistakes.push_back(
          {place.line + 1, place.column + 1, absl::StrCat("feature `", feature.name(), "`: name: is declared twice")});
    }
  }
  return mistakes;
}

}  // namespace ebb::feature_store
