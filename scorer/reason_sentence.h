#pragma once

#include <string>

#include "ebb/v1/language.pb.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"
#include "model/trained_model.h"

namespace ebb::scorer {

// A contribution for people: what the feature is called, its value, what is usual where that reads differently, and
// which way it moves the risk.
//   pages per visit, mean of three months: 3.1 (usually 6.2) – raises the risk
//   страниц за визит, среднее за три месяца: 3,1 (обычно 6,2) — повышает риск
// "Usual" is the median or the most frequent value of training. The label stands in the other language where it is
// declared in that one alone, and the name where there is none. Numbers have three significant digits, and all of them
// before the decimal point. Pure.
std::string ReasonSentence(const FeatureSpec& spec, const FeatureValue& value, const FeatureBackground& usual,
                           double contribution, v1::Language language);

}  // namespace ebb::scorer
