#include "clients/cli/one_click/shop_columns.h"

#include <algorithm>

namespace ebb::one_click {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// What the feature store counts exactly: 2^53 of the smallest unit, which for money is a hundredth.
constexpr double kMostCounted = 9'007'199'254'740'992;
constexpr double kMostMoney = 90'071'992'547'409;

constexpr ShopColumn kMarketFileColumns[] = {
    {.name = "customer_id", .kind = ValueKind::kCustomerId},
    {.name = "activity", .kind = ValueKind::kActivity},
    {.name = "service_tier", .kind = ValueKind::kWord, .features = {"service_tier"}},
    {.name = "marketing_consent", .kind = ValueKind::kWord, .features = {"marketing_consent"}},
    {.name = "marketing_contacts_6m_avg", .features = {"marketing_contacts_6m_avg"}},
    {.name = "marketing_contacts_current_month",
     .kind = ValueKind::kWhole,
     .features = {"marketing_contacts_current_month"},
     .maximum = kMostCounted},
    {.name = "tenure_days", .kind = ValueKind::kWhole, .features = {"tenure_days"}, .maximum = 100'000},
    {.name = "promo_purchase_share_6m", .features = {"promo_purchase_share_6m"}, .maximum = 1},
    {.name = "favourite_category_6m", .kind = ValueKind::kCategory, .features = {"favourite_category_6m"}},
    {.name = "categories_per_visit_1m", .features = {"categories_per_visit_1m"}},
    {.name = "unpaid_items_3m", .kind = ValueKind::kWhole, .features = {"unpaid_items_3m"}, .maximum = kMostCounted},
    {.name = "service_errors_3m",
     .kind = ValueKind::kWhole,
     .features = {"service_errors_3m"},
     .maximum = kMostCounted},
    {.name = "pages_per_visit_3m", .features = {"pages_per_visit_3m"}},
};

constexpr ShopColumn kMarketMoneyColumns[] = {
    {.name = "customer_id", .kind = ValueKind::kCustomerId},
    {.name = "period", .kind = ValueKind::kPeriod},
    // Below zero where refunds of earlier months exceed what was bought.
    {.name = "revenue",
     .features = {"revenue_month_0", "revenue_month_1", "revenue_month_2"},
     .minimum = -kMostMoney,
     .maximum = kMostMoney,
     .decimals = 2},
};

// Both months have at most 31 days of 1,440 minutes.
constexpr ShopColumn kMarketTimeColumns[] = {
    {.name = "customer_id", .kind = ValueKind::kCustomerId},
    {.name = "period", .kind = ValueKind::kPeriod},
    {.name = "minutes",
     .kind = ValueKind::kWhole,
     .features = {"minutes_month_0", "minutes_month_1"},
     .maximum = 44640},
};

constexpr ShopColumn kMoneyColumns[] = {
    {.name = "customer_id", .kind = ValueKind::kCustomerId},
    {.name = "profit_3m_avg", .features = {"profit_3m_avg"}, .minimum = -kUnbounded},
};

}  // namespace

const ShopTableSpec kMarketFile = {"market_file", kMarketFileColumns, 0};
const ShopTableSpec kMarketMoney = {"market_money", kMarketMoneyColumns, 3};
const ShopTableSpec kMarketTime = {"market_time", kMarketTimeColumns, 2};
const ShopTableSpec kMoney = {"money", kMoneyColumns, 0};

int PeriodIndex(std::string_view name) {
  return static_cast<int>(std::find(kPeriodNames.begin(), kPeriodNames.end(), name) - kPeriodNames.begin());
}

size_t FeatureIndex(std::string_view name) {
  return std::find(kFeatureNames.begin(), kFeatureNames.end(), name) - kFeatureNames.begin();
}

bool IsWordFeature(size_t feature) {
  return kFeatureNames[feature] == "service_tier" || kFeatureNames[feature] == "marketing_consent" ||
         kFeatureNames[feature] == "favourite_category_6m";
}

}  // namespace ebb::one_click
