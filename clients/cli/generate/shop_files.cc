#include "clients/cli/generate/shop_files.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "clients/cli/generate/synthetic_customer.h"

namespace ebb::generate {
namespace {

constexpr std::array<std::string_view, 3> kPeriods = {"текущий_месяц", "предыдущий_месяц", "препредыдущий_месяц"};
constexpr std::string_view kMisspeltPeriod = "предыдцщий_месяц";
constexpr std::array<const char*, 4> kFileNames = {"market_file.csv", "market_money.csv", "market_time.csv",
                                                   "money.csv"};

// In a shop too small for it, one odd customer would be most of what there is to learn.
constexpr int64_t kLeastCustomersForFaults = 100;
constexpr int64_t kTierMisspeltEvery = 130;

// What is wrong with the customer's rows.
struct Faults {
  bool tier_misspelt = false;
  bool revenue_digit_too_many = false;
  bool no_earlier_revenue = false;
};

Faults FaultsOf(const ShopPlan& plan, int64_t index) {
  if (plan.customers < kLeastCustomersForFaults) return {};
  return {
      .tier_misspelt = index % kTierMisspeltEvery == 2,
      .revenue_digit_too_many = index == plan.customers / 2,
      .no_earlier_revenue = index == plan.customers / 3 || index == plan.customers / 5 || index == plan.customers / 7};
}

void WriteMarketFileRow(const SyntheticCustomer& c, const std::string& id, const Faults& faults, std::ostream& out) {
  const std::string_view standard = faults.tier_misspelt ? "стандартт" : "стандарт";
  fmt::print(out, "{},{},{},{},{}.{},{},{},{}.{:02},{},{},{},{},{}\n", id, c.declined ? "Снизилась" : "Прежний уровень",
             c.premium ? "премиум" : standard, c.consent ? "да" : "нет", c.contacts_6m_tenths / 10,
             c.contacts_6m_tenths % 10, c.contacts_current_month, c.tenure_days, c.promo_share_hundredths / 100,
             c.promo_share_hundredths % 100, kCategories[c.category].russian, c.categories_per_visit, c.unpaid_items,
             c.service_errors, c.pages_per_visit);
}

void WriteRevenueRows(const SyntheticCustomer& c, const std::string& id, const Faults& faults, std::ostream& out) {
  for (size_t month = 0; month < c.revenue_tenths.size(); ++month) {
    int64_t tenths = c.revenue_tenths[month];
    if (month > 0 && faults.no_earlier_revenue) tenths = 0;
    // 5240.3 becomes 55240.3: the first digit was hit twice.
    const bool twice = month == 0 && faults.revenue_digit_too_many;
    const std::string text = fmt::format("{}.{}", tenths / 10, tenths % 10);
    fmt::print(out, "{},{},{}{}\n", id, kPeriods[month], twice ? text.substr(0, 1) : "", text);
  }
}

absl::Status FileError(const std::filesystem::path& path, int error) {
  return absl::ErrnoToStatus(error != 0 ? error : EIO, fmt::format("cannot write {}", path.string()));
}

}  // namespace

void WriteShop(const ShopPlan& plan, ShopStreams out, absl::FunctionRef<void(int64_t)> made) {
  out.market_file << "id,Покупательская активность,Тип сервиса,Разрешить "
                     "сообщать,Маркет_актив_6_мес,Маркет_актив_тек_мес,Длительность,"
                     "Акционные_покупки,Популярная_категория,Средний_просмотр_категорий_за_визит,"
                     "Неоплаченные_продукты_штук_квартал,Ошибка_сервиса,Страниц_за_визит\n";
  out.market_money << "id,Период,Выручка\n";
  out.market_time << "id,Период,минут\n";
  out.money << "id;Прибыль\n";
  for (int64_t index = 0; index < plan.customers; ++index) {
    const SyntheticCustomer c = MakeCustomer(plan.seed, index);
    const std::string id = CustomerId(index);
    const Faults faults = FaultsOf(plan, index);
    WriteMarketFileRow(c, id, faults, out.market_file);
    WriteRevenueRows(c, id, faults, out.market_money);
    fmt::print(out.market_time, "{0},{1},{2}\n{0},{3},{4}\n", id, kPeriods[0], c.minutes[0], kMisspeltPeriod,
               c.minutes[1]);
    fmt::print(out.money, "{};{},{:02}\n", id, c.profit_hundredths / 100, c.profit_hundredths % 100);
    if ((index + 1) % 1024 == 0 || index + 1 == plan.customers) made(index + 1);
  }
}

absl::Status WriteShopFiles(const ShopPlan& plan, const std::string& folder, absl::FunctionRef<void(int64_t)> made) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return FileError(folder, error.value());
  std::array<std::filesystem::path, kFileNames.size()> drafts;
  std::array<std::ofstream, kFileNames.size()> files;
  for (size_t i = 0; i < files.size(); ++i) {
    drafts[i] = std::filesystem::path(folder) / (std::string(kFileNames[i]) + ".part");
    errno = 0;
    files[i].open(drafts[i], std::ios::binary | std::ios::trunc);
    if (!files[i]) return FileError(drafts[i], errno);
  }
  WriteShop(plan, {files[0], files[1], files[2], files[3]}, made);
  absl::Status status;
  for (size_t i = 0; i < files.size(); ++i) {
    errno = 0;
    files[i].close();
    if (files[i].fail() && status.ok()) status = FileError(drafts[i], errno);
  }
  for (size_t i = 0; i < files.size(); ++i) {
    if (status.ok()) {
      std::filesystem::rename(drafts[i], std::filesystem::path(folder) / kFileNames[i], error);
      if (error) status = FileError(kFileNames[i], error.value());
    } else {
      std::filesystem::remove(drafts[i], error);
    }
  }
  return status;
}

}  // namespace ebb::generate
