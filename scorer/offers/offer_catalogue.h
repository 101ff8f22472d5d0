#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/offer.pb.h"
#include "scorer/offers/offer_groups.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// The declared offers, read and checked. An offer's index is its place in the declarations. Immutable, so threads may
// share one.
class OfferCatalogue {
 public:
  // No offers, in UTC.
  OfferCatalogue();

  // `text` is a protobuf text file of ebb.v1.OfferCatalogue. `segments` may be referred to. INVALID_ARGUMENT lists
  // every mistake, one a line, as `FILE:LINE:COLUMN: offer `NAME`: field: rule`.
  static absl::StatusOr<OfferCatalogue> Parse(std::string_view text, std::string_view file_name,
                                              const SegmentCatalogue& segments);

  const v1::OfferCatalogue& declared() const { return declared_; }
  size_t size() const { return static_cast<size_t>(declared_.offers_size()); }
  const v1::OfferDefinition& offer(size_t index) const { return declared_.offers(static_cast<int>(index)); }
  std::optional<size_t> IndexOf(std::string_view offer) const;
  // Null: no programme has this name; the offer is in none; the offer hangs on none.
  const v1::Programme* FindProgramme(std::string_view name) const;
  const v1::Programme* ProgrammeOf(size_t index) const { return programme_of_[index]; }
  const v1::Occasion* OccasionOf(size_t index) const { return occasion_of_[index]; }

  absl::TimeZone zone() const { return zone_; }
  const OfferGroups& groups() const { return groups_; }
  absl::Duration renew_every() const { return renew_every_; }
  const std::string& consent_feature() const { return consent_feature_; }
  // Whether a text of the offer shows what goes with the basket or with purchases.
  bool ShowsCompanions(size_t index) const { return shows_companions_[index]; }
  // Of contacts; empty: contacts have no bound.
  const std::string& contacts_feature() const { return contacts_feature_; }
  // With its defaults filled in.
  const v1::UpliftMeasure& measure() const { return measure_; }
  // SHA-256 of the declarations' meaning, lower-case hexadecimal.
  const std::string& digest() const { return digest_; }

 private:
  void Prepare();

  v1::OfferCatalogue declared_;
  absl::TimeZone zone_ = absl::UTCTimeZone();
  OfferGroups groups_;
  absl::Duration renew_every_;
  std::string consent_feature_, contacts_feature_;
  v1::UpliftMeasure measure_;
  std::string digest_;
  std::vector<const v1::Programme*> programme_of_;
  std::vector<const v1::Occasion*> occasion_of_;
  std::vector<bool> shows_companions_;

 public:
  // The pointers above look into declared_, which a copy would not share.
  OfferCatalogue(const OfferCatalogue&) = delete;
  OfferCatalogue& operator=(const OfferCatalogue&) = delete;
  OfferCatalogue(OfferCatalogue&& other) noexcept;
  OfferCatalogue& operator=(OfferCatalogue&&) = delete;
};

// Whether the offer addresses the customer, and is no part of the shop's pages.
bool IsContact(const v1::OfferDefinition& offer);
// Offers of one campaign share one control group.
const std::string& CampaignOf(const v1::OfferDefinition& offer);
// Whether GetOffers for the placement tells of the offer.
bool IsPlacedAt(const v1::OfferDefinition& offer, v1::Placement placement);
absl::Duration FromOfferDuration(const google::protobuf::Duration& duration);

// The offers of the shop that ebb was made for: deploy/offers.textproto, built into the program.
std::string_view DefaultOffersText();

// What the flag --offers names: a file, `default` for the default offers (which go with the default segments), or
// `none`. NOT_FOUND: there is no such file; errors of Parse.
absl::StatusOr<std::shared_ptr<const OfferCatalogue>> LoadOffers(const std::string& flag,
                                                                 const SegmentCatalogue& segments);

}  // namespace ebb::scorer
