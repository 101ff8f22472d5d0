#include "scorer/offers/decide_offers.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "scorer/offers/offer_calendar.h"
#include "scorer/offers/offer_text.h"

namespace ebb::scorer {
namespace {

constexpr absl::Duration kContactMonth = absl::Hours(31 * 24);

absl::Time FromLedger(int64_t micros) { return absl::FromUnixMicros(micros); }

// An hour for people.
std::string LocalHour(absl::Time time, absl::TimeZone zone) { return absl::FormatTime("%Y-%m-%d %H:%M", time, zone); }

const std::vector<std::string>& CompanionsFor(std::string_view placeholder, const CustomerCompanions& companions) {
  return placeholder == kBasketCompanions ? companions.of_basket : companions.of_purchases;
}

// Nothing: there are none.
std::optional<std::string> GoodsInText(const std::vector<std::string>& goods) {
  if (goods.empty()) return std::nullopt;
  return absl::StrJoin(goods, ",");
}

void Decide(DecidedOffer* decided, v1::OfferDecision::Status status, const char* reason, std::string explanation) {
  decided->status = status;
  decided->reason = reason;
  decided->explanation = std::move(explanation);
}

// The part of a decision that hangs on one customer alone. `open`: only capacity, codes, contacts and groups are left
// to look at.
class Assessment {
 public:
  Assessment(const OfferReading& reading, const OfferAsk& ask, absl::Time now)
      : reading_(reading), catalogue_(reading.offers()), ask_(ask), now_(now) {
    value_at_risk_ = ValueAtRisk(ask.facts.probability, ask.facts.monthly_profit);
    today_ = absl::ToCivilDay(now, catalogue_.zone());
  }

  DecidedOffer Of(size_t index, bool* open) const {
    const v1::OfferDefinition& offer = catalogue_.offer(index);
    DecidedOffer decided;
    decided.offer = index;
    decided.value_known = value_at_risk_.has_value() || offer.expected_effect() == 0;
    decided.net_value = value_at_risk_.value_or(0) * offer.expected_effect() + offer.expected_gain() - offer.cost();
    decided.began = now_;
    decided.ends = now_ + FromOfferDuration(offer.lasts());
    *open = IsMeantFor(offer, &decided) && IsAllowed(offer, &decided) && !Stands(offer, &decided) &&
            IsTime(offer, &decided) && IsWorthIt(&decided);
    return decided;
  }

 private:
  bool IsMeantFor(const v1::OfferDefinition& offer, DecidedOffer* decided) const {
    const size_t index = decided->offer;
    if (!reading_.problem(index).empty()) {
      Decide(decided, v1::OfferDecision::NOT_ELIGIBLE, "cannot_tell", reading_.problem(index));
      return false;
    }
    if (!reading_.IsFor(index, ask_.facts)) {
      Decide(decided, v1::OfferDecision::NOT_ELIGIBLE, "predicate", "the offer's conditions do not hold");
      return false;
    }
    if (const v1::Programme* programme = catalogue_.ProgrammeOf(index)) {
      const std::optional<size_t> segment = reading_.segments().IndexOf(programme->segment());
      if (!segment.has_value() || ((ask_.facts.segments >> *segment) & 1) == 0) {
        Decide(decided, v1::OfferDecision::NOT_ELIGIBLE, "programme",
               absl::StrCat("programme ", programme->name(), " is for segment ", programme->segment()));
        return false;
      }
      if (!RunsOn(*programme, today_)) {
        Decide(decided, v1::OfferDecision::NOT_ELIGIBLE, "programme",
               absl::StrCat("programme ", programme->name(), " does not run today"));
        return false;
      }
    }
    return IsOpenToday(offer, decided);
  }

