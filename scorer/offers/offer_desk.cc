#include "scorer/offers/offer_desk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "runtime/log.h"
#include "runtime/rpc/error_details.h"
#include "scorer/offers/decision_entry.h"
#include "scorer/score_messages.h"

namespace ebb::scorer {
namespace {

constexpr size_t kLongestCustomer = 128, kLongestCode = 64, kLongestCatalogue = 4 << 20;  // bytes
constexpr int kMostCustomersAtOnce = 1'000, kMostCodesAtOnce = 100'000;

absl::Status CheckCustomerId(const std::string& field, const std::string& id) {
  if (!id.empty() && id.size() <= kLongestCustomer) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("must have 1 to 128 bytes, has ", id.size()));
}

absl::Status CheckPlacement(v1::Placement placement) {
  if (v1::Placement_IsValid(placement)) return absl::OkStatus();
  return InvalidField("placement",
                      absl::StrCat("is ", static_cast<int>(placement), "; must be START_PAGE, BASKET or OUTREACH"));
}

CustomerFacts FactsWithSegments(const ScoreRecord& record, const OfferReading& reading) {
  CustomerFacts facts = FactsOf(record.vector, record.score);
  facts.segments = reading.SegmentsOf(facts);
  return facts;
}

// Without control characters, U+0080 to U+009F among them: the store takes no others.
bool IsPlainText(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0)) return false;
  }
  return true;
}

bool IsPoolName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && absl::ascii_islower(static_cast<unsigned char>(name[0])) &&
         std::ranges::all_of(
             name, [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_'; });
}

// Fills answers from decisions.
class OfferAnswer {
 public:
  OfferAnswer(const OfferReading& reading, const OfferAsk& ask, const DecisionEntries* entries, uint64_t source_id)
      : reading_(reading), ask_(ask), entries_(entries), source_id_(source_id) {}

  void Fill(const std::vector<DecidedOffer>& decided, absl::Time now, v1::GetOffersResponse* response) const {
    absl::Time renew = now + reading_.offers().renew_every();
    for (const size_t place : RankOffers(reading_.offers(), decided)) {
      FillOffer(decided[place], response->add_offers());
      if (decided[place].ends > now) renew = std::min(renew, decided[place].ends);
    }
    FillTimestamp(absl::ToUnixMicros(renew), response->mutable_renew_at());
  }

  void Explain(const std::vector<DecidedOffer>& decided, v1::GetOffersResponse* response) const {
    for (const DecidedOffer& one : decided) {
      v1::OfferCheck& check = *response->add_checks();
      check.set_offer(reading_.offers().offer(one.offer).name());
      check.set_status(one.status);
      check.set_reason(one.reason);
      check.set_explanation(one.explanation);
      if (one.value_known) check.set_expected_net_value(one.net_value);
      for (v1::ConditionCheck& condition : reading_.Explain(one.offer, ask_.facts)) {
        *check.add_conditions() = std::move(condition);
      }
    }
  }

 private:
  void FillOffer(const DecidedOffer& decided, v1::Offer* message) const {
    const v1::OfferDefinition& offer = reading_.offers().offer(decided.offer);
    std::string code;
    if (entries_ != nullptr) {
      const storage::v1::OfferStanding& standing = entries_->StandingOf(ask_, offer.name());
      message->set_decision_id(DecisionId(source_id_, standing.offering()));
      code = standing.code();
    } else if (!decided.begins) {
      message->set_decision_id(DecisionId(source_id_, ask_.ledger.standings.at(offer.name()).offering()));
    }
    message->set_offer(offer.name());
    std::string missing;
    const auto text = [&](const std::string& declared, bool russian) {
      return TextForCustomer(reading_, decided, russian, declared, ask_, code, &missing).value_or("");
    };
    message->mutable_text()->set_en(text(offer.text().en(), false));
    message->mutable_text()->set_ru(text(offer.text().ru(), true));
    message->set_target(text(offer.target(), false));
    message->set_channel(offer.channel());
    *message->mutable_placements() = offer.placements();
    if (IsContact(offer)) message->add_placements(v1::OUTREACH);
    message->set_code(code);
    FillTimestamp(absl::ToUnixMicros(decided.began), message->mutable_given_at());
    FillTimestamp(absl::ToUnixMicros(decided.ends), message->mutable_ends_at());
    message->set_expected_net_value(decided.net_value);
    for (std::string& product : ProductsShown(offer, ask_.companions)) message->add_products(std::move(product));
  }

  const OfferReading& reading_;
  const OfferAsk& ask_;
  const DecisionEntries* const entries_;  // null: a preview
  const uint64_t source_id_;
};

}  // namespace

