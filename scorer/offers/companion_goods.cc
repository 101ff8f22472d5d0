#include "scorer/offers/companion_goods.h"

#include <algorithm>
#include <random>
#include <utility>

#include "runtime/log.h"

namespace ebb::scorer {
namespace {

constexpr absl::Duration kFirstCountWait = absl::Seconds(1);
// Of each product more are kept than a text shows: what the customer has already is left out of them.
constexpr int kSpareCompanions = 20;
constexpr int kPurchasesLookedAt = 20;

std::shared_ptr<CompanionTable> DeclaredTable(const v1::CompanionGoods& declared) {
  auto table = std::make_shared<CompanionTable>();
  for (const v1::DeclaredCompanions& one : declared.declared()) table->Declare(one);
  return table;
}

bool AnyShows(const OfferCatalogue& offers) {
  for (size_t i = 0; i < offers.size(); ++i) {
    if (offers.ShowsCompanions(i)) return true;
  }
  return false;
}

}  // namespace

CompanionGoods::CompanionGoods(std::shared_ptr<const OfferCatalogue> offers, Store store, absl::Duration longest_wait)
    : offers_(std::move(offers)),
      store_(std::move(store)),
      declared_(WithDefaults(offers_->declared().companion_goods())),
      is_shown_(AnyShows(*offers_)),
      table_(DeclaredTable(declared_)),
      backoff_(std::min(kFirstCountWait, longest_wait), longest_wait, std::random_device()()),
      worker_(
          "companions", [this] { return Count(); }, Worker::Cpu::kSpare) {
  state_.set_products(static_cast<int64_t>(table_->products()));
}

void CompanionGoods::Start() {
  if (is_shown_) worker_.Start();
}

absl::Duration CompanionGoods::Count() {
  v1::GetCoPurchasesRequest request;
  request.set_window_days(declared_.window_days());
  request.set_least_orders(declared_.least_orders());
  request.set_least_lift(declared_.least_lift());
  request.set_most_companions(declared_.most() + kSpareCompanions);
  const std::shared_ptr<CompanionTable> table = DeclaredTable(declared_);
  v1::CoPurchaseCount count;
  const auto take = [&](const v1::GetCoPurchasesResponse& part) {
    if (part.has_count()) count = part.count();
    for (const v1::ProductCompanions& product : part.products()) table->Count(product);
  };
  const absl::Status counted = store_.count(request, take, [this] { return worker_.stopping(); });
  if (worker_.stopping()) return absl::InfiniteDuration();
  if (!counted.ok()) {
    Log(Level::kWarning, "offers", "companion goods cannot be counted; trying again", {{"reason", counted.message()}});
    MutexLock lock(&mutex_);
    state_.set_problem(std::string(counted.message()));
    return backoff_.Next();
  }
  backoff_.Reset();
  Log(Level::kInfo, "offers", "companion goods counted",
      {{"orders", count.orders()}, {"products", table->products()}, {"without_room", count.without_room()}});
  MutexLock lock(&mutex_);
  table_ = table;
  *state_.mutable_as_of() = count.as_of();
  state_.set_orders(count.orders());
  state_.set_products(static_cast<int64_t>(table->products()));
  state_.clear_problem();
  return FromOfferDuration(declared_.renew_every());
}

std::map<std::string, CustomerCompanions> CompanionGoods::Of(const std::vector<std::string>& customer_ids) {
  std::map<std::string, CustomerCompanions> companions;
  if (!is_shown_ || customer_ids.empty()) return companions;
  v1::GetRecentGoodsRequest request;
  *request.mutable_customer_ids() = {customer_ids.begin(), customer_ids.end()};
  request.set_most_purchased(kPurchasesLookedAt);
  const absl::StatusOr<v1::GetRecentGoodsResponse> goods = store_.goods(request);
  std::shared_ptr<const CompanionTable> table;
  bool report;
  {
    MutexLock lock(&mutex_);
    table = table_;
    report = std::exchange(loss_reported_, !goods.ok()) == goods.ok();
  }
  if (report && !goods.ok()) {
    Log(Level::kWarning, "offers", "customers' goods cannot be asked for; offers that show companions are kept back",
        {{"reason", goods.status().message()}});
  } else if (report) {
    Log(Level::kInfo, "offers", "customers' goods are known again");
  }
  for (int i = 0; goods.ok() && i < goods->customers_size(); ++i) {
    if (!goods->customers(i).found()) continue;
    companions[customer_ids[static_cast<size_t>(i)]] =
        CompanionsOf(*table, goods->customers(i), static_cast<size_t>(declared_.most()));
  }
  return companions;
}

v1::CompanionState CompanionGoods::State() const {
  MutexLock lock(&mutex_);
  return state_;
}

}  // namespace ebb::scorer
