#include "feature_store/compiled_declarations.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "runtime/digest.h"

namespace ebb::feature_store {
namespace {

using v1::Aggregation;
using v1::EventField;

absl::TimeZone ZoneOf(const v1::FeatureDeclarations& declarations) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!declarations.shop().time_zone().empty()) absl::LoadTimeZone(declarations.shop().time_zone(), &zone);
  return zone;
}

bool IsCategory(const v1::FeatureDefinition& definition) {
  return definition.aggregation() == v1::MOST_FREQUENT || definition.field() == v1::SERVICE_TIER ||
         definition.field() == v1::MARKETING_CONSENT || definition.field() == v1::BIRTHDAY;
}

// Whether each value counts one: then a SUM is a COUNT.
bool IsOccurrence(EventField field) {
  return field == v1::PAGE_VIEW || field == v1::SERVICE_ERROR || field == v1::MARKETING_CONTACT ||
         field == v1::PURCHASE_ORDER || field == v1::PURCHASE_LINE;
}

// What must be kept of a field for COUNT, SUM, DISTINCT and the like. Statements of profit replace each other, so they
// are kept as they are, whatever is made of them.
MeasureKind KindFor(EventField field, Aggregation aggregation) {
  if (field == v1::PROFIT) return MeasureKind::kLast;
  if (field == v1::UNPAID_QUANTITY) return MeasureKind::kByKey;
  switch (aggregation) {
    case v1::COUNT:
      return MeasureKind::kCount;
    case v1::MIN:
      return MeasureKind::kMin;
    case v1::MAX:
      return MeasureKind::kMax;
    case v1::LAST:
      return MeasureKind::kLast;
    case v1::DAYS_SINCE_LAST:
      return MeasureKind::kNewestDay;
    case v1::DISTINCT:
      return MeasureKind::kDistinct;
    case v1::MOST_FREQUENT:
      return MeasureKind::kByKey;
    case v1::MONTHLY_MEAN:
      return IsOccurrence(field) ? MeasureKind::kCount : MeasureKind::kSum;
    default:
      return MeasureKind::kSum;
  }
}

ImportedAs ImportedAsFor(const v1::FeatureDefinition& definition) {
  if (definition.field() == v1::PROFIT) return ImportedAs::kHeld;
  switch (definition.aggregation()) {
    case v1::COUNT:
    case v1::SUM:
      return ImportedAs::kTile;
    case v1::LAST:
    case v1::DAYS_SINCE_LAST:
      return ImportedAs::kLast;
    default:
      return ImportedAs::kHeld;
  }
}

std::vector<EventField> FieldsOf(v1::Event::BodyCase body) {
  switch (body) {
    case v1::Event::kPageView:
      return {v1::PAGE_VIEW, v1::PAGE_VIEW_VISIT, v1::PAGE_VIEW_VISIT_CATEGORY};
    case v1::Event::kBasketChange:
      return {v1::UNPAID_QUANTITY};
    case v1::Event::kServiceError:
      return {v1::SERVICE_ERROR};
    case v1::Event::kMarketingContact:
      return {v1::MARKETING_CONTACT};
    case v1::Event::kProfileChange:
      return {v1::SERVICE_TIER, v1::MARKETING_CONSENT, v1::TENURE_DAYS, v1::BIRTHDAY};
    case v1::Event::kPurchase:
      return {v1::PURCHASE_ORDER,  v1::PURCHASE_LINE,     v1::PURCHASE_QUANTITY,
              v1::PURCHASE_AMOUNT, v1::PURCHASE_CATEGORY, v1::UNPAID_QUANTITY};
    case v1::Event::kRefund:
      return {v1::PURCHASE_AMOUNT};
    case v1::Event::kProfitStatement:
      return {v1::PROFIT};
    case v1::Event::kTimeOnSite:
      return {v1::TIME_ON_SITE};
    case v1::Event::kActivityLabel:
    case v1::Event::kImportedSnapshot:
    case v1::Event::kOfferDecision:
    case v1::Event::kOfferOutcome:
    case v1::Event::BODY_NOT_SET:
      break;
  }
  return {};
}

v1::FeatureValue DefaultOf(const v1::FeatureDefinition& definition, v1::FeatureKind kind) {
  v1::FeatureValue value;
  switch (definition.default_value().kind_case()) {
    case v1::FeatureDefault::kNumber:
      value.set_number(definition.default_value().number());
      break;
    case v1::FeatureDefault::kCategory:
      value.set_category(definition.default_value().category());
      break;
    case v1::FeatureDefault::kMissing:
      break;
    case v1::FeatureDefault::KIND_NOT_SET:
      // That something happened no days ago is no way to say that it never did.
      if (kind == v1::NUMBER && definition.aggregation() != v1::DAYS_SINCE_LAST) value.set_number(0);
  }
  return value;
}

}  // namespace

std::string FoldedPart(const v1::FeatureDefinition& definition) {
  const CompiledWindow window = CompileWindow(definition.window());
  std::string text = absl::StrCat(definition.name(), " ", definition.field(), " ", definition.aggregation(), " ",
                                  definition.numerator_aggregation(), " ", definition.denominator(), " ",
                                  definition.denominator_aggregation(), " ", static_cast<int>(window.unit), " ",
                                  window.length, " ", window.offset, " ", definition.scale());
  for (const v1::EventFilter& filter : definition.filters()) {
    if (filter.kind_case() == v1::EventFilter::kCategory) {
      absl::StrAppend(&text, " category ", absl::CEscape(filter.category()));
    } else {
      absl::StrAppend(&text, " on_promotion ", filter.on_promotion());
    }
  }
  return text;
}

