// What the shop's four files consist of: their columns, the rule of each, and the feature that each fills. Everything
// else follows from it.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace ebb::one_click {

enum class ValueKind {
  kCustomerId,  // any text of 1 to 128 bytes
  kPeriod,      // a word of the vocabulary
  kActivity,    // declined or steady; empty means unlabelled
  kWord,        // a word of the vocabulary
  kCategory,    // a word of the vocabulary or any text of 1 to 256 bytes
  kWhole,       // a decimal without a fraction
  kDecimal,
};

struct ShopColumn {
  std::string_view name;  // in the vocabulary
  ValueKind kind = ValueKind::kDecimal;
  // Features that the column fills: one, or one a period (current, previous, before previous).
  std::array<std::string_view, 3> features = {};
  double minimum = 0;
  double maximum = std::numeric_limits<double>::infinity();
  // Most digits after the point; -1: any number. The feature store keeps money in hundredths.
  int decimals = -1;
};

struct ShopTableSpec {
  std::string_view name;  // as in the command's flags
  std::span<const ShopColumn> columns;
  int periods = 0;  // months that the file has a row for; 0: one row a customer
};

// One row a customer, and the list of customers: the other three only add to it.
extern const ShopTableSpec kMarketFile;
extern const ShopTableSpec kMarketMoney;
extern const ShopTableSpec kMarketTime;
extern const ShopTableSpec kMoney;

// The vocabulary's names of the periods, current first.
inline constexpr std::array<std::string_view, 3> kPeriodNames = {"current_month", "previous_month",
                                                                 "month_before_previous"};

// Months back: the place of a name in kPeriodNames.
int PeriodIndex(std::string_view name);

// Every feature of an import, in the order in which it is reported and sent.
inline constexpr std::array<std::string_view, 17> kFeatureNames = {
    "service_tier",
    "marketing_consent",
    "tenure_days",
    "marketing_contacts_6m_avg",
    "marketing_contacts_current_month",
    "promo_purchase_share_6m",
    "favourite_category_6m",
    "categories_per_visit_1m",
    "pages_per_visit_3m",
    "unpaid_items_3m",
    "service_errors_3m",
    "revenue_month_0",
    "revenue_month_1",
    "revenue_month_2",
    "minutes_month_0",
    "minutes_month_1",
    "profit_3m_avg",
};

// Place of a name in kFeatureNames; kFeatureNames.size() if it is none.
size_t FeatureIndex(std::string_view name);

// Whether a feature's value is a word (tier, consent, category) instead of a number.
bool IsWordFeature(size_t feature);

}  // namespace ebb::one_click
