#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>

#include "model/feature_schema.h"
#include "scorer/offers/offer_catalogue.h"
#include "scorer/offers/offer_reading.h"
#include "scorer/score_record.h"

namespace ebb::scorer::testing {

// The vectors that tests of offers go by: revenue, profit, marketing_consent, unpaid_items, favourite, contacts,
// birthday.
FeatureSchema OfferSchema();

// A declaration of an offer on the start page, for whoever has an unpaid item, that lasts a day. `more`: further
// fields.
std::string SiteOffer(const std::string& name, const std::string& more = "");
// The same by mailing, with consent.
std::string MailOffer(const std::string& name, const std::string& more = "");

// A catalogue in UTC of these declarations and the default segments; aborts where something is wrong.
std::shared_ptr<const OfferCatalogue> OffersOf(const std::string& declarations);
// Ready for OfferSchema and StraightLineModel.
std::shared_ptr<const OfferReading> ReadingOf(std::shared_ptr<const OfferCatalogue> offers);
std::shared_ptr<const SegmentCatalogue> SomeSegments();

// A scored customer of middle profit 50 and probability 0.8, who has agreed, with 2 unpaid items, favourite `toys`, no
// contacts, birthday 06-10. `changes`: other values by feature; an empty text: missing.
ScoreRecord OfferCustomer(const std::string& id,
                          const std::map<std::string, std::variant<double, std::string>>& changes = {});

}  // namespace ebb::scorer::testing
