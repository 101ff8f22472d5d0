#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/offer_service.pb.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "scorer/model_slot.h"
#include "scorer/offers/decide_offers.h"
#include "scorer/offers/decision_ledger.h"
#include "scorer/offers/offer_catalogue.h"
#include "scorer/offers/offer_reading.h"
#include "scorer/score_record.h"
#include "scorer/scoring_engine.h"

namespace ebb::scorer {

// Gives offers: takes a customer's facts, decides, puts what is given into the ledger and only then answers. The one
// writer of the ledger.
//
// Thread-safe; calls that give take turns, each with one fsync. Borrows what it is given.
// Errors: as offer_service.proto says of each call. INTERNAL and DATA_LOSS mean that the disk failed: the desk then
// refuses everything, `on_fatal` is called, and a restart recovers.
class OfferDesk {
 public:
  // Where facts come from; thread-safe, and called without the desk's lock, except `is_known`.
  struct Sources {
    // The latest record and its schema; nothing: no such customer is known.
    std::function<absl::StatusOr<std::optional<ScoringEngine::Known>>(std::string_view customer_id)> find;
    // The schema that the store's vectors follow now; nothing: no vector has come yet.
    std::function<std::optional<FeatureSchema>()> present_schema;
    // Whether the customer has not been erased meanwhile. Takes no lock that is held around Erase.
    std::function<bool(std::string_view customer_id)> is_known;
    // What goes with customers' goods, by customer; asks the store. Empty: nothing goes with anything.
    std::function<std::map<std::string, CustomerCompanions>(const std::vector<std::string>& customer_ids)> companions = {};
    // Of ListOffers; empty, or absent: no text shows companions.
    std::function<std::optional<v1::CompanionState>()> companion_state = {};
  };

  OfferDesk(std::shared_ptr<const OfferCatalogue> offers, std::shared_ptr<const SegmentCatalogue> segments,
            const ModelSlot* slot, Sources sources, DecisionLedger* ledger, const Clock* clock,
            std::function<void()> on_decided, std::function<void(const absl::Status&)> on_fatal);

  absl::StatusOr<v1::GetOffersResponse> GetOffers(const v1::GetOffersRequest& request);
  absl::StatusOr<v1::GetOffersForManyResponse> GetOffersForMany(const v1::GetOffersForManyRequest& request);
  absl::StatusOr<v1::ReportOutcomeResponse> ReportOutcome(const v1::ReportOutcomeRequest& request);
  absl::StatusOr<v1::ImportCodesResponse> ImportCodes(const v1::ImportCodesRequest& request);
  absl::StatusOr<v1::ListOffersResponse> ListOffers();
  absl::StatusOr<v1::CheckOffersResponse> CheckOffers(const v1::CheckOffersRequest& request);

  // Forgets customers, who are unknown to `is_known` already.
  absl::Status Erase(const std::vector<std::string>& customer_ids);

  // Forgets decisions that happened before, some at a time; true: there are more. See DecisionLedger::Prune.
  absl::StatusOr<bool> Prune(absl::Time before);

  const OfferCatalogue& offers() const { return *offers_; }

 private:
  // One customer with all that decides.
  struct Customer {
    ScoreRecord record;
    std::shared_ptr<const OfferReading> reading;
  };

  // Nothing: no score of the customer is known.
  absl::StatusOr<std::optional<Customer>> Find(const ServedModel& model, const std::string& customer_id);
  std::shared_ptr<const OfferReading> ReadingOf(const ScoringEngine::Known& known, const ServedModel& model);
  // As the store's present vectors are read; null: there is no model or no vector yet.
  std::unique_ptr<const OfferReading> PresentReading(std::shared_ptr<const OfferCatalogue> offers) const;
  // Decides for customers of one reading, and keeps it unless it is a preview.
  absl::StatusOr<std::vector<v1::GetOffersResponse>> Give(const std::vector<Customer>& customers,
                                                          v1::Placement placement, bool preview, bool explain);
  // Of nobody where no offer of the placement shows any.
  std::map<std::string, CustomerCompanions> CompanionsOf(const std::vector<Customer>& customers,
                                                         v1::Placement placement) const;
  absl::StatusOr<OfferSupplies> Supplies(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Fail(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const OfferCatalogue> offers_;
  const std::shared_ptr<const SegmentCatalogue> segments_;
  const ModelSlot* const slot_;
  const Sources sources_;
  DecisionLedger* const ledger_;
  const Clock* const clock_;
  const std::function<void()> on_decided_;
  const std::function<void(const absl::Status&)> on_fatal_;

  Mutex readings_mutex_;
  // By schema, for the model asked for last.
  std::map<uint32_t, std::shared_ptr<const OfferReading>> readings_ ABSL_GUARDED_BY(readings_mutex_);
  uint64_t reading_model_ ABSL_GUARDED_BY(readings_mutex_) = 0;

  Mutex mutex_;  // around reading the ledger, deciding and writing it
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::scorer