  bool IsOpenToday(const v1::OfferDefinition& offer, DecidedOffer* decided) const {
    const v1::Occasion* occasion = catalogue_.OccasionOf(decided->offer);
    if (occasion == nullptr) return true;
    std::string birthday;
    if (occasion->has_birthday_feature()) {
      birthday = reading_.TextOf(occasion->birthday_feature(), ask_.facts).value_or("");
    }
    decided->occasion_day =
        OpenOccasion(*occasion, offer.opens_days_before(), offer.closes_days_after(), today_, birthday);
    if (decided->occasion_day.has_value()) return true;
    Decide(decided, v1::OfferDecision::NOT_ELIGIBLE, "occasion",
           absl::StrCat("today is not within ", offer.opens_days_before(), " days before and ",
                        offer.closes_days_after(), " days after ", occasion->name()));
    return false;
  }

  bool IsAllowed(const v1::OfferDefinition& offer, DecidedOffer* decided) const {
    if (offer.needs_consent() && reading_.TextOf(catalogue_.consent_feature(), ask_.facts) != "yes") {
      Decide(decided, v1::OfferDecision::SUPPRESSED, "no_consent", "the customer has not agreed to be addressed");
      return false;
    }
    std::string missing;
    for (const auto& [text, russian] : {std::pair(&offer.text().en(), false), std::pair(&offer.text().ru(), true),
                                        std::pair(&offer.target(), false)}) {
      if (TextForCustomer(reading_, *decided, russian, *text, ask_, "", &missing).has_value()) continue;
      Decide(decided, v1::OfferDecision::SUPPRESSED, "text_incomplete",
             absl::StrCat("a text shows ", missing, ", which is not known of the customer"));
      return false;
    }
    return true;
  }

  // An offering that has begun before goes on until its end, whoever would get it today.
  bool Stands(const v1::OfferDefinition& offer, DecidedOffer* decided) const {
    const auto found = ask_.ledger.standings.find(offer.name());
    if (found == ask_.ledger.standings.end() || found->second.offering() == 0) return false;
    const storage::v1::OfferStanding& standing = found->second;
    const absl::Time ends = FromLedger(standing.ends_us());
    if (now_ >= ends) return false;
    decided->began = FromLedger(standing.began_us());
    decided->ends = ends;
    const std::string since = absl::StrCat("since ", LocalHour(decided->began, catalogue_.zone()), " until ",
                                           LocalHour(ends, catalogue_.zone()));
    if (standing.given()) {
      Decide(decided, v1::OfferDecision::OFFERED, "chosen", absl::StrCat("given ", since));
    } else if (catalogue_.groups().HeldOut(ask_.customer_id)) {
      Decide(decided, v1::OfferDecision::HELD_OUT, "holdout", absl::StrCat("in the permanent holdout; ", since));
    } else {
      Decide(decided, v1::OfferDecision::CONTROL, "control", absl::StrCat("in the campaign's control group; ", since));
    }
    return true;
  }

  bool IsTime(const v1::OfferDefinition& offer, DecidedOffer* decided) const {
    const auto found = ask_.ledger.standings.find(offer.name());
    if (found != ask_.ledger.standings.end() && found->second.offering() != 0) {
      const absl::Time again = FromLedger(found->second.ends_us()) + FromOfferDuration(offer.cool_down());
      if (now_ < again) {
        Decide(decided, v1::OfferDecision::SUPPRESSED, "cool_down",
               absl::StrCat("given before; again from ", LocalHour(again, catalogue_.zone())));
        return false;
      }
    }
    const v1::QuietHours* quiet = nullptr;
    if (IsContact(offer) && catalogue_.declared().has_quiet_hours()) quiet = &catalogue_.declared().quiet_hours();
    if (offer.has_quiet_hours()) quiet = &offer.quiet_hours();
    if (quiet == nullptr || !IsQuiet(*quiet, now_, catalogue_.zone())) return true;
    Decide(decided, v1::OfferDecision::SUPPRESSED, "quiet_hours",
           absl::StrCat("quiet from ", quiet->from(), " until ", quiet->until(), " ", catalogue_.zone().name()));
    return false;
  }

