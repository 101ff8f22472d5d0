#include "clients/cli/report/feature_label.h"

namespace ebb {
namespace {

// Named as the shop's own declarations name them.
const std::map<std::string, std::string>& RussianNames() {
  static const auto* names = new std::map<std::string, std::string>{
      {"service_tier", "тип сервиса"},
      {"marketing_consent", "согласие на рассылки"},
      {"tenure_days", "дней с регистрации"},
      {"marketing_contacts_6m_avg", "маркетинговых контактов в месяц, среднее за полгода"},
      {"marketing_contacts_current_month", "маркетинговых контактов за последний месяц"},
      {"promo_purchase_share_6m", "доля покупок по акции за полгода"},
      {"favourite_category_6m", "любимая категория за полгода"},
      {"categories_per_visit_1m", "категорий за визит, среднее за месяц"},
      {"pages_per_visit_3m", "страниц за визит, среднее за три месяца"},
      {"unpaid_items_3m", "неоплаченных товаров в корзине за три месяца"},
      {"service_errors_3m", "сбоев сайта за три месяца"},
      {"revenue_month_0", "выручка за последний месяц"},
      {"revenue_month_1", "выручка за предыдущий месяц"},
      {"revenue_month_2", "выручка за позапрошлый месяц"},
      {"minutes_month_0", "минут на сайте за последний месяц"},
      {"minutes_month_1", "минут на сайте за предыдущий месяц"},
      {"profit_3m_avg", "прибыль в месяц, среднее за три месяца"},
      {"orders_month_0", "заказов за последний месяц"},
      {"orders_month_1", "заказов за предыдущий месяц"},
      {"orders_month_2", "заказов за позапрошлый месяц"},
      {"items_month_0", "товаров куплено за последний месяц"},
      {"items_month_1", "товаров куплено за предыдущий месяц"},
      {"items_month_2", "товаров куплено за позапрошлый месяц"},
      {"days_since_last_order", "дней с последнего заказа"},
      {"days_since_last_visit", "дней с последнего визита"},
  };
  return *names;
}

bool BeginsInLatin(const std::string& text) { return text.empty() || static_cast<unsigned char>(text.front()) < 0x80; }

}  // namespace

std::string FeatureLabel(const std::string& name, const std::string& description, ReportLanguage language) {
  if (language == ReportLanguage::kRussian && BeginsInLatin(description)) {
    const auto known = RussianNames().find(name);
    if (known != RussianNames().end()) return known->second;
  }
  std::string label = description.substr(0, description.find(" (column "));
  while (label.ends_with('.') || label.ends_with(' ')) label.pop_back();
  return label.empty() ? name : label;
}

FeatureLabels::FeatureLabels(const v1::ModelReport& report, ReportLanguage language) {
  for (const v1::FeatureDescription& feature : report.features()) {
    labels_[feature.name()] = FeatureLabel(feature.name(), feature.description(), language);
  }
  for (const v1::FeatureImportance& feature : report.importances().features()) {
    labels_.try_emplace(feature.name(), FeatureLabel(feature.name(), "", language));
  }
}

std::string FeatureLabels::operator()(const std::string& name) const {
  const auto found = labels_.find(name);
  return found == labels_.end() ? name : found->second;
}

}  // namespace ebb
