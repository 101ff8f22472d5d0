#include "feature_store/quick_check.h"

#include <algorithm>

#include "feature_store/clean_text.h"
#include "feature_store/event_limits.h"

namespace ebb::feature_store {
namespace {

bool IsText(std::string_view text, size_t most_bytes = kLongestText) {
  return !text.empty() && text.size() <= most_bytes && IsCleanText(text);
}

bool IsOptionalText(std::string_view text) { return text.empty() || IsText(text); }

bool IsLine(const LineView& line) {
  return IsText(line.product_id) && IsText(line.category) && line.quantity >= 1 && line.quantity <= kMostQuantity &&
         line.unit_price_minor >= 0 && line.unit_price_minor <= kMostMoney;
}

bool AreLines(std::span<const LineView> lines) {
  return !lines.empty() && lines.size() <= kMostLines && std::all_of(lines.begin(), lines.end(), IsLine);
}

bool IsAffordable(std::span<const LineView> lines) {
  __int128 amount = 0;
  for (const LineView& line : lines) amount += static_cast<__int128>(line.quantity) * line.unit_price_minor;
  return amount <= kMostPurchase;
}

bool IsBody(const EventView& event) {
  switch (event.body) {
    case v1::Event::kPageView:
      return IsText(event.visit_id) && IsOptionalText(event.category);
    case v1::Event::kTimeOnSite:
      return IsText(event.visit_id) && event.duration_ms >= 1 && event.duration_ms <= kMostDurationMs;
    case v1::Event::kBasketChange:
      return IsText(event.visit_id) && AreLines(event.lines) &&
             (event.action == v1::BasketChange::ADD || event.action == v1::BasketChange::REMOVE);
    case v1::Event::kPurchase:
      return IsText(event.order_id) && IsOptionalText(event.visit_id) && AreLines(event.lines) &&
             IsAffordable(event.lines);
    default:
      return false;
  }
}

}  // namespace

bool PassesQuickly(const EventView& event, const TimeBounds& bounds) {
  return event.message == nullptr && event.event_time_us >= bounds.earliest_us &&
         event.event_time_us <= bounds.latest_us && IsText(event.customer_id, kLongestCustomerId) &&
         IsText(event.event_id, kLongestEventId) && IsBody(event);
}

}  // namespace ebb::feature_store