OfferDesk::OfferDesk(std::shared_ptr<const OfferCatalogue> offers, std::shared_ptr<const SegmentCatalogue> segments,
                     const ModelSlot* slot, Sources sources, DecisionLedger* ledger, const Clock* clock,
                     std::function<void()> on_decided, std::function<void(const absl::Status&)> on_fatal)
    : offers_(std::move(offers)),
      segments_(std::move(segments)),
      slot_(slot),
      sources_(std::move(sources)),
      ledger_(ledger),
      clock_(clock),
      on_decided_(std::move(on_decided)),
      on_fatal_(std::move(on_fatal)) {}

absl::Status OfferDesk::Fail(const absl::Status& status) {
  if (!absl::IsInternal(status) && !absl::IsDataLoss(status)) return status;
  if (failed_.ok()) on_fatal_(status);
  return failed_ = status;
}

absl::StatusOr<v1::GetOffersResponse> OfferDesk::GetOffers(const v1::GetOffersRequest& request) {
  if (absl::Status id = CheckCustomerId("customer_id", request.customer_id()); !id.ok()) return id;
  if (absl::Status placement = CheckPlacement(request.placement()); !placement.ok()) return placement;
  const std::shared_ptr<const ServedModel> model = slot_->Get();
  if (model == nullptr) return NoModelYet();
  auto customer = Find(*model, request.customer_id());
  if (!customer.ok()) return customer.status();
  if (!customer->has_value()) {
    return absl::NotFoundError(absl::StrCat("no score of customer ", request.customer_id(), " is known"));
  }
  std::vector<Customer> customers;
  customers.push_back(**std::move(customer));
  auto given = Give(customers, request.placement(), request.preview(), request.explain());
  if (!given.ok()) return given.status();
  if (given->empty()) {
    return absl::NotFoundError(absl::StrCat("no score of customer ", request.customer_id(), " is known"));
  }
  return std::move(given->front());
}

absl::StatusOr<v1::GetOffersForManyResponse> OfferDesk::GetOffersForMany(const v1::GetOffersForManyRequest& request) {
  if (request.customer_ids().empty() || request.customer_ids_size() > kMostCustomersAtOnce) {
    return InvalidField("customer_ids",
                        absl::StrCat("must name 1 to 1000 customers, names ", request.customer_ids_size()));
  }
  if (absl::Status placement = CheckPlacement(request.placement()); !placement.ok()) return placement;
  const std::shared_ptr<const ServedModel> model = slot_->Get();
  if (model == nullptr) return NoModelYet();
  // Usually one group: two only while the store goes over to other declarations.
  std::map<std::shared_ptr<const OfferReading>, std::vector<Customer>> groups;
  std::set<std::string> seen;
  for (int i = 0; i < request.customer_ids_size(); ++i) {
    const std::string field = absl::StrCat("customer_ids[", i, "]"), &id = request.customer_ids(i);
    if (absl::Status checked = CheckCustomerId(field, id); !checked.ok()) return checked;
    if (!seen.insert(id).second) return InvalidField(field, "names a customer a second time");
    auto customer = Find(*model, id);
    if (!customer.ok()) return customer.status();
    if (customer->has_value()) groups[(*customer)->reading].push_back(**std::move(customer));
  }
  std::map<std::string, v1::GetOffersResponse> answers;
  for (const auto& [reading, customers] : groups) {
    auto given = Give(customers, request.placement(), /*preview=*/false, /*explain=*/false);
    if (!given.ok()) return given.status();
    for (v1::GetOffersResponse& one : *given) answers[one.customer_id()] = std::move(one);
  }
  v1::GetOffersForManyResponse response;
  for (const std::string& id : request.customer_ids()) {
    const auto answer = answers.find(id);
    if (answer == answers.end()) {
      response.add_unknown(id);
    } else {
      *response.add_customers() = std::move(answer->second);
    }
  }
  return response;
}

