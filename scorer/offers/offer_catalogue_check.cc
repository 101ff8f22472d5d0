#include "scorer/offers/offer_catalogue_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "scorer/offers/offer_calendar.h"
#include "scorer/offers/offer_catalogue.h"
#include "scorer/offers/offer_text.h"
#include "scorer/segments/predicate_check.h"

namespace ebb::scorer {
namespace {

constexpr size_t kLongestOfferName = 64;
constexpr size_t kLongestOfferText = 2'000;  // bytes
constexpr int kMostOccasions = 200, kMostOffers = 500, kMostProgrammes = 100, kMostOccasionDates = 100;
constexpr int kMostDeclaredProducts = 100'000, kMostCompanions = 100;
constexpr size_t kLongestProduct = 256;  // bytes
constexpr absl::Duration kOfferDay = absl::Hours(24);

bool IsOfferName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestOfferName &&
         absl::ascii_islower(static_cast<unsigned char>(name[0])) && std::ranges::all_of(name, [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

constexpr char kOfferNameRule[] = "must be lower_snake_case beginning with a letter, 1 to 64 bytes";

// One declared message, which mistakes are told of.
class Declared {
 public:
  // `owner`: such as "offer `x`: "; `where` null: it is absent, and `around` tells the place.
  Declared(const google::protobuf::Descriptor& descriptor, std::string owner, const TextLocations* where,
           TextMistake around, std::vector<TextMistake>* mistakes)
      : descriptor_(descriptor),
        owner_(std::move(owner)),
        where_(where),
        around_(std::move(around)),
        mistakes_(mistakes) {}

  void Say(const char* field, const std::string& rule, int index = -1) const {
    mistakes_->push_back(
        MistakeAt(descriptor_, field, index, where_, around_, absl::StrCat(owner_, field, ": ", rule)));
  }
  Declared Nested(const google::protobuf::Message& message, const char* field, int index, std::string owner) const {
    return Declared(*message.GetDescriptor(), std::move(owner), Where(field, index),
                    MistakeAt(descriptor_, field, index, where_, around_, ""), mistakes_);
  }
  const TextLocations* Where(const char* field, int index) const {
    return where_ == nullptr ? nullptr : where_->GetTreeForNested(descriptor_.FindFieldByName(field), index);
  }
  TextMistake Place(const char* field) const { return MistakeAt(descriptor_, field, -1, where_, around_, ""); }
  const std::string& owner() const { return owner_; }
  std::vector<TextMistake>* mistakes() const { return mistakes_; }

  void Range(const char* field, double value, double least, double most) const {
    if (!(value >= least && value <= most)) {
      Say(field, absl::StrCat("must be ", least, " to ", most, ", is ", value));
    }
  }
  void Span(const char* field, const google::protobuf::Duration& value, absl::Duration least,
            absl::Duration most) const {
    const absl::Duration span = FromOfferDuration(value);
    if (span < least || span > most) {
      Say(field, absl::StrCat("must be ", absl::FormatDuration(least), " to ", absl::FormatDuration(most), ", is ",
                              absl::FormatDuration(span)));
    }
  }
  void Hours(const v1::QuietHours& hours, const char* field) const {
    const Declared nested = Nested(hours, field, -1, absl::StrCat(owner_, field, ": "));
    if (!MinuteOfDay(hours.from())) nested.Say("from", absl::StrCat("must be HH:MM, is `", hours.from(), "`"));
    if (!MinuteOfDay(hours.until())) nested.Say("until", absl::StrCat("must be HH:MM, is `", hours.until(), "`"));
    if (MinuteOfDay(hours.from()) && hours.from() == hours.until()) nested.Say("until", "must not be equal to from");
  }

 private:
  const google::protobuf::Descriptor& descriptor_;
  const std::string owner_;
  const TextLocations* const where_;
  const TextMistake around_;
  std::vector<TextMistake>* const mistakes_;
};

class CatalogueCheck {
 public:
  CatalogueCheck(const v1::OfferCatalogue& catalogue, std::span<const std::string> segments,
                 const TextLocations& locations, std::vector<TextMistake>* mistakes)
      : catalogue_(catalogue), segments_(segments), top_(*catalogue.GetDescriptor(), "", &locations, {}, mistakes) {}

  void Run() {
    CheckTop();
    if (catalogue_.occasions_size() > kMostOccasions) top_.Say("occasions", "at most 200 are allowed", kMostOccasions);
    if (catalogue_.offers_size() > kMostOffers) top_.Say("offers", "at most 500 are allowed", kMostOffers);
    if (catalogue_.programmes_size() > kMostProgrammes) {
      top_.Say("programmes", "at most 100 are allowed", kMostProgrammes);
    }
    for (int i = 0; i < catalogue_.occasions_size(); ++i) CheckOccasion(i);
    for (int i = 0; i < catalogue_.offers_size(); ++i) CheckOffer(i);
    for (int i = 0; i < catalogue_.programmes_size(); ++i) CheckProgramme(i);
    if (catalogue_.has_companion_goods()) CheckCompanionGoods(catalogue_.companion_goods());
  }

 private:
  void CheckTop() {
    absl::TimeZone zone;
    if (catalogue_.time_zone().empty()) {
      top_.Say("time_zone", "required, such as \"Europe/Moscow\" or \"UTC\"");
    } else if (!absl::LoadTimeZone(catalogue_.time_zone(), &zone)) {
      top_.Say("time_zone", absl::StrCat("`", catalogue_.time_zone(), "` is no IANA time zone of this machine"));
    }
    if (catalogue_.has_holdout()) {
      const Declared holdout = top_.Nested(catalogue_.holdout(), "holdout", -1, "holdout: ");
      holdout.Range("share", catalogue_.holdout().share(), 0, 0.5);
      const std::string& salt = catalogue_.holdout().salt();
      if (salt.size() < 8 || salt.size() > 256 || salt.find('\0') != std::string::npos) {
        holdout.Say("salt", absl::StrCat("must have 8 to 256 bytes and no zero byte, has ", salt.size(), " bytes"));
      }
    }
    if (catalogue_.has_contact_cap()) {
      top_.Nested(catalogue_.contact_cap(), "contact_cap", -1, "contact_cap: ")
          .Range("most", catalogue_.contact_cap().most(), 1, 1'000);
    }
    if (catalogue_.has_quiet_hours()) top_.Hours(catalogue_.quiet_hours(), "quiet_hours");
    if (catalogue_.has_renew_every()) {
      top_.Span("renew_every", catalogue_.renew_every(), absl::Seconds(1), 30 * kOfferDay);
    }
    top_.Nested(catalogue_.measure(), "measure", -1, "measure: ")
        .Range("horizon_days", catalogue_.measure().horizon_days(), 0, 400);
  }

  // Names of what is declared: well formed and only once.
  void CheckName(const Declared& declared, const std::string& name, std::set<std::string>* names) {
    if (!IsOfferName(name)) declared.Say("name", kOfferNameRule);
    if (!names->insert(name).second) declared.Say("name", "is declared twice");
  }

  void CheckOccasion(int i) {
    const v1::Occasion& occasion = catalogue_.occasions(i);
    const Declared declared = top_.Nested(occasion, "occasions", i, absl::StrCat("occasion `", occasion.name(), "`: "));
    CheckName(declared, occasion.name(), &occasions_);
    switch (occasion.day_case()) {
      case v1::Occasion::kEveryYear:
        if (!IsMonthDay(occasion.every_year())) declared.Say("every_year", "is no day of a year");
        break;
      case v1::Occasion::kDates:
        if (occasion.dates().dates().empty() || occasion.dates().dates_size() > kMostOccasionDates) {
          declared.Say("dates", absl::StrCat("must hold 1 to 100 dates, holds ", occasion.dates().dates_size()));
        }
        for (const v1::Date& date : occasion.dates().dates()) {
          if (IsDate(date)) continue;
          declared.Say("dates",
                       absl::StrCat(date.year(), "-", date.month(), "-", date.day(), " is no day of the calendar"));
        }
        break;
      case v1::Occasion::kBirthdayFeature:
        if (!IsOfferName(occasion.birthday_feature())) declared.Say("birthday_feature", "must be a feature's name");
        break;
      case v1::Occasion::DAY_NOT_SET:
        declared.Say("name", "the occasion needs every_year, dates or birthday_feature");
    }
  }

  void CheckOffer(int i) {
    const v1::OfferDefinition& offer = catalogue_.offers(i);
    const Declared declared = top_.Nested(offer, "offers", i, absl::StrCat("offer `", offer.name(), "`: "));
    CheckName(declared, offer.name(), &offers_);
    CheckPlaces(offer, declared);
    CheckPredicate(offer.who(), segments_, absl::StrCat(declared.owner(), "who"), declared.Where("who", -1),
                   declared.Place("who"), declared.mistakes());
    CheckWorth(offer, declared);
    CheckTimes(offer, declared);
    CheckTexts(offer, declared);
    CheckCampaign(offer, declared);
  }

  void CheckPlaces(const v1::OfferDefinition& offer, const Declared& declared) {
    if (offer.channel() == v1::OfferDecision::CHANNEL_UNSPECIFIED ||
        !v1::OfferDecision::Channel_IsValid(offer.channel())) {
      return declared.Say("channel", "required: SITE, MAILING, CALL, PUSH or SMS");
    }
    if (IsContact(offer)) {
      if (offer.placements_size() > 0) {
        declared.Say("placements", "are of SITE offers; an offer that contacts the customer is asked for by OUTREACH");
      }
      if (!offer.needs_consent()) {
        declared.Say("needs_consent", "must be true: nobody is contacted who has not agreed to it");
      }
      return;
    }
    if (offer.placements().empty()) declared.Say("placements", "required for SITE: START_PAGE or BASKET");
    for (int i = 0; i < offer.placements_size(); ++i) {
      if (offer.placements(i) != v1::START_PAGE && offer.placements(i) != v1::BASKET) {
        declared.Say("placements", "must be START_PAGE or BASKET", i);
      }
    }
  }

  void CheckWorth(const v1::OfferDefinition& offer, const Declared& declared) {
    constexpr double kMost = 1e12;
    declared.Range("cost", offer.cost(), 0, kMost);
    declared.Range("expected_effect", offer.expected_effect(), 0, 1);
    declared.Range("expected_gain", offer.expected_gain(), 0, kMost);
    if (offer.has_daily_capacity())
      declared.Range("daily_capacity", static_cast<double>(offer.daily_capacity()), 1, kMost);
  }

  void CheckTimes(const v1::OfferDefinition& offer, const Declared& declared) {
    declared.Span("lasts", offer.lasts(), absl::ZeroDuration(), 400 * kOfferDay);
    declared.Span("cool_down", offer.cool_down(), absl::ZeroDuration(), 1'000 * kOfferDay);
    if (FromOfferDuration(offer.lasts()) + FromOfferDuration(offer.cool_down()) <= absl::ZeroDuration()) {
      declared.Say("cool_down", "lasts and cool_down are both 0: every call would give the offer anew; declare one");
    }
    if (offer.has_quiet_hours()) declared.Hours(offer.quiet_hours(), "quiet_hours");
    declared.Range("opens_days_before", offer.opens_days_before(), 0, 366);
    declared.Range("closes_days_after", offer.closes_days_after(), 0, 366);
    if (offer.occasion().empty()) {
      if (offer.opens_days_before() != 0) declared.Say("opens_days_before", "has no occasion that it is before");
      if (offer.closes_days_after() != 0) declared.Say("closes_days_after", "has no occasion that it is after");
    } else if (!occasions_.contains(offer.occasion())) {
      declared.Say("occasion", absl::StrCat("`", offer.occasion(), "` is not declared"));
    }
  }

  void CheckTexts(const v1::OfferDefinition& offer, const Declared& declared) {
    if (offer.text().en().empty() && offer.text().ru().empty()) {
      declared.Say("text", "required: what the customer reads, in English or Russian");
    }
    bool shows_code = false;
    const auto check = [&](const Declared& at, const char* field, const std::string& text) {
      if (text.size() > kLongestOfferText) {
        at.Say(field, absl::StrCat("must have at most 2000 bytes, has ", text.size()));
      }
      const OfferTextParts parts = ReadOfferText(text);
      if (!parts.mistake.empty()) at.Say(field, parts.mistake);
      for (const std::string& name : parts.placeholders) {
        shows_code |= name == "code";
        if ((name == "occasion" || name == "occasion_day") && offer.occasion().empty()) {
          at.Say(field, absl::StrCat("has {", name, "}, but the offer has no occasion"));
        }
      }
    };
    const Declared text = declared.Nested(offer.text(), "text", -1, absl::StrCat(declared.owner(), "text: "));
    check(text, "en", offer.text().en());
    check(text, "ru", offer.text().ru());
    check(declared, "target", offer.target());
    if (shows_code && offer.code_pool().empty()) declared.Say("code_pool", "required, because a text has {code}");
    if (!offer.code_pool().empty() && !IsOfferName(offer.code_pool())) declared.Say("code_pool", kOfferNameRule);
  }

  void CheckCampaign(const v1::OfferDefinition& offer, const Declared& declared) {
    if (!offer.campaign().empty() && !IsOfferName(offer.campaign())) declared.Say("campaign", kOfferNameRule);
    declared.Range("control_share", offer.control_share(), 0, 0.9);
    if (offer.control_share() > 0 && !catalogue_.has_holdout()) {
      declared.Say("control_share",
                   "needs `holdout { salt: … }`, by whose salt customers are drawn; its share may be 0");
    }
    const auto [share, is_first] = shares_.try_emplace(CampaignOf(offer), offer.control_share());
    if (!is_first && share->second != offer.control_share()) {
      declared.Say("control_share", absl::StrCat("is ", offer.control_share(), ", but campaign `", CampaignOf(offer),
                                                 "` has ", share->second, " already"));
    }
  }

  void CheckProgramme(int i) {
    const v1::Programme& programme = catalogue_.programmes(i);
    const Declared declared =
        top_.Nested(programme, "programmes", i, absl::StrCat("programme `", programme.name(), "`: "));
    CheckName(declared, programme.name(), &offers_);  // reports know both by name
    if (std::ranges::find(segments_, programme.segment()) == segments_.end()) {
      declared.Say("segment", absl::StrCat("`", programme.segment(), "` is no declared segment"));
    }
    if (programme.offers().empty()) declared.Say("offers", "at least one is required");
    for (int k = 0; k < programme.offers_size(); ++k) {
      const std::string& name = programme.offers(k);
      const auto is_name = [&](const v1::OfferDefinition& offer) { return offer.name() == name; };
      if (std::ranges::none_of(catalogue_.offers(), is_name)) {
        declared.Say("offers", absl::StrCat("`", name, "` is no offer"), k);
      } else if (!in_programmes_.insert(name).second) {
        declared.Say("offers", absl::StrCat("`", name, "` is in a programme already"), k);
      }
    }
    const bool from = programme.has_from(), until = programme.has_until();
    if (from && !IsDate(programme.from())) return declared.Say("from", "is no day of the calendar");
    if (until && !IsDate(programme.until())) return declared.Say("until", "is no day of the calendar");
    if (from && until && ToCivilDay(programme.until()) < ToCivilDay(programme.from())) {
      declared.Say("until", "is before from");
    }
  }

  void CheckCompanionGoods(const v1::CompanionGoods& goods) {
    const Declared declared = top_.Nested(goods, "companion_goods", -1, "companion_goods: ");
    if (goods.has_renew_every()) declared.Span("renew_every", goods.renew_every(), absl::Minutes(1), 30 * kOfferDay);
    if (goods.window_days() != 0) declared.Range("window_days", goods.window_days(), 1, 3'660);
    if (goods.least_orders() != 0) {
      declared.Range("least_orders", static_cast<double>(goods.least_orders()), 2, 1'000'000);
    }
    if (goods.has_least_lift()) declared.Range("least_lift", goods.least_lift(), 0, 1'000'000);
    if (goods.most() != 0) declared.Range("most", goods.most(), 1, 20);
    if (goods.declared_size() > kMostDeclaredProducts) {
      declared.Say("declared", "at most 100000 products are allowed", kMostDeclaredProducts);
    }
    std::set<std::string> products;
    for (int i = 0; i < goods.declared_size(); ++i) {
      const v1::DeclaredCompanions& one = goods.declared(i);
      const Declared at =
          declared.Nested(one, "declared", i, absl::StrCat(declared.owner(), "product `", one.product_id(), "`: "));
      if (!products.insert(one.product_id()).second) at.Say("product_id", "is declared twice");
      CheckCompanionsOf(one, at);
    }
  }

  void CheckCompanionsOf(const v1::DeclaredCompanions& one, const Declared& at) {
    const auto is_product = [](const std::string& id) { return !id.empty() && id.size() <= kLongestProduct; };
    if (!is_product(one.product_id())) at.Say("product_id", "must have 1 to 256 bytes");
    if (one.companions_size() > kMostCompanions) at.Say("companions", "at most 100 are allowed", kMostCompanions);
    std::set<std::string> companions = {one.product_id()};
    for (int i = 0; i < one.companions_size(); ++i) {
      const std::string& companion = one.companions(i);
      if (!is_product(companion)) at.Say("companions", "must have 1 to 256 bytes", i);
      if (!companions.insert(companion).second) {
        at.Say("companions", absl::StrCat("`", companion, "` is the product itself, or named twice"), i);
      }
    }
  }

  const v1::OfferCatalogue& catalogue_;
  const std::span<const std::string> segments_;
  const Declared top_;
  std::set<std::string> occasions_, offers_, in_programmes_;
  std::map<std::string, double> shares_;  // control shares by campaign
};

}  // namespace

void CheckOfferCatalogue(const v1::OfferCatalogue& catalogue, std::span<const std::string> segments,
                         const TextLocations& locations, std::vector<TextMistake>* mistakes) {
  CatalogueCheck(catalogue, segments, locations, mistakes).Run();
}

}  // namespace ebb::scorer
