#include "scorer/offers/decision_entry.h"

#include <charconv>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "scorer/offers/offer_calendar.h"
#include "scorer/score_messages.h"

namespace ebb::scorer {
namespace {

constexpr absl::Duration kContactsKept = absl::Hours(62 * 24);
constexpr size_t kDigestDigits = 16;

v1::MarketingContact::Channel ContactChannel(v1::OfferDecision::Channel channel) {
  switch (channel) {
    case v1::OfferDecision::MAILING:
      return v1::MarketingContact::MAILING;
    case v1::OfferDecision::CALL:
      return v1::MarketingContact::CALL;
    case v1::OfferDecision::PUSH:
      return v1::MarketingContact::PUSH;
    case v1::OfferDecision::SMS:
      return v1::MarketingContact::SMS;
    default:
      return v1::MarketingContact::OTHER;
  }
}

v1::Event EventAbout(const std::string& customer_id, std::string event_id, absl::Time time) {
  v1::Event event;
  event.set_customer_id(customer_id);
  event.set_event_id(std::move(event_id));
  FillTimestamp(absl::ToUnixMicros(time), event.mutable_event_time());
  return event;
}

}  // namespace

std::string DecisionId(uint64_t source_id, uint64_t number) {
  return absl::StrCat(absl::Hex(source_id, absl::kZeroPad16), "-", number);
}

std::optional<uint64_t> NumberOfDecision(uint64_t source_id, const std::string& decision_id) {
  uint64_t number = 0;
  const size_t dash = decision_id.find('-');
  if (dash == std::string::npos) return std::nullopt;
  std::from_chars(decision_id.data() + dash + 1, decision_id.data() + decision_id.size(), number);
  // Equal to the bytes: no other spelling of the number counts.
  if (decision_id != DecisionId(source_id, number)) return std::nullopt;
  return number;
}

absl::Status DecisionEntries::Add(const OfferAsk& ask, const CustomerScore& score, const DecidedOffer& decided,
                                  int64_t given_today) {
  const std::string& offer = reading_.offers().offer(decided.offer).name();
  const auto known = ask.ledger.standings.find(offer);
  storage::v1::OfferStanding standing;
  if (known != ask.ledger.standings.end()) standing = known->second;
  const bool nothing_before = standing.status() == v1::OfferDecision::STATUS_UNSPECIFIED;
  if (nothing_before && decided.status == v1::OfferDecision::NOT_ELIGIBLE) return absl::OkStatus();
  if (!decided.begins && standing.status() == decided.status && standing.reason() == decided.reason) {
    return absl::OkStatus();
  }
  standing.set_status(decided.status);
  standing.set_reason(decided.reason);
  if (decided.begins) {
    if (absl::Status begun = Begin(ask, decided, given_today, &standing); !begun.ok()) return begun;
  }
  write_.events.push_back(EventOf(ask, score, decided, standing));
  write_.customers[ask.customer_id].standings[offer] = std::move(standing);
  ++next_;
  return absl::OkStatus();
}

absl::Status DecisionEntries::Begin(const OfferAsk& ask, const DecidedOffer& decided, int64_t given_today,
                                    storage::v1::OfferStanding* standing) {
  const v1::OfferDefinition& offer = reading_.offers().offer(decided.offer);
  const bool given = decided.status == v1::OfferDecision::OFFERED;
  standing->set_offering(next_);
  standing->set_began_us(absl::ToUnixMicros(decided.began));
  standing->set_ends_us(absl::ToUnixMicros(decided.ends));
  standing->set_given(given);
  standing->clear_code();
  standing->set_channel(offer.channel());
  standing->clear_contacted_us();
  if (given) {
    const absl::CivilDay today = absl::ToCivilDay(now_, reading_.offers().zone());
    ++write_.given.try_emplace({today, offer.name()}, given_today).first->second;
  }
  if (given && !offer.code_pool().empty()) {
    auto taken = write_.codes_given.find(offer.code_pool());
    if (taken == write_.codes_given.end()) {
      const auto pool = ledger_.FindPool(offer.code_pool());
      if (!pool.ok()) return pool.status();
      taken = write_.codes_given.emplace(offer.code_pool(), pool->given).first;
    }
    auto code = ledger_.Code(offer.code_pool(), taken->second++);
    if (!code.ok()) return code.status();
    standing->set_code(*std::move(code));
  }
  if (!IsContact(offer)) return absl::OkStatus();
  DecisionLedger::Write::Customer& customer = write_.customers[ask.customer_id];
  if (!std::exchange(customer.contacts_changed, true)) {
    for (const storage::v1::OfferContact& contact : ask.ledger.contacts.contacts()) {
      if (absl::FromUnixMicros(contact.decided_us()) >= now_ - kContactsKept)
        *customer.contacts.add_contacts() = contact;
    }
  }
  storage::v1::OfferContact& contact = *customer.contacts.add_contacts();
  contact.set_offering(next_);
  contact.set_decided_us(absl::ToUnixMicros(now_));
  contact.set_given(given);
  return absl::OkStatus();
}

const storage::v1::OfferStanding& DecisionEntries::StandingOf(const OfferAsk& ask, const std::string& offer) const {
  static const auto* const none = new storage::v1::OfferStanding();
  if (const auto customer = write_.customers.find(ask.customer_id); customer != write_.customers.end()) {
    const auto changed = customer->second.standings.find(offer);
    if (changed != customer->second.standings.end()) return changed->second;
  }
  const auto known = ask.ledger.standings.find(offer);
  return known == ask.ledger.standings.end() ? *none : known->second;
}

v1::Event DecisionEntries::EventOf(const OfferAsk& ask, const CustomerScore& score, const DecidedOffer& decided,
                                   const storage::v1::OfferStanding& standing) const {
  const OfferCatalogue& catalogue = reading_.offers();
  const v1::OfferDefinition& offer = catalogue.offer(decided.offer);
  const std::string id = DecisionId(ledger_.source_id(), next_);
  v1::Event event = EventAbout(ask.customer_id, id, now_);
  v1::OfferDecision& decision = *event.mutable_offer_decision();
  decision.set_decision_id(decided.is_offering() ? DecisionId(ledger_.source_id(), standing.offering()) : id);
  decision.set_offer(offer.name());
  decision.set_campaign(CampaignOf(offer));
  decision.set_status(decided.status);
  decision.set_reason(decided.reason);
  decision.set_channel(offer.channel());
  decision.set_segment(std::string(SegmentName(score.segment)));
  for (size_t i = 0; i < reading_.segments().size(); ++i) {
    if ((ask.facts.segments >> i) & 1) decision.add_named_segments(reading_.segments().names()[i]);
  }
  decision.set_probability(score.probability);
  const std::optional<double> at_risk = ValueAtRisk(score.probability, score.monthly_profit);
  if (at_risk.has_value()) decision.set_value_at_risk(*at_risk);
  decision.set_expected_net_value(decided.net_value);
  decision.set_untreated_share(catalogue.groups().UntreatedShare(CampaignOf(offer)));
  decision.set_holdout_share(catalogue.declared().holdout().share());
  decision.set_model_version(score.model_version);
  if (decided.status == v1::OfferDecision::OFFERED) decision.set_code(standing.code());
  decision.set_catalogue(catalogue.digest().substr(0, kDigestDigits));
  return event;
}

DecisionLedger::Write OutcomeEntries(const v1::Event& decision, uint64_t offering, v1::OfferOutcome::Kind kind,
                                     absl::Time time, CustomerOffers ledger) {
  const v1::OfferDecision& decided = decision.offer_decision();
  const std::string& customer_id = decision.customer_id();
  DecisionLedger::Write write;
  write.outcomes.emplace_back(offering, kind);
  v1::Event event = EventAbout(
      customer_id, absl::StrCat(decided.decision_id(), "-", absl::AsciiStrToLower(v1::OfferOutcome::Kind_Name(kind))),
      time);
  v1::OfferOutcome& outcome = *event.mutable_offer_outcome();
  outcome.set_decision_id(decided.decision_id());
  outcome.set_offer(decided.offer());
  outcome.set_kind(kind);
  write.events.push_back(std::move(event));

  DecisionLedger::Write::Customer customer;
  storage::v1::OfferStanding standing = ledger.standings[decided.offer()];
  const bool is_latest = standing.offering() == offering;
  const int64_t micros = absl::ToUnixMicros(time);
  if (kind == v1::OfferOutcome::DECLINED && is_latest && micros < standing.ends_us()) {
    standing.set_ends_us(micros);
    customer.standings[decided.offer()] = standing;
  }
  if (kind == v1::OfferOutcome::CONTACTED) {
    v1::Event contact = EventAbout(customer_id, absl::StrCat(decided.decision_id(), "-contact"), time);
    contact.mutable_marketing_contact()->set_channel(ContactChannel(decided.channel()));
    contact.mutable_marketing_contact()->set_campaign_id(decided.campaign());
    contact.mutable_marketing_contact()->set_offer_id(decided.offer());
    write.events.push_back(std::move(contact));
    if (is_latest) {
      standing.set_contacted_us(micros);
      customer.standings[decided.offer()] = standing;
    }
    for (storage::v1::OfferContact& known : *ledger.contacts.mutable_contacts()) {
      if (known.offering() == offering) known.set_contacted_us(micros);
    }
    customer.contacts_changed = true;
    customer.contacts = std::move(ledger.contacts);
  }
  if (customer.contacts_changed || !customer.standings.empty()) write.customers[customer_id] = std::move(customer);
  return write;
}

}  // namespace ebb::scorer