CompiledDeclarations::CompiledDeclarations(const v1::FeatureDeclarations& declarations)
    : source_(declarations), calendar_(ZoneOf(declarations)) {
  std::string identity;
  std::string state_identity = absl::StrCat(calendar_.zone().name(), "\n");
  for (const v1::FeatureDefinition& definition : declarations.features()) {
    AddFeature(definition);
    const v1::FeatureSpec& spec = *schema_.features().rbegin();
    absl::StrAppend(&identity, spec.name(), " ", spec.kind(), " ", spec.role(), "\n");
    absl::StrAppend(&state_identity, FoldedPart(definition), "\n");
  }
  IndexBodies();
  schema_.set_fingerprint(Sha256Hex(identity).substr(0, 16));
  const Sha256Digest digest = Sha256(state_identity);
  for (int i = 0; i < 8; ++i) state_fingerprint_ = state_fingerprint_ << 8 | digest[i];
}

int CompiledDeclarations::FindFeature(std::string_view name) const {
  const auto found = index_.find(absl::string_view(name.data(), name.size()));
  return found == index_.end() ? -1 : found->second;
}

int CompiledDeclarations::AddMeasure(Measure measure, Day reach) {
  const auto same = [&](const Measure& other) {
    return std::tie(measure.field, measure.kind, measure.on_promotion, measure.category) ==
           std::tie(other.field, other.kind, other.on_promotion, other.category);
  };
  auto found = std::find_if(measures_.begin(), measures_.end(), same);
  if (found == measures_.end()) found = measures_.insert(measures_.end(), std::move(measure));
  found->reach = std::max(found->reach, reach);
  return static_cast<int>(found - measures_.begin());
}

// What the feature folds: one measure, or two where it is a quotient or decides between equals.
void CompiledDeclarations::AddMeasures(const v1::FeatureDefinition& definition, CompiledFeature* feature) {
  const bool ratio = feature->aggregation == v1::RATIO || feature->aggregation == v1::MEAN_OF_PERIODS;
  const Day reach = ShopCalendar::MostDaysBack(feature->window);
  Measure measure;
  measure.field = definition.field();
  measure.kind = KindFor(definition.field(), ratio ? definition.numerator_aggregation() : definition.aggregation());
  for (const v1::EventFilter& filter : definition.filters()) {
    if (filter.kind_case() == v1::EventFilter::kCategory) measure.category = filter.category();
    if (filter.kind_case() == v1::EventFilter::kOnPromotion) measure.on_promotion = filter.on_promotion();
  }
  feature->measure = AddMeasure(measure, reach);
  if (ratio) {
    Measure denominator;
    denominator.field = definition.denominator();
    denominator.kind = KindFor(definition.denominator(), definition.denominator_aggregation());
    feature->second_measure = AddMeasure(denominator, reach);
  } else if (feature->aggregation == v1::MOST_FREQUENT) {
    measure.kind = MeasureKind::kLatest;
    feature->second_measure = AddMeasure(measure, reach);
  } else if (feature->aggregation == v1::MEAN && measure.kind == MeasureKind::kSum) {
    measure.kind = MeasureKind::kCount;
    feature->second_measure = AddMeasure(measure, reach);
  }
}

void CompiledDeclarations::AddFeature(const v1::FeatureDefinition& definition) {
  CompiledFeature feature;
  feature.name = definition.name();
  feature.kind = IsCategory(definition) ? v1::CATEGORY : v1::NUMBER;
  feature.field = definition.field();
  feature.aggregation = definition.aggregation();
  feature.window = CompileWindow(definition.window());
  feature.imported_as = ImportedAsFor(definition);
  if (definition.has_scale()) feature.scale = *Scale::FromFactor(definition.scale());
  feature.default_value = DefaultOf(definition, feature.kind);
  AddMeasures(definition, &feature);

  const auto same_family = [&](const CompiledFeature& other) {
    return other.measure == feature.measure && other.aggregation == feature.aggregation &&
           other.window.unit == feature.window.unit && other.window.length == feature.window.length &&
           other.second_measure == feature.second_measure;
  };
  const auto relative = std::find_if(features_.begin(), features_.end(), same_family);
  feature.family = relative != features_.end() ? relative->family : static_cast<int>(features_.size());

  v1::FeatureSpec& spec = *schema_.add_features();
  spec.set_name(feature.name);
  spec.set_kind(feature.kind);
  spec.set_role(definition.role());
  spec.set_group(definition.group());
  spec.set_lever(definition.lever());
  spec.set_description(definition.description());
  if (definition.has_label()) *spec.mutable_label() = definition.label();
  index_[feature.name] = static_cast<int>(features_.size());
  features_.push_back(std::move(feature));
}

void CompiledDeclarations::IndexBodies() {
  for (size_t body = 0; body < by_body_.size(); ++body) {
    for (const EventField field : FieldsOf(static_cast<v1::Event::BodyCase>(body))) {
      for (size_t i = 0; i < measures_.size(); ++i) {
        if (measures_[i].field == field) by_body_[body].push_back(static_cast<uint16_t>(i));
      }
    }
  }
}

}  // namespace ebb::feature_store