absl::StatusOr<std::optional<OfferDesk::Customer>> OfferDesk::Find(const ServedModel& model,
                                                                   const std::string& customer_id) {
  auto known = sources_.find(customer_id);
  if (!known.ok()) return known.status();
  if (!known->has_value() || !(*known)->record.score.scored()) return std::nullopt;
  Customer customer{.record = {}, .reading = ReadingOf(**known, model)};
  customer.record = std::move((*known)->record);
  return customer;
}

std::shared_ptr<const OfferReading> OfferDesk::ReadingOf(const ScoringEngine::Known& known, const ServedModel& model) {
  const uint32_t schema = known.record.schema;
  {
    MutexLock lock(&readings_mutex_);
    const auto found = readings_.find(schema);
    if (reading_model_ == model.scoring_id && found != readings_.end()) return found->second;
  }
  auto reading = std::make_shared<const OfferReading>(offers_, segments_, known.schema, model.model);
  for (size_t i = 0; i < offers_->size(); ++i) {
    if (reading->problem(i).empty()) continue;
    Log(Level::kWarning, "offers", "an offer cannot be made",
        {{"offer", offers_->offer(i).name()}, {"reason", reading->problem(i)}});
  }
  MutexLock lock(&readings_mutex_);
  if (std::exchange(reading_model_, model.scoring_id) != model.scoring_id) readings_.clear();
  return readings_.try_emplace(schema, std::move(reading)).first->second;
}

std::unique_ptr<const OfferReading> OfferDesk::PresentReading(std::shared_ptr<const OfferCatalogue> offers) const {
  const std::shared_ptr<const ServedModel> model = slot_->Get();
  std::optional<FeatureSchema> schema = sources_.present_schema();
  if (model == nullptr || !schema.has_value()) return nullptr;
  return std::make_unique<const OfferReading>(std::move(offers), segments_, *std::move(schema), model->model);
}

absl::StatusOr<OfferSupplies> OfferDesk::Supplies(absl::Time now) const {
  OfferSupplies supplies;
  const absl::CivilDay today = absl::ToCivilDay(now, offers_->zone());
  for (const v1::OfferDefinition& offer : offers_->declared().offers()) {
    const auto given = ledger_->GivenOn(today, offer.name());
    if (!given.ok()) return given.status();
    supplies.given_today[offer.name()] = *given;
    if (offer.code_pool().empty()) continue;
    const auto pool = ledger_->FindPool(offer.code_pool());
    if (!pool.ok()) return pool.status();
    supplies.codes_left[offer.code_pool()] = pool->left();
  }
  return supplies;
}

std::map<std::string, CustomerCompanions> OfferDesk::CompanionsOf(const std::vector<Customer>& customers,
                                                                  v1::Placement placement) const {
  const auto is_shown = [&](size_t i) {
    return IsPlacedAt(offers_->offer(i), placement) && offers_->ShowsCompanions(i);
  };
  size_t first = 0;
  while (first < offers_->size() && !is_shown(first)) ++first;
  if (first == offers_->size() || sources_.companions == nullptr) return {};
  std::vector<std::string> ids;
  for (const Customer& customer : customers) ids.push_back(customer.record.customer_id);
  return sources_.companions(ids);
}

