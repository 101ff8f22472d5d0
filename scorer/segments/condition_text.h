#pragma once

#include <string>

#include "ebb/v1/segment.pb.h"

// Predicates in words, for errors and for people. Pure functions.
namespace ebb::scorer {

// Such as `promo_purchase_share_6m`, `profit_tier`, `segment promo_hunters`.
std::string SubjectText(const v1::Condition& condition);

// Such as `promo_purchase_share_6m ≥ 0.5`, `profit_tier is middle`, `favourite_category_6m is the leading category`.
std::string ConditionText(const v1::Condition& condition);

// Such as `profit_tier is middle and risk_band is at_risk and not (service_tier is premium)`.
std::string PredicateText(const v1::Predicate& predicate);

}  // namespace ebb::scorer
