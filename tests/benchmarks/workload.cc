#include "tests/benchmarks/workload.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ebb::benchmarks {
namespace {

constexpr const char* kCategories[] = {"childrens_goods", "home_textiles",    "cosmetics",
                                       "kitchenware",     "small_appliances", "food"};
constexpr double kMostDistance = 1'000'000;  // between an event and its repetition

// SplitMix64. It costs nothing to begin, so that every event has a generator of its own and can be made again without
// those before it.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t n) { return Next() % n; }
  bool Percent(uint64_t share) { return Below(100) < share; }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

std::string Category(Random& random) { return kCategories[random.Below(std::size(kCategories))]; }
std::string Product(Random& random) { return absl::StrCat("p", random.Below(2'000)); }

void SetTime(int64_t micros, v1::Event& event) {
  event.mutable_event_time()->set_seconds(micros / 1'000'000);
  event.mutable_event_time()->set_nanos(micros % 1'000'000 * 1'000);
}

void SetPurchase(const std::string& order, Random& random, v1::Purchase& purchase) {
  purchase.set_order_id(order);
  for (int line = 0; line < 3; ++line) {
    v1::PurchaseLine& added = *purchase.add_lines();
    added.set_product_id(Product(random));
    added.set_category(Category(random));
    added.set_quantity(1 + random.Below(3));
    added.set_unit_price_minor(100 + random.Below(100'000));
    added.set_on_promotion(random.Percent(30));
  }
}

void SetRareBody(const std::string& visit, Random& random, v1::Event& event) {
  switch (random.Below(4)) {
    case 0:
      event.mutable_service_error()->set_visit_id(visit);
      break;
    case 1:
      event.mutable_marketing_contact()->set_channel(v1::MarketingContact::MAILING);
      break;
    case 2:
      event.mutable_profile_change()->set_service_tier(random.Percent(70) ? "standard" : "premium");
      break;
    default:
      event.mutable_profit_statement()->set_year(2026);
      event.mutable_profit_statement()->set_month(1 + random.Below(12));
      event.mutable_profit_statement()->set_profit_minor(random.Below(1'000));
  }
}

void SetBody(int64_t index, Random& random, v1::Event& event) {
  const std::string visit = absl::StrCat("v", index / 8);
  const uint64_t kind = random.Below(100);
  if (kind < 60) {
    event.mutable_page_view()->set_visit_id(visit);
    event.mutable_page_view()->set_category(Category(random));
  } else if (kind < 75) {
    v1::BasketChange& change = *event.mutable_basket_change();
    change.set_visit_id(visit);
    change.set_action(random.Percent(80) ? v1::BasketChange::ADD : v1::BasketChange::REMOVE);
    v1::BasketItem& item = *change.add_items();
    item.set_product_id(Product(random));
    item.set_category(Category(random));
    item.set_quantity(1 + random.Below(3));
  } else if (kind < 85) {
    SetPurchase(absl::StrCat("o", index), random, *event.mutable_purchase());
  } else if (kind < 95) {
    event.mutable_time_on_site()->set_visit_id(visit);
    event.mutable_time_on_site()->set_duration_ms(1 + random.Below(3'600'000));
  } else {
    SetRareBody(visit, random, event);
  }
}

// Of one event of the workload with this seed.
Random RandomOf(uint64_t seed, int64_t index) { return Random(Random(seed).Next() ^ Random(index).Next()); }

// The first draw of every event.
bool IsRepetition(int64_t index, Random& random) { return random.Percent(1) && index > 0; }

uint64_t CustomerOf(const WorkloadOptions& options, const std::vector<double>& cumulative, Random& random) {
  if (cumulative.empty()) return random.Below(options.customers);
  const double at = cumulative.back() * random.Unit();
  return std::lower_bound(cumulative.begin(), cumulative.end(), at) - cumulative.begin();
}

int64_t MicrosOf(const WorkloadOptions& options, int64_t index, Random& random) {
  const int64_t span = absl::ToInt64Microseconds(absl::Hours(24) * 180);
  int64_t time = absl::ToUnixMicros(options.end) - span + span / options.events * index;
  if (random.Percent(2)) time -= random.Below(absl::ToInt64Microseconds(absl::Hours(24) * 7));
  return time;
}

// Collects events into numbered batches.
class Batcher {
 public:
  Batcher(int events_per_batch, bool backfill, const TakeBatch& take)
      : events_per_batch_(events_per_batch), backfill_(backfill), take_(take) {}

  v1::Event* Add() {
    if (batch_.events_size() == events_per_batch_) Flush();
    return batch_.add_events();
  }
  void Flush() {
    if (batch_.events_size() == 0) return;
    batch_.set_batch_id(next_id_++);
    batch_.set_backfill(backfill_);
    take_(std::exchange(batch_, {}));
  }

 private:
  const int events_per_batch_;
  const bool backfill_;
  const TakeBatch& take_;
  int64_t next_id_ = 0;
  v1::IngestRequest batch_;
};

}  // namespace

Workload::Workload(const WorkloadOptions& options) : options_(options) {
  if (!options.zipf) return;
  double sum = 0;
  for (int64_t rank = 1; rank <= options.customers; ++rank)
    cumulative_.push_back(sum += 1.0 / static_cast<double>(rank));
}

v1::Event Workload::At(int64_t index, bool* is_repeated) const {
  Random random = RandomOf(options_.seed, index);
  bool repeated = false;
  while (IsRepetition(index, random)) {
    repeated = true;
    const double most = std::min(kMostDistance, static_cast<double>(index));
    index -= static_cast<int64_t>(std::exp(random.Unit() * std::log(most)));
    random = RandomOf(options_.seed, index);
  }
  if (is_repeated != nullptr) *is_repeated = repeated;
  v1::Event event;
  event.set_customer_id(absl::StrCat("c", CustomerOf(options_, cumulative_, random)));
  event.set_event_id(absl::StrCat("e", index));
  SetTime(MicrosOf(options_, index, random), event);
  SetBody(index, random, event);
  return event;
}

int64_t MakeWorkload(const WorkloadOptions& options, const TakeBatch& take) {
  const Workload workload(options);
  Batcher batches(options.events_per_batch, /*backfill=*/false, take);
  int64_t repeated = 0;
  for (int64_t index = 0; index < options.events; ++index) {
    bool is_repeated = false;
    *batches.Add() = workload.At(index, &is_repeated);
    repeated += is_repeated ? 1 : 0;
  }
  batches.Flush();
  return repeated;
}

std::vector<v1::IngestRequest> MakeWorkload(const WorkloadOptions& options) {
  std::vector<v1::IngestRequest> batches;
  MakeWorkload(options, [&](v1::IngestRequest batch) { batches.push_back(std::move(batch)); });
  return batches;
}

void MakePurchaseLog(const PurchaseLogOptions& options, const TakeBatch& take) {
  Batcher batches(options.events_per_batch, /*backfill=*/true, take);
  Random random(0);
  const auto micros = [](absl::CivilMonth month) {
    return absl::ToUnixMicros(absl::FromCivil(month, absl::UTCTimeZone()));
  };
  for (int64_t customer = 0; customer < options.customers; ++customer) {
    v1::Event& event = *batches.Add();
    event.set_customer_id(absl::StrCat("c", customer));
    event.set_event_id("profile");
    SetTime(micros(options.first) + customer, event);
    v1::ProfileChange& profile = *event.mutable_profile_change();
    profile.set_service_tier(random.Percent(70) ? "standard" : "premium");
    profile.set_marketing_consent(random.Percent(80));
    profile.mutable_registration_date()->set_year(2020 + static_cast<int>(random.Below(4)));
    profile.mutable_registration_date()->set_month(1 + static_cast<int>(random.Below(12)));
    profile.mutable_registration_date()->set_day(1);
  }
  for (int month = 0; month < options.months; ++month) {
    const int64_t begin = micros(options.first + month);
    const int64_t step = (micros(options.first + month + 1) - begin) / (options.customers + 1);
    for (int64_t customer = 0; customer < options.customers; ++customer) {
      v1::Event& event = *batches.Add();
      event.set_customer_id(absl::StrCat("c", customer));
      event.set_event_id(absl::StrCat("m", month));
      SetTime(begin + step * (customer + 1), event);
      SetPurchase(absl::StrCat("o", month), random, *event.mutable_purchase());
    }
  }
  batches.Flush();
}

}  // namespace ebb::benchmarks
