#include "feature_store/naive_occurrences.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/time/civil_time.h"

namespace ebb::feature_store {
namespace {

bool SumsMoney(const v1::FeatureDefinition& f, bool numerator) {
  if (f.aggregation() == v1::RATIO || f.aggregation() == v1::MEAN_OF_PERIODS) {
    return (numerator ? f.numerator_aggregation() : f.denominator_aggregation()) == v1::SUM;
  }
  return f.aggregation() == v1::SUM || f.aggregation() == v1::MEAN || f.aggregation() == v1::MONTHLY_MEAN;
}

class Finder {
 public:
  Finder(const v1::FeatureDefinition& feature, v1::EventField field, bool filtered, absl::TimeZone zone)
      : feature_(feature), field_(field), filtered_(filtered), zone_(zone) {}

  std::vector<Occurrence> Find(std::span<const v1::Event> events) {
    for (const v1::Event& event : events) {
      event_ = &event;
      if (event.has_page_view()) LookAt(event.page_view());
      if (field_ == v1::UNPAID_QUANTITY) LookForUnpaid();
      if (field_ == v1::SERVICE_ERROR && event.has_service_error()) Add(1);
      if (field_ == v1::MARKETING_CONTACT && event.has_marketing_contact()) Add(1);
      if (field_ == v1::TIME_ON_SITE && event.has_time_on_site()) Add(event.time_on_site().duration_ms());
      if (event.has_purchase()) LookAt(event.purchase());
      const bool plain_sum = !filtered_ || feature_.filters().empty();
      if (field_ == v1::PURCHASE_AMOUNT && event.has_refund() && plain_sum) {
        Add(-event.refund().amount_minor(), {}, false);
      }
      LookAt(event.profile_change());
      if (field_ == v1::PROFIT && event.has_profit_statement()) LookAt(event.profit_statement());
    }
    // An aggregation without sums does not see refunds.
    if (field_ == v1::PURCHASE_AMOUNT && !SumsMoney(feature_, filtered_)) {
      std::erase_if(found_, [](const Occurrence& o) { return !o.counts; });
    }
    return std::move(found_);
  }

 private:
  void Add(int64_t value, std::string key = {}, bool counts = true) {
    const google::protobuf::Timestamp& stamp = event_->event_time();
    const absl::Time t = absl::FromUnixSeconds(stamp.seconds()) + absl::Microseconds(stamp.nanos() / 1000);
    found_.push_back({t, t, event_->event_id(), value, std::move(key), counts});
  }

  bool Passes(const std::string& category, std::optional<bool> on_promotion = {}) const {
    if (!filtered_) return true;
    for (const v1::EventFilter& filter : feature_.filters()) {
      if (filter.has_category() && filter.category() != category) return false;
      if (filter.has_on_promotion() && on_promotion && filter.on_promotion() != *on_promotion) return false;
    }
    return true;
  }

  void LookAt(const v1::PageView& view) {
    if (!Passes(view.category())) return;
    if (field_ == v1::PAGE_VIEW) Add(1);
    if (field_ == v1::PAGE_VIEW_VISIT) Add(1, view.visit_id());
    if (field_ == v1::PAGE_VIEW_VISIT_CATEGORY && !view.category().empty()) {
      Add(1, view.visit_id() + "\n" + view.category());
    }
  }

  void LookForUnpaid() {
    const int sign = event_->basket_change().action() == v1::BasketChange::ADD ? 1 : -1;
    for (const v1::BasketItem& item : event_->basket_change().items()) {
      if (Passes(item.category())) Add(sign * item.quantity(), item.product_id());
    }
    for (const v1::PurchaseLine& line : event_->purchase().lines()) {
      if (Passes(line.category())) Add(-line.quantity(), line.product_id());
    }
  }

  void LookAt(const v1::Purchase& purchase) {
    int lines = 0;
    std::set<std::string> categories;
    int64_t pieces = 0, money = 0;
    for (const v1::PurchaseLine& line : purchase.lines()) {
      if (!Passes(line.category(), line.on_promotion())) continue;
      ++lines;
      pieces += line.quantity();
      money += line.quantity() * line.unit_price_minor();
      if (field_ == v1::PURCHASE_LINE) Add(1);
      categories.insert(line.category());
    }
    for (const std::string& category : categories) {
      if (field_ == v1::PURCHASE_CATEGORY) Add(1, category);
    }
    if (lines == 0) return;
    if (field_ == v1::PURCHASE_ORDER) Add(1);
    if (field_ == v1::PURCHASE_QUANTITY) Add(pieces);
    if (field_ == v1::PURCHASE_AMOUNT) Add(money);
  }

  void LookAt(const v1::ProfileChange& profile) {
    if (field_ == v1::SERVICE_TIER && profile.has_service_tier()) Add(0, profile.service_tier());
    if (field_ == v1::MARKETING_CONSENT && profile.has_marketing_consent()) {
      Add(0, profile.marketing_consent() ? "yes" : "no");
    }
    if (field_ == v1::BIRTHDAY && profile.has_birthday()) {
      Add(0,
          absl::FormatCivilTime(absl::CivilDay(2000, profile.birthday().month(), profile.birthday().day())).substr(5));
    }
    if (field_ == v1::TENURE_DAYS && profile.has_registration_date()) {
      const v1::Date& d = profile.registration_date();
      Add(absl::CivilDay(d.year(), d.month(), d.day()) - absl::CivilDay(1970, 1, 1));
    }
  }

  void LookAt(const v1::ProfitStatement& statement) {
    Add(statement.profit_minor(), std::to_string(statement.year() * 12 + statement.month()));
    const absl::CivilMonth next = absl::CivilMonth(statement.year(), statement.month()) + 1;
    found_.back().at = absl::FromCivil(absl::CivilDay(next) - 1, zone_);
  }

  const v1::FeatureDefinition& feature_;
  const v1::EventField field_;
  const bool filtered_;
  const absl::TimeZone zone_;
  const v1::Event* event_ = nullptr;  // in hand
  std::vector<Occurrence> found_;
};

}  // namespace

std::vector<Occurrence> NaiveOccurrences(std::span<const v1::Event> events, const v1::FeatureDefinition& feature,
                                         v1::EventField field, bool filtered, absl::TimeZone zone) {
  return Finder(feature, field, filtered, zone).Find(events);
}

}  // namespace ebb::feature_store
