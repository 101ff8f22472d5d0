// The engine's reports over the whole history.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/activity_index.h"
#include "feature_store/bounded_place.h"
#include "feature_store/co_purchase_reader.h"
#include "feature_store/customer_walk.h"
#include "feature_store/event_time.h"
#include "feature_store/feature_store_engine.h"
#include "feature_store/invalid_field.h"
#include "feature_store/unpaid_baskets.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

constexpr int kDefaultWeeks = 12, kMostWeeks = 260;
constexpr int kMostPriceEdges = 20;

absl::Status CheckWeeks(int weeks) {
  if (weeks >= 0 && weeks <= kMostWeeks) return absl::OkStatus();
  return InvalidField("weeks", absl::StrCat("is ", weeks, ", must be 1 to ", kMostWeeks, ", or 0 for ", kDefaultWeeks));
}

absl::Status CheckPriceEdges(const google::protobuf::RepeatedField<int64_t>& edges) {
  if (edges.size() > kMostPriceEdges) {
    return InvalidField("price_edges_minor",
                        absl::StrCat("has ", edges.size(), " edges, must have at most ", kMostPriceEdges));
  }
  int64_t before = 0;
  for (const int64_t edge : edges) {
    if (edge <= before) {
      return InvalidField("price_edges_minor", absl::StrCat("has ", edge, ", must be above ", before));
    }
    before = edge;
  }
  return absl::OkStatus();
}

std::vector<std::string> TierFeatures(const CompiledDeclarations& declarations) {
  std::vector<std::string> names;
  for (const CompiledFeature& feature : declarations.features()) {
    if (feature.field == v1::SERVICE_TIER) names.push_back(feature.name);
  }
  return names;
}

}  // namespace

absl::StatusOr<v1::ActivityIndex> FeatureStoreEngine::GetActivityIndex(
    const v1::GetActivityIndexRequest& request) const {
  if (absl::Status weeks = CheckWeeks(request.weeks()); !weeks.ok()) return weeks;
  const BoundedPlace place(&activity_reads_, 1);
  if (!place) {
    return WithRetryDelay(
        absl::ResourceExhaustedError("the history is being read for another activity index; try again when it is told"),
        absl::Seconds(5));
  }
  const absl::Time now = clock_.Now();
  CustomerWalk::Source source;
  int64_t expired_before_us;
  {
    ReaderMutexLock lock(&live_.mutex);
    source = PresentWalk();
    expired_before_us = live_.expired_before_us;
  }
  const ShopCalendar& calendar = Served().calendar();
  const int weeks = request.weeks() == 0 ? kDefaultWeeks : request.weeks();
  ActivityTally tally(calendar, calendar.DayOf(now), weeks);
  const auto count = [&tally](std::span<const EventView> events) { tally.AddCustomer(events); };
  if (absl::Status read = VisitCustomers(std::move(source), pseudonyms_, nullptr, count); !read.ok()) return read;
  v1::ActivityIndex index = tally.Told(weeks, expired_before_us);
  *index.mutable_as_of() = ToTimestamp(now);
  return index;
}

absl::StatusOr<v1::UnpaidBasketReport> FeatureStoreEngine::GetUnpaidBasketReport(
    const v1::GetUnpaidBasketReportRequest& request, const std::function<bool()>& cancelled) const {
  if (absl::Status weeks = CheckWeeks(request.weeks()); !weeks.ok()) return weeks;
  if (absl::Status edges = CheckPriceEdges(request.price_edges_minor()); !edges.ok()) return edges;
  absl::StatusOr<absl::Time> as_of = clock_.Now();
  if (request.has_as_of()) as_of = ReadAsOf("as_of", request.as_of(), *as_of);
  if (!as_of.ok()) return as_of.status();
  const BoundedPlace place(&basket_reads_, 1);
  if (!place) {
    return WithRetryDelay(
        absl::ResourceExhaustedError("the history is being read for another report of unpaid baskets; try again when "
                                     "it is told"),
        absl::Seconds(5));
  }
  CustomerWalk::Source source;
  int64_t expired_before_us;
  {
    ReaderMutexLock lock(&live_.mutex);
    source = PresentWalk();
    expired_before_us = live_.expired_before_us;
  }
  const int weeks = request.weeks() == 0 ? kDefaultWeeks : request.weeks();
  UnpaidBasketTally tally(Served().calendar(),
                          {.as_of = *as_of, .weeks = weeks, .expired_before_us = expired_before_us},
                          TierFeatures(Served()));
  const auto count = [&tally](std::span<const EventView> events) { tally.AddCustomer(events); };
  if (absl::Status read = VisitCustomers(std::move(source), pseudonyms_, cancelled, count); !read.ok()) return read;
  return tally.Told({request.price_edges_minor().data(), static_cast<size_t>(request.price_edges_minor_size())});
}

absl::StatusOr<std::unique_ptr<CoPurchaseReader>> FeatureStoreEngine::GetCoPurchases(
    const v1::GetCoPurchasesRequest& request) const {
  absl::StatusOr<CoPurchaseTally::Rules> rules = ReadCoPurchaseRules(request, absl::ToUnixMicros(clock_.Now()));
  if (!rules.ok()) return rules.status();
  auto place = std::make_unique<BoundedPlace>(&co_purchase_reads_, 1);
  if (!*place) {
    return WithRetryDelay(
        absl::ResourceExhaustedError("the history is being read for another count of co-purchases; try again when it "
                                     "is told"),
        absl::Seconds(5));
  }
  const auto open = [this] {
    ReaderMutexLock lock(&live_.mutex);
    return PresentWalk();
  };
  int64_t customers;
  {
    ReaderMutexLock lock(&live_.mutex);
    customers = live_.table.folded_customers();
  }
  return std::make_unique<CoPurchaseReader>(*std::move(rules), open, &pseudonyms_, customers, std::move(place));
}

}  // namespace ebb::feature_store
