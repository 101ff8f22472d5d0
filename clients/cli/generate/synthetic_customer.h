// One customer of a synthetic shop, as the shop's four files would describe them.
//
// A latent engagement moves pages, categories, minutes, contacts and revenue together; whether the customer declined is
// drawn from a score over these features plus noise, so that the best possible model has a ROC-AUC of about 0.93 and 38
// % decline, as in the shop whose analysts these files come from.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace ebb::generate {

// Numbers with a fraction are in the units of the files' last digit, to be exact.
struct SyntheticCustomer {
  bool declined = false;
  bool premium = false;
  bool consent = false;
  int category = 0;  // place in kCategories
  int64_t contacts_6m_tenths = 0;
  int64_t contacts_current_month = 0;
  int64_t tenure_days = 0;
  int64_t promo_share_hundredths = 0;
  int64_t categories_per_visit = 0;
  int64_t unpaid_items = 0;
  int64_t service_errors = 0;
  int64_t pages_per_visit = 0;
  std::array<int64_t, 3> revenue_tenths = {};  // current, previous, before previous month
  std::array<int64_t, 2> minutes = {};         // current, previous month
  int64_t profit_hundredths = 0;
  // What `declined` was drawn from, before noise; for tests.
  double decline_score = 0;
};

struct Category {
  const char* russian;
  const char* name;
};
inline constexpr std::array<Category, 6> kCategories = {
    {{"Товары для детей", "childrens_goods"},
     {"Домашний текстиль", "home_textiles"},
     {"Косметика и аксессуары", "cosmetics"},
     {"Техника для красоты и здоровья", "beauty_and_health_devices"},
     {"Кухонная посуда", "kitchenware"},
     {"Мелкая бытовая техника и электроника", "small_appliances"}}};

// The same for the same arguments, everywhere.
SyntheticCustomer MakeCustomer(uint64_t seed, int64_t index);

// Files and events of one seed speak of the same customers.
std::string CustomerId(int64_t index);

}  // namespace ebb::generate
