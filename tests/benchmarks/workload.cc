#include "tests/benchmarks/workload.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ebb::benchmarks {
namespace {

constexpr const char* kCategories[] = {"childrens_goods", "home_textiles",    "cosmetics",
                                       "kitchenware",     "small_appliances", "food"};

class Generator {
 public:
  explicit Generator(const WorkloadOptions& options) : options_(options), random_(options.seed) {
    if (!options.zipf) return;
    double sum = 0;
    for (int64_t rank = 1; rank <= options.customers; ++rank)
      cumulative_.push_back(sum += 1.0 / static_cast<double>(rank));
  }

  v1::Event Next(int64_t index) {
    if (index > 0 && Percent() < 1) return last_;
    v1::Event event;
    event.set_customer_id(absl::StrCat("c", Customer()));
    event.set_event_id(absl::StrCat("e", index));
    SetTime(index, event);
    SetBody(index, event);
    return last_ = event;
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  uint64_t Percent() { return Below(100); }

  uint64_t Customer() {
    if (cumulative_.empty()) return Below(options_.customers);
    const double at = cumulative_.back() * static_cast<double>(random_() >> 11) * 0x1p-53;
    return std::lower_bound(cumulative_.begin(), cumulative_.end(), at) - cumulative_.begin();
  }

  void SetTime(int64_t index, v1::Event& event) {
    const int64_t span = absl::ToInt64Microseconds(absl::Hours(24) * 180);
    int64_t time = absl::ToUnixMicros(options_.end) - span + span / options_.events * index;
    if (Percent() < 2) time -= Below(absl::ToInt64Microseconds(absl::Hours(24) * 7));
    event.mutable_event_time()->set_seconds(time / 1'000'000);
    event.mutable_event_time()->set_nanos(time % 1'000'000 * 1'000);
  }

  void SetBody(int64_t index, v1::Event& event) {
    const std::string visit = absl::StrCat("v", index / 8);
    const uint64_t kind = Percent();
    if (kind < 60) {
      event.mutable_page_view()->set_visit_id(visit);
      event.mutable_page_view()->set_category(Category());
    } else if (kind < 75) {
      v1::BasketChange& change = *event.mutable_basket_change();
      change.set_visit_id(visit);
      change.set_action(Percent() < 80 ? v1::BasketChange::ADD : v1::BasketChange::REMOVE);
      v1::BasketItem& item = *change.add_items();
      item.set_product_id(Product());
      item.set_category(Category());
      item.set_quantity(1 + Below(3));
    } else if (kind < 85) {
      v1::Purchase& purchase = *event.mutable_purchase();
      purchase.set_order_id(absl::StrCat("o", index));
      for (int line = 0; line < 3; ++line) {
        v1::PurchaseLine& added = *purchase.add_lines();
        added.set_product_id(Product());
        added.set_category(Category());
        added.set_quantity(1 + Below(3));
        added.set_unit_price_minor(100 + Below(100'000));
        added.set_on_promotion(Percent() < 30);
      }
    } else if (kind < 95) {
      event.mutable_time_on_site()->set_visit_id(visit);
      event.mutable_time_on_site()->set_duration_ms(1 + Below(3'600'000));
    } else {
      SetRareBody(visit, event);
    }
  }

  void SetRareBody(const std::string& visit, v1::Event& event) {
    switch (Below(4)) {
      case 0:
        event.mutable_service_error()->set_visit_id(visit);
        break;
      case 1:
        event.mutable_marketing_contact()->set_channel(v1::MarketingContact::MAILING);
        break;
      case 2:
        event.mutable_profile_change()->set_service_tier(Percent() < 70 ? "standard" : "premium");
        break;
      default:
        event.mutable_profit_statement()->set_year(2026);
        event.mutable_profit_statement()->set_month(1 + Below(12));
        event.mutable_profit_statement()->set_profit_minor(Below(1'000));
    }
  }

  std::string Category() { return kCategories[Below(std::size(kCategories))]; }
  std::string Product() { return absl::StrCat("p", Below(2'000)); }

  const WorkloadOptions& options_;
  std::mt19937_64 random_;
  std::vector<double> cumulative_;
  v1::Event last_;
};

}  // namespace

namespace {

template <typename Take>
void MakeBatches(const WorkloadOptions& options, const Take& take) {
  Generator generator(options);
  int64_t batch_id = 0;
  for (int64_t begin = 0; begin < options.events; begin += options.events_per_batch) {
    v1::IngestRequest batch;
    batch.set_batch_id(batch_id++);
    const int64_t end = std::min(options.events, begin + options.events_per_batch);
    for (int64_t i = begin; i < end; ++i) *batch.add_events() = generator.Next(i);
    take(std::move(batch));
  }
}

}  // namespace

std::vector<v1::IngestRequest> MakeWorkload(const WorkloadOptions& options) {
  std::vector<v1::IngestRequest> batches;
  MakeBatches(options, [&](v1::IngestRequest batch) { batches.push_back(std::move(batch)); });
  return batches;
}

std::vector<WireBatch> MakeWireWorkload(const WorkloadOptions& options) {
  std::vector<WireBatch> batches;
  MakeBatches(options, [&](const v1::IngestRequest& batch) {
    batches.push_back({batch.SerializeAsString(), batch.events_size()});
  });
  return batches;
}

}  // namespace ebb::benchmarks