absl::StatusOr<std::vector<v1::GetOffersResponse>> OfferDesk::Give(const std::vector<Customer>& customers,
                                                                   v1::Placement placement, bool preview,
                                                                   bool explain) {
  std::vector<v1::GetOffersResponse> responses;
  if (customers.empty()) return responses;
  const OfferReading& reading = *customers[0].reading;
  std::map<std::string, CustomerCompanions> companions = CompanionsOf(customers, placement);
  bool wrote = false;
  {
    MutexLock lock(&mutex_);
    if (!failed_.ok()) return failed_;
    const absl::Time now = clock_->Now();
    std::vector<OfferAsk> asks;
    std::vector<const CustomerScore*> scores;
    for (const Customer& customer : customers) {
      const std::string& id = customer.record.customer_id;
      if (!sources_.is_known(id)) continue;  // erased meanwhile
      auto known = ledger_->Read(id);
      if (!known.ok()) return Fail(known.status());
      asks.push_back({.customer_id = id,
                      .facts = FactsWithSegments(customer.record, reading),
                      .vector_as_of = absl::FromUnixMicros(customer.record.vector_as_of_micros),
                      .ledger = *std::move(known),
                      .companions = std::move(companions[id])});
      scores.push_back(&customer.record.score);
    }
    const auto supplies = Supplies(now);
    if (!supplies.ok()) return Fail(supplies.status());
    const auto decided = DecideOffers(reading, asks, placement, *supplies, now);
    DecisionEntries entries(reading, *ledger_, now);
    for (size_t i = 0; i < asks.size() && !preview; ++i) {
      for (const DecidedOffer& one : decided[i]) {
        const int64_t given = supplies->given_today.at(offers_->offer(one.offer).name());
        if (absl::Status added = entries.Add(asks[i], *scores[i], one, given); !added.ok()) return Fail(added);
      }
    }
    for (size_t i = 0; i < asks.size(); ++i) {
      v1::GetOffersResponse& response = responses.emplace_back();
      response.set_customer_id(asks[i].customer_id);
      response.set_model_version(scores[i]->model_version);
      FillTimestamp(scores[i]->as_of_micros, response.mutable_as_of());
      const OfferAnswer answer(reading, asks[i], preview ? nullptr : &entries, ledger_->source_id());
      answer.Fill(decided[i], now, &response);
      if (explain) answer.Explain(decided[i], &response);
    }
    wrote = !entries.empty();
    if (wrote) {
      if (absl::Status kept = ledger_->Commit(entries.write()); !kept.ok()) return Fail(kept);
    }
  }
  if (wrote) on_decided_();
  return responses;
}