  bool IsWorthIt(DecidedOffer* decided) const {
    if (decided->net_value >= 0) return true;
    Decide(decided, v1::OfferDecision::SUPPRESSED, "not_worth_it",
           decided->value_known ? absl::StrFormat("costs %.2f more than it is expected to bring", -decided->net_value)
                                : absl::StrFormat("costs %.2f more than it brings where the value at risk is not known",
                                                  -decided->net_value));
    return false;
  }

  const OfferReading& reading_;
  const OfferCatalogue& catalogue_;
  const OfferAsk& ask_;
  const absl::Time now_;
  std::optional<double> value_at_risk_;
  absl::CivilDay today_;
};

// Hands out what is short, one offer and customer after the other.
class Allotment {
 public:
  Allotment(const OfferReading& reading, std::span<const OfferAsk> asks, OfferSupplies supplies, absl::Time now)
      : catalogue_(reading.offers()), asks_(asks), supplies_(std::move(supplies)) {
    for (const OfferAsk& ask : asks) contacts_.push_back(CountContacts(reading, ask, now));
  }

  void Decide(size_t customer, DecidedOffer* decided) {
    const v1::OfferDefinition& offer = catalogue_.offer(decided->offer);
    if (!HasRoom(customer, offer, decided)) return;
    const std::string& id = asks_[customer].customer_id;
    decided->begins = true;
    if (IsContact(offer)) ++contacts_[customer];
    if (catalogue_.groups().HeldOut(id)) {
      return scorer::Decide(decided, v1::OfferDecision::HELD_OUT, "holdout",
                            "in the permanent holdout, which is given nothing");
    }
    if (catalogue_.groups().InControl(CampaignOf(offer), id)) {
      return scorer::Decide(decided, v1::OfferDecision::CONTROL, "control",
                            absl::StrCat("in the control group of campaign ", CampaignOf(offer)));
    }
    ++supplies_.given_today[offer.name()];
    if (!offer.code_pool().empty()) --supplies_.codes_left[offer.code_pool()];
    scorer::Decide(decided, v1::OfferDecision::OFFERED, "chosen",
                   absl::StrFormat("expected net value %.2f", decided->net_value));
  }

 private:
  bool HasRoom(size_t customer, const v1::OfferDefinition& offer, DecidedOffer* decided) {
    const auto keep_back = [&](const char* reason, std::string explanation) {
      scorer::Decide(decided, v1::OfferDecision::SUPPRESSED, reason, std::move(explanation));
      return false;
    };
    const v1::OfferCatalogue& declared = catalogue_.declared();
    if (IsContact(offer) && declared.has_contact_cap() && contacts_[customer] >= declared.contact_cap().most()) {
      return keep_back("contact_cap", absl::StrCat(contacts_[customer], " contacts within a month, at most ",
                                                   declared.contact_cap().most(), " are allowed"));
    }
    if (offer.has_daily_capacity() && supplies_.given_today[offer.name()] >= offer.daily_capacity()) {
      return keep_back("daily_capacity", absl::StrCat("given to ", offer.daily_capacity(), " customers today already"));
    }
    if (!offer.code_pool().empty() && supplies_.codes_left[offer.code_pool()] <= 0) {
      return keep_back("no_code", absl::StrCat("pool ", offer.code_pool(), " has no code left: import some"));
    }
    return true;
  }

