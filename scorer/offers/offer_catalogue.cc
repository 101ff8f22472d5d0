#include "scorer/offers/offer_catalogue.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/protobuf/text_file.h"
#include "scorer/offers/offer_catalogue_check.h"
#include "scorer/offers/offer_text.h"

namespace ebb::scorer {
namespace {

bool ShowsCompanionsOf(const v1::OfferDefinition& offer) {
  for (const std::string& text : {offer.text().en(), offer.text().ru(), offer.target()}) {
    if (std::ranges::any_of(ReadOfferText(text).placeholders, IsCompanionPlaceholder)) return true;
  }
  return false;
}

}  // namespace

OfferCatalogue::OfferCatalogue() {
  declared_.set_time_zone("UTC");
  Prepare();
}

OfferCatalogue::OfferCatalogue(OfferCatalogue&& other) noexcept : declared_(std::move(other.declared_)) { Prepare(); }

absl::StatusOr<OfferCatalogue> OfferCatalogue::Parse(std::string_view text, std::string_view file_name,
                                                     const SegmentCatalogue& segments) {
  OfferCatalogue catalogue;
  catalogue.declared_.Clear();
  TextLocations locations;
  std::vector<TextMistake> mistakes;
  if (ParseTextFile(text, &catalogue.declared_, &locations, &mistakes)) {
    CheckOfferCatalogue(catalogue.declared_, segments.names(), locations, &mistakes);
  }
  if (!mistakes.empty()) return MistakesStatus(std::move(mistakes), file_name);
  return catalogue;  // the move prepares it
}

void OfferCatalogue::Prepare() {
  absl::LoadTimeZone(declared_.time_zone(), &zone_);
  std::map<std::string, double> campaigns;
  for (const v1::OfferDefinition& offer : declared_.offers()) campaigns[CampaignOf(offer)] = offer.control_share();
  groups_ = OfferGroups(declared_.holdout(), campaigns);
  renew_every_ = declared_.has_renew_every() ? FromOfferDuration(declared_.renew_every()) : absl::Hours(1);
  consent_feature_ = declared_.consent_feature().empty() ? "marketing_consent" : declared_.consent_feature();
  contacts_feature_.clear();
  if (declared_.has_contact_cap()) {
    const std::string& feature = declared_.contact_cap().feature();
    contacts_feature_ = feature.empty() ? "marketing_contacts_current_month" : feature;
  }
  measure_ = declared_.measure();
  if (measure_.feature().empty()) measure_.set_feature("revenue_month_0");
  if (measure_.horizon_days() == 0) measure_.set_horizon_days(31);
  digest_ = Sha256Hex(declared_.SerializeAsString());
  programme_of_.assign(size(), nullptr);
  occasion_of_.assign(size(), nullptr);
  for (const v1::Programme& programme : declared_.programmes()) {
    for (const std::string& name : programme.offers()) {
      if (const std::optional<size_t> index = IndexOf(name)) programme_of_[*index] = &programme;
    }
  }
  for (size_t i = 0; i < size(); ++i) {
    const auto found = std::ranges::find(declared_.occasions(), offer(i).occasion(), &v1::Occasion::name);
    if (found != declared_.occasions().end()) occasion_of_[i] = &*found;
  }
  shows_companions_.clear();
  for (const v1::OfferDefinition& offer : declared_.offers()) shows_companions_.push_back(ShowsCompanionsOf(offer));
}

std::optional<size_t> OfferCatalogue::IndexOf(std::string_view name) const {
  for (size_t i = 0; i < size(); ++i) {
    if (offer(i).name() == name) return i;
  }
  return std::nullopt;
}

const v1::Programme* OfferCatalogue::FindProgramme(std::string_view name) const {
  const auto found = std::ranges::find(declared_.programmes(), name, &v1::Programme::name);
  return found == declared_.programmes().end() ? nullptr : &*found;
}

bool IsContact(const v1::OfferDefinition& offer) { return offer.channel() != v1::OfferDecision::SITE; }

const std::string& CampaignOf(const v1::OfferDefinition& offer) {
  return offer.campaign().empty() ? offer.name() : offer.campaign();
}

bool IsPlacedAt(const v1::OfferDefinition& offer, v1::Placement placement) {
  if (placement == v1::PLACEMENT_UNSPECIFIED) return true;
  if (IsContact(offer)) return placement == v1::OUTREACH;
  return std::ranges::find(offer.placements(), placement) != offer.placements().end();
}

absl::Duration FromOfferDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

absl::StatusOr<std::shared_ptr<const OfferCatalogue>> LoadOffers(const std::string& flag,
                                                                 const SegmentCatalogue& segments) {
  if (flag == "none") return std::make_shared<const OfferCatalogue>();
  std::string text(DefaultOffersText());
  if (flag != "default") {
    std::ifstream file(flag, std::ios::binary);
    if (!file) return absl::NotFoundError(absl::StrCat("--offers: cannot read ", flag));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  auto catalogue = OfferCatalogue::Parse(text, flag == "default" ? "offers.textproto" : flag, segments);
  if (!catalogue.ok()) return catalogue.status();
  return std::make_shared<const OfferCatalogue>(*std::move(catalogue));
}

}  // namespace ebb::scorer