absl::StatusOr<v1::ReportOutcomeResponse> OfferDesk::ReportOutcome(const v1::ReportOutcomeRequest& request) {
  if (request.kind() == v1::OfferOutcome::KIND_UNSPECIFIED || !v1::OfferOutcome::Kind_IsValid(request.kind())) {
    return InvalidField("kind", absl::StrCat("is ", static_cast<int>(request.kind()),
                                             "; must be SHOWN, CLICKED, ACCEPTED, DECLINED or CONTACTED"));
  }
  const std::optional<uint64_t> number = NumberOfDecision(ledger_->source_id(), request.decision_id());
  const absl::Status unknown = absl::NotFoundError("decision_id names no decision of this scorer");
  if (!number.has_value()) return unknown;
  v1::ReportOutcomeResponse response;
  {
    MutexLock lock(&mutex_);
    if (!failed_.ok()) return failed_;
    const auto event = ledger_->Event(*number);
    if (absl::IsNotFound(event.status())) return unknown;
    if (!event.ok()) return Fail(event.status());
    const v1::OfferDecision& decision = event->offer_decision();
    if (decision.decision_id() != request.decision_id()) return unknown;
    if (decision.status() != v1::OfferDecision::OFFERED) {
      return absl::FailedPreconditionError("the decision gave the customer nothing, so nothing can come of it");
    }
    if (request.kind() == v1::OfferOutcome::CONTACTED && decision.channel() == v1::OfferDecision::SITE) {
      return absl::FailedPreconditionError("the offer is shown on the shop's pages, which is no contact: report SHOWN");
    }
    const absl::Time now = clock_->Now();
    const absl::Time decided =
        absl::FromUnixMicros(event->event_time().seconds() * 1'000'000 + event->event_time().nanos() / 1'000);
    absl::Time time = now;
    if (request.has_time()) {
      time = absl::FromUnixMicros(request.time().seconds() * 1'000'000 + request.time().nanos() / 1'000);
      if (time < decided) return InvalidField("time", "is before the decision");
      if (time > now + absl::Minutes(5)) return InvalidField("time", "is more than 5 minutes ahead");
    }
    const auto known = ledger_->HasOutcome(*number, request.kind());
    if (!known.ok()) return Fail(known.status());
    if (*known) {
      response.set_duplicate(true);
      return response;
    }
    auto offers = ledger_->Read(event->customer_id());
    if (!offers.ok()) return Fail(offers.status());
    const absl::Status kept =
        ledger_->Commit(OutcomeEntries(*event, *number, request.kind(), std::max(time, decided), *std::move(offers)));
    if (!kept.ok()) return Fail(kept);
  }
  on_decided_();
  return response;
}

absl::StatusOr<v1::ImportCodesResponse> OfferDesk::ImportCodes(const v1::ImportCodesRequest& request) {
  if (!IsPoolName(request.pool())) {
    return InvalidField("pool", "must be lower_snake_case beginning with a letter, 1 to 64 bytes");
  }
  if (request.codes().empty() || request.codes_size() > kMostCodesAtOnce) {
    return InvalidField("codes", absl::StrCat("must hold 1 to 100000 codes, holds ", request.codes_size()));
  }
  for (int i = 0; i < request.codes_size(); ++i) {
    const std::string& code = request.codes(i);
    if (code.empty() || code.size() > kLongestCode || !IsPlainText(code)) {
      return InvalidField(absl::StrCat("codes[", i, "]"), "must have 1 to 64 bytes without control characters");
    }
  }
  MutexLock lock(&mutex_);
  if (!failed_.ok()) return failed_;
  const auto pool = ledger_->ImportCodes(request.pool(), {request.codes().begin(), request.codes().end()});
  if (!pool.ok()) return Fail(pool.status());
  v1::ImportCodesResponse response;
  response.set_added(pool->added);
  response.set_known(pool->known);
  response.set_left(pool->left());
  return response;
}

absl::StatusOr<v1::ListOffersResponse> OfferDesk::ListOffers() {
  v1::ListOffersResponse response;
  *response.mutable_catalogue() = offers_->declared();
  response.set_digest(offers_->digest());
  const std::unique_ptr<const OfferReading> reading = PresentReading(offers_);
  MutexLock lock(&mutex_);
  if (!failed_.ok()) return failed_;
  const auto supplies = Supplies(clock_->Now());
  if (!supplies.ok()) return Fail(supplies.status());
  for (size_t i = 0; i < offers_->size(); ++i) {
    const v1::OfferDefinition& offer = offers_->offer(i);
    v1::OfferState& state = *response.add_states();
    state.set_offer(offer.name());
    state.set_given_today(supplies->given_today.at(offer.name()));
    if (!offer.code_pool().empty()) state.set_codes_left(supplies->codes_left.at(offer.code_pool()));
    if (reading != nullptr) state.set_problem(reading->problem(i));
  }
  response.set_undelivered(static_cast<int64_t>(ledger_->next_number() - 1 - ledger_->delivered()));
  if (sources_.companion_state != nullptr) {
    if (auto state = sources_.companion_state()) *response.mutable_companions() = *std::move(state);
  }
  return response;
}

absl::StatusOr<v1::CheckOffersResponse> OfferDesk::CheckOffers(const v1::CheckOffersRequest& request) {
  if (request.text().size() > kLongestCatalogue) {
    return InvalidField("text", absl::StrCat("must have at most 4 MiB, has ", request.text().size(), " bytes"));
  }
  const std::string name = request.file_name().empty() ? "offers.textproto" : request.file_name();
  auto parsed = OfferCatalogue::Parse(request.text(), name, *segments_);
  if (!parsed.ok()) return parsed.status();
  const auto catalogue = std::make_shared<const OfferCatalogue>(*std::move(parsed));
  v1::CheckOffersResponse response;
  *response.mutable_catalogue() = catalogue->declared();
  const std::unique_ptr<const OfferReading> reading = PresentReading(catalogue);
  if (reading == nullptr) return response;
  for (size_t i = 0; i < catalogue->size(); ++i) {
    if (reading->problem(i).empty()) continue;
    response.add_warnings(
        absl::StrCat("offer `", catalogue->offer(i).name(), "` cannot be made: ", reading->problem(i)));
  }
  return response;
}

absl::StatusOr<bool> OfferDesk::Prune(absl::Time before) {
  constexpr size_t kPrunedAtOnce = 1'000;  // some milliseconds
  MutexLock lock(&mutex_);
  if (!failed_.ok()) return failed_;
  const auto pruned = ledger_->Prune(before, kPrunedAtOnce);
  if (!pruned.ok()) return Fail(pruned.status());
  return pruned;
}

absl::Status OfferDesk::Erase(const std::vector<std::string>& customer_ids) {
  MutexLock lock(&mutex_);
  if (!failed_.ok()) return failed_;
  const absl::Status erased = ledger_->Erase(customer_ids);
  return erased.ok() ? erased : Fail(erased);
}

}  // namespace ebb::scorer