  const OfferCatalogue& catalogue_;
  const std::span<const OfferAsk> asks_;
  OfferSupplies supplies_;
  std::vector<int64_t> contacts_;  // one a customer
};

}  // namespace

std::vector<std::vector<DecidedOffer>> DecideOffers(const OfferReading& reading, std::span<const OfferAsk> asks,
                                                    v1::Placement placement, OfferSupplies supplies, absl::Time now) {
  const OfferCatalogue& catalogue = reading.offers();
  std::vector<std::vector<DecidedOffer>> decided(asks.size());
  std::vector<std::pair<size_t, size_t>> open;  // customer, place among the customer's
  for (size_t customer = 0; customer < asks.size(); ++customer) {
    const Assessment assessment(reading, asks[customer], now);
    for (size_t i = 0; i < catalogue.size(); ++i) {
      if (!IsPlacedAt(catalogue.offer(i), placement)) continue;
      bool is_open = false;
      decided[customer].push_back(assessment.Of(i, &is_open));
      if (is_open) open.emplace_back(customer, decided[customer].size() - 1);
    }
  }
  const auto rank = [&](const std::pair<size_t, size_t>& entry) {
    const DecidedOffer& offer = decided[entry.first][entry.second];
    return std::tuple(-offer.net_value, -int64_t{catalogue.offer(offer.offer).priority()}, offer.offer, entry.first);
  };
  std::ranges::sort(open, {}, rank);
  Allotment allotment(reading, asks, std::move(supplies), now);
  for (const auto& [customer, place] : open) allotment.Decide(customer, &decided[customer][place]);
  return decided;
}

int64_t CountContacts(const OfferReading& reading, const OfferAsk& ask, absl::Time now) {
  int64_t count = 0;
  if (const std::optional<double> known = reading.NumberOf(reading.offers().contacts_feature(), ask.facts)) {
    count = static_cast<int64_t>(*known);
  }
  for (const storage::v1::OfferContact& contact : ask.ledger.contacts.contacts()) {
    if (FromLedger(contact.decided_us()) < now - kContactMonth) continue;
    const bool in_vector = contact.contacted_us() != 0 && FromLedger(contact.contacted_us()) < ask.vector_as_of;
    if (!contact.given() || !in_vector) ++count;
  }
  return count;
}

std::vector<size_t> RankOffers(const OfferCatalogue& catalogue, const std::vector<DecidedOffer>& decided) {
  std::vector<size_t> ranked;
  for (size_t i = 0; i < decided.size(); ++i) {
    if (decided[i].status == v1::OfferDecision::OFFERED) ranked.push_back(i);
  }
  std::ranges::stable_sort(ranked, {}, [&](size_t i) {
    return std::pair(-decided[i].net_value, -int64_t{catalogue.offer(decided[i].offer).priority()});
  });
  return ranked;
}

std::optional<std::string> TextForCustomer(const OfferReading& reading, const DecidedOffer& decided, bool russian,
                                           const std::string& text, const OfferAsk& ask, const std::string& code,
                                           std::string* missing) {
  const auto day_text = [&](absl::CivilDay day) {
    return absl::FormatTime(russian ? "%d.%m.%Y" : "%Y-%m-%d", absl::FromCivil(day, absl::UTCTimeZone()),
                            absl::UTCTimeZone());
  };
  const auto value = [&](std::string_view name) -> std::optional<std::string> {
    if (name == "code") return code.empty() ? "…" : code;
    if (name == "last_day") return day_text(absl::ToCivilDay(decided.ends, reading.offers().zone()));
    if (name == "occasion_day") return day_text(decided.occasion_day.value_or(absl::CivilDay()));
    if (name == "occasion") {
      const v1::LocalText& title = reading.offers().OccasionOf(decided.offer)->title();
      const std::string& first = russian ? title.ru() : title.en();
      return first.empty() ? (russian ? title.en() : title.ru()) : first;
    }
    if (IsCompanionPlaceholder(name)) return GoodsInText(CompanionsFor(name, ask.companions));
    return reading.TextOf(name, ask.facts);
  };
  return RenderOfferText(text, value, missing);
}

std::vector<std::string> ProductsShown(const v1::OfferDefinition& offer, const CustomerCompanions& companions) {
  std::vector<std::string> shown;
  for (const std::string& text : {offer.text().en(), offer.text().ru(), offer.target()}) {
    for (const std::string& name : ReadOfferText(text).placeholders) {
      if (!IsCompanionPlaceholder(name)) continue;
      for (const std::string& product : CompanionsFor(name, companions)) {
        if (std::ranges::find(shown, product) == shown.end()) shown.push_back(product);
      }
    }
  }
  return shown;
}

}  // namespace ebb::scorer
