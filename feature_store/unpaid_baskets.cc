#include "feature_store/unpaid_baskets.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "feature_store/activity_index.h"
#include "feature_store/event_time.h"

namespace ebb::feature_store {
namespace {

constexpr Day kDaysOfBasketWeek = 7;

double ShareOf(int64_t affected, int64_t active) { return static_cast<double>(affected) / static_cast<double>(active); }

}  // namespace

UnpaidBasketTally::UnpaidBasketTally(const ShopCalendar& calendar, const Period& period,
                                     std::vector<std::string> tier_features, size_t max_products)
    : as_of_us_(absl::ToUnixMicros(period.as_of)), tier_features_(std::move(tier_features)), products_(max_products) {
  const Day monday = MondayOf(calendar.DayOf(period.as_of));
  for (int back = period.weeks; back >= 0; --back) {
    const int64_t start = absl::ToUnixMicros(calendar.StartOf(monday - kDaysOfBasketWeek * back));
    if (start < period.expired_before_us) continue;
    if (back == 0 && start == as_of_us_) continue;
    if (back == 0) last_is_whole_ = false;
    starts_us_.push_back(start);
  }
  weeks_.resize(starts_us_.size());
}

size_t UnpaidBasketTally::WeekOf(int64_t time_us) const {
  return static_cast<size_t>(std::upper_bound(starts_us_.begin(), starts_us_.end(), time_us) - starts_us_.begin()) - 1;
}

std::string_view UnpaidBasketTally::TierSaid(const EventView& event) const {
  if (event.message == nullptr) return {};
  if (event.body == v1::Event::kProfileChange) return event.message->profile_change().service_tier();
  if (event.body != v1::Event::kImportedSnapshot) return {};
  for (const v1::ImportedValue& value : event.message->imported_snapshot().values()) {
    if (std::find(tier_features_.begin(), tier_features_.end(), value.feature()) != tier_features_.end()) {
      return value.category();
    }
  }
  return {};
}

std::span<const EventView> UnpaidBasketTally::LookAt(std::span<const EventView> events, std::string* tier) {
  size_t first = events.size(), end = events.size();
  size_t active_in = weeks_.size();  // the last week counted
  for (size_t i = 0; i < events.size(); ++i) {
    const EventView& event = events[i];
    if (event.event_time_us >= as_of_us_) {
      end = i;
      break;
    }
    if (const std::string_view said = TierSaid(event); !said.empty()) *tier = said;
    if (event.body == v1::Event::kPurchase) {
      for (const LineView& line : event.lines) {
        products_.AddSale(line.product_id, event.event_time_us, event.event_id, line.unit_price_minor,
                          line.on_promotion);
      }
    }
    if (starts_us_.empty() || event.event_time_us < starts_us_.front()) continue;
    first = std::min(first, i);
    if (!IsBehaviour(event.body)) continue;
    const size_t week = WeekOf(event.event_time_us);
    if (active_in == weeks_.size()) ++active_;
    if (std::exchange(active_in, week) != week) ++weeks_[week].active;
  }
  return first < end ? events.subspan(first, end - first) : std::span<const EventView>();
}

void UnpaidBasketTally::AddCustomer(std::span<const EventView> events) {
  std::string tier;
  const std::span<const EventView> within = LookAt(events, &tier);
  CountLeft(within, tier);
}

void UnpaidBasketTally::CountLeft(std::span<const EventView> events, std::string_view tier) {
  absl::flat_hash_map<std::string_view, int64_t> left, errors;  // by product; by visit
  std::vector<Added> added;
  for (const EventView& event : events) {
    if (event.body == v1::Event::kServiceError && event.message != nullptr) {
      ++errors[event.message->service_error().visit_id()];
    }
    if (event.body != v1::Event::kBasketChange && event.body != v1::Event::kPurchase) continue;
    const bool in = event.body == v1::Event::kBasketChange && event.action == v1::BasketChange::ADD;
    for (const LineView& line : event.lines) {
      left[line.product_id] += in ? line.quantity : -line.quantity;
      if (in) {
        added.push_back({line.product_id, line.category, event.visit_id, WeekOf(event.event_time_us), line.quantity});
      }
    }
  }
  bool any = false;
  size_t affected_in = weeks_.size();  // the last week counted; weeks come last first
  for (size_t i = added.size(); i-- > 0;) {
    const Added& put = added[i];
    int64_t& of_product = left[put.product];
    const int64_t pieces = std::min(of_product, put.pieces);
    if (pieces <= 0) continue;
    of_product -= pieces;
    any = true;
    pieces_ += pieces;
    weeks_[put.week].pieces += pieces;
    if (std::exchange(affected_in, put.week) != put.week) ++weeks_[put.week].affected;
    categories_.Add(put.category, pieces);
    tiers_.Add(tier, pieces);
    const auto failed = errors.find(put.visit);
    by_errors_[static_cast<size_t>(failed == errors.end() ? 0 : std::min<int64_t>(failed->second, 3))] += pieces;
    products_.AddUnpaid(put.product, pieces);
  }
  affected_ += any ? 1 : 0;
}

v1::UnpaidBasketReport UnpaidBasketTally::Told(std::span<const int64_t> price_edges_minor) const {
  v1::UnpaidBasketReport report;
  *report.mutable_as_of() = ToTimestamp(absl::FromUnixMicros(as_of_us_));
  report.set_pieces(pieces_);
  report.set_affected_customers(affected_);
  report.set_active_customers(active_);
  for (v1::UnpaidGroup& group : categories_.Told()) *report.add_categories() = std::move(group);
  for (v1::UnpaidGroup& group : tiers_.Told()) *report.add_tiers() = std::move(group);
  products_.Tell(price_edges_minor, &report);
  constexpr std::array<const char*, 4> kErrors = {"0", "1", "2", "3+"};
  for (size_t errors = 0; errors < kErrors.size(); ++errors) {
    v1::UnpaidGroup* group = report.add_service_errors();
    group->set_name(kErrors[errors]);
    group->set_pieces(by_errors_[errors]);
  }
  for (size_t i = 0; i < weeks_.size(); ++i) {
    const Week& week = weeks_[i];
    v1::UnpaidWeek* told = report.add_weeks();
    *told->mutable_start() = ToTimestamp(absl::FromUnixMicros(starts_us_[i]));
    told->set_pieces(week.pieces);
    told->set_affected_customers(week.affected);
    told->set_active_customers(week.active);
    if (i == 0 || (i + 1 == weeks_.size() && !last_is_whole_)) continue;
    const Week& before = weeks_[i - 1];
    told->set_pieces_change(week.pieces - before.pieces);
    if (week.active == 0 || before.active == 0) continue;
    told->set_share_change(ShareOf(week.affected, week.active) - ShareOf(before.affected, before.active));
  }
  return report;
}

}  // namespace ebb::feature_store
