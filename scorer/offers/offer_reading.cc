#include "scorer/offers/offer_reading.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scorer/offers/offer_text.h"

namespace ebb::scorer {

OfferReading::OfferReading(std::shared_ptr<const OfferCatalogue> offers,
                           std::shared_ptr<const SegmentCatalogue> segments, FeatureSchema store,
                           const TrainedModel& model)
    : offers_(std::move(offers)),
      segments_(std::move(segments)),
      store_(std::move(store)),
      segment_reading_(*segments_, store_, model) {
  for (size_t i = 0; i < offers_->size(); ++i) {
    predicates_.push_back(Predicate::Compile(offers_->offer(i).who(),
                                             {.schema = &store_, .model = &model, .segments = segments_->names()}));
    problems_.push_back(predicates_[i].ok() ? ProblemOf(i) : std::string(predicates_[i].status().message()));
  }
}

std::string OfferReading::ProblemOf(size_t index) const {
  const v1::OfferDefinition& offer = offers_->offer(index);
  if (offer.needs_consent() && !HasFeature(offers_->consent_feature(), FeatureKind::kCategory)) {
    return absl::StrCat("the store has no category ", offers_->consent_feature(), ", which tells who agreed");
  }
  if (IsContact(offer) && !offers_->contacts_feature().empty() &&
      !HasFeature(offers_->contacts_feature(), FeatureKind::kNumber)) {
    return absl::StrCat("the store has no number ", offers_->contacts_feature(), ", which counts contacts");
  }
  const v1::Occasion* occasion = offers_->OccasionOf(index);
  if (occasion != nullptr && occasion->has_birthday_feature() &&
      !HasFeature(occasion->birthday_feature(), FeatureKind::kCategory)) {
    return absl::StrCat("the store has no category ", occasion->birthday_feature(), " for the occasion ",
                        occasion->name());
  }
  for (const std::string& text : {offer.text().en(), offer.text().ru(), offer.target()}) {
    for (const std::string& name : ReadOfferText(text).placeholders) {
      if (!IsOwnPlaceholder(name) && !store_.IndexOf(name).has_value()) {
        return absl::StrCat("the store has no feature ", name, ", which a text shows");
      }
    }
  }
  return "";
}

bool OfferReading::HasFeature(std::string_view name, FeatureKind kind) const {
  const std::optional<size_t> place = store_.IndexOf(name);
  return place.has_value() && store_[*place].kind == kind;
}

bool OfferReading::IsFor(size_t offer, const CustomerFacts& facts) const {
  return problems_[offer].empty() && predicates_[offer]->Holds(facts);
}

std::vector<v1::ConditionCheck> OfferReading::Explain(size_t offer, const CustomerFacts& facts) const {
  return predicates_[offer].ok() ? predicates_[offer]->Explain(facts) : std::vector<v1::ConditionCheck>();
}

std::optional<std::string> OfferReading::TextOf(std::string_view feature, const CustomerFacts& facts) const {
  const std::optional<size_t> place = store_.IndexOf(feature);
  if (!place.has_value()) return std::nullopt;
  const KeptValue& value = (*facts.vector)[*place];
  if (value.never_seen) return std::nullopt;
  if (value.kind == KeptValue::Kind::kNumber) return NumberInText(value.number);
  if (value.kind == KeptValue::Kind::kCategory) return value.category;
  return std::nullopt;
}

std::optional<double> OfferReading::NumberOf(std::string_view feature, const CustomerFacts& facts) const {
  const std::optional<size_t> place = store_.IndexOf(feature);
  if (!place.has_value() || (*facts.vector)[*place].kind != KeptValue::Kind::kNumber) return std::nullopt;
  return (*facts.vector)[*place].number;
}

bool IsOwnPlaceholder(std::string_view name) {
  return name == "code" || name == "occasion" || name == "occasion_day" || name == "last_day" ||
         IsCompanionPlaceholder(name);
}

}  // namespace ebb::scorer
