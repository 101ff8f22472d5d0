#include "clients/cli/report/offer_sentences.h"

#include <algorithm>
#include <utility>

#include "clients/cli/report/sentence_phrases.h"

namespace ebb {
namespace {

constexpr size_t kMostRecommended = 3;

bool IsForRisk(const v1::OfferDefinition& offer) {
  const auto names_risk = [](const v1::Condition& condition) {
    const auto& bands = condition.category().one_of();
    return condition.value() == v1::Condition::RISK_BAND && std::ranges::find(bands, "at_risk") != bands.end();
  };
  return offer.expected_effect() > 0 && std::ranges::any_of(offer.who().all_of(), names_risk);
}

std::string DescriptionOf(const v1::OfferDefinition& offer, const Speech& say) {
  const std::string& first = say.russian() ? offer.description().ru() : offer.description().en();
  const std::string& other = say.russian() ? offer.description().en() : offer.description().ru();
  std::string text = !first.empty() ? first : !other.empty() ? other : offer.name();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::vector<std::string> SayOffers(const v1::ModelReport& report, const v1::OfferCatalogue& offers,
                                   ReportLanguage language) {
  const Speech say(language);
  int64_t rows = 0;
  double at_risk = 0;
  for (const v1::SegmentDescription& segment : report.segments()) {
    if (!segment.at_risk()) continue;
    rows += segment.rows();
    at_risk += std::max(0.0, segment.profit()) * segment.mean_probability();
  }
  std::vector<const v1::OfferDefinition*> recommended;
  for (const v1::OfferDefinition& offer : offers.offers()) {
    if (IsForRisk(offer)) recommended.push_back(&offer);
  }
  if (recommended.empty() || at_risk <= 0) return {};
  std::ranges::stable_sort(recommended, {}, [](const v1::OfferDefinition* offer) {
    return std::pair(-offer->expected_effect(), offer->cost());
  });
  if (recommended.size() > kMostRecommended) recommended.resize(kMostRecommended);
  std::vector<std::string> sentences;
  for (const v1::OfferDefinition* offer : recommended) {
    sentences.push_back(say(phrase::kRecommendedOffer, DescriptionOf(*offer, say), say.Quoted(offer->name()),
                            say.Percent(offer->expected_effect()), say.Amount(offer->expected_effect() * at_risk),
                            say.Count(rows), say.Amount(offer->cost())));
  }
  sentences.push_back(say(phrase::kOffersAreGuesses));
  return sentences;
}

}  // namespace ebb
