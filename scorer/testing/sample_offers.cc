#include "scorer/testing/sample_offers.h"

#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scorer/testing/straight_line_model.h"

namespace ebb::scorer::testing {
namespace {

FeatureSpec SpecOf(const char* name, FeatureKind kind) {
  FeatureSpec spec;
  spec.name = name;
  spec.kind = kind;
  return spec;
}

std::string OfferText(const std::string& name, const std::string& more) {
  return absl::StrCat("offers { name: '", name, more.find("text {") == more.npos ? "' text { en: 'Hello' } " : "' ",
                      "who { all_of { feature: 'unpaid_items' number { at_least: 1 } } } lasts { seconds: 86400 } ",
                      more, " }\n");
}

}  // namespace

FeatureSchema OfferSchema() {
  return FeatureSchema({SpecOf("revenue", FeatureKind::kNumber), SpecOf("profit", FeatureKind::kNumber),
                        SpecOf("marketing_consent", FeatureKind::kCategory),
                        SpecOf("unpaid_items", FeatureKind::kNumber), SpecOf("favourite", FeatureKind::kCategory),
                        SpecOf("contacts", FeatureKind::kNumber), SpecOf("birthday", FeatureKind::kCategory)});
}

std::string SiteOffer(const std::string& name, const std::string& more) {
  return OfferText(name, "channel: SITE placements: START_PAGE " + more);
}

std::string MailOffer(const std::string& name, const std::string& more) {
  return OfferText(name, "channel: MAILING needs_consent: true " + more);
}

std::shared_ptr<const SegmentCatalogue> SomeSegments() {
  auto segments = SegmentCatalogue::Parse(
      "segments { name: 'at_risk' who { all_of { value: RISK_BAND category { one_of: 'at_risk' } } } }", "segments");
  if (!segments.ok()) std::cerr << segments.status() << std::endl, std::abort();
  return std::make_shared<const SegmentCatalogue>(*std::move(segments));
}

std::shared_ptr<const OfferCatalogue> OffersOf(const std::string& declarations) {
  auto offers = OfferCatalogue::Parse("time_zone: 'UTC'\n" + declarations, "offers", *SomeSegments());
  if (!offers.ok()) std::cerr << offers.status() << std::endl, std::abort();
  return std::make_shared<const OfferCatalogue>(*std::move(offers));
}

std::shared_ptr<const OfferReading> ReadingOf(std::shared_ptr<const OfferCatalogue> offers) {
  return std::make_shared<const OfferReading>(std::move(offers), SomeSegments(), OfferSchema(), StraightLineModel(0));
}

ScoreRecord OfferCustomer(const std::string& id,
                          const std::map<std::string, std::variant<double, std::string>>& changes) {
  std::map<std::string, std::variant<double, std::string>> values = {
      {"revenue", 1.0},      {"profit", 50.0},  {"marketing_consent", "yes"}, {"unpaid_items", 2.0},
      {"favourite", "toys"}, {"contacts", 0.0}, {"birthday", "06-10"}};
  for (const auto& [name, value] : changes) values[name] = value;
  ScoreRecord record;
  record.customer_id = id;
  record.score.probability = 0.8;
  record.score.monthly_profit = std::get<double>(values["profit"]);
  record.score.segment = {.tier = ProfitTier::kMiddle, .band = RiskBand::kAtRisk};
  record.score.sequence = 1;
  record.score.model_version = 3;
  const FeatureSchema schema = OfferSchema();
  for (size_t i = 0; i < schema.size(); ++i) {
    KeptValue& kept = record.vector.emplace_back();
    const auto& value = values[schema[i].name];
    if (const double* number = std::get_if<double>(&value)) {
      kept.kind = KeptValue::Kind::kNumber;
      kept.number = *number;
    } else if (const std::string& text = std::get<std::string>(value); !text.empty()) {
      kept.kind = KeptValue::Kind::kCategory;
      kept.category = text;
    }
  }
  return record;
}

}  // namespace ebb::scorer::testing
