#include "feature_store/co_purchase_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/invalid_field.h"

namespace ebb::feature_store {
namespace {

constexpr int32_t kDefaultDays = 365, kMostDays = 3'660;
constexpr int64_t kDefaultLeastOrders = 5, kMostLeast = 1'000'000;
constexpr double kDefaultLeastLift = 1.2;
constexpr int32_t kDefaultCompanions = 10, kMostCompanions = 100;
constexpr int kMostProductsAsked = 1'000, kProductsOfMessage = 1'000;
constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

}  // namespace

absl::StatusOr<CoPurchaseTally::Rules> ReadCoPurchaseRules(const v1::GetCoPurchasesRequest& request, int64_t now_us) {
  if (request.window_days() < 0 || request.window_days() > kMostDays) {
    return InvalidField("window_days", absl::StrCat("is ", request.window_days(), ", must be 1 to ", kMostDays,
                                                    ", or 0 for ", kDefaultDays));
  }
  if (request.least_orders() != 0 && (request.least_orders() < 2 || request.least_orders() > kMostLeast)) {
    return InvalidField("least_orders", absl::StrCat("is ", request.least_orders(), ", must be 2 to ", kMostLeast,
                                                     ", or 0 for ", kDefaultLeastOrders));
  }
  if (request.has_least_lift() && !(request.least_lift() >= 0 && request.least_lift() <= kMostLeast)) {
    return InvalidField("least_lift", absl::StrCat("is ", request.least_lift(), ", must be 0 to ", kMostLeast));
  }
  if (request.most_companions() < 0 || request.most_companions() > kMostCompanions) {
    return InvalidField("most_companions", absl::StrCat("is ", request.most_companions(), ", must be 1 to ",
                                                        kMostCompanions, ", or 0 for ", kDefaultCompanions));
  }
  if (request.product_ids_size() > kMostProductsAsked) {
    return InvalidField("product_ids",
                        absl::StrCat("names ", request.product_ids_size(), " products, may name ", kMostProductsAsked));
  }
  CoPurchaseTally::Rules rules;
  const int64_t days = request.window_days() == 0 ? kDefaultDays : request.window_days();
  rules.until_us = now_us;
  rules.from_us = now_us - days * kDayUs;
  if (request.least_orders() != 0) rules.least_orders = request.least_orders();
  rules.least_lift = request.has_least_lift() ? request.least_lift() : kDefaultLeastLift;
  rules.most_companions = request.most_companions() == 0 ? kDefaultCompanions : request.most_companions();
  rules.only.insert(request.product_ids().begin(), request.product_ids().end());
  return rules;
}

absl::StatusOr<bool> CoPurchaseReader::Next(v1::GetCoPurchasesResponse* message) {
  if (step_ == Step::kOver) return false;
  if (step_ == Step::kTelling) {
    if (!tally_.TellNext(kProductsOfMessage, message->mutable_products())) step_ = Step::kOver;
    return true;
  }
  if (absl::Status read = ReadSome(); !read.ok()) return read;
  if (step_ == Step::kTelling) {
    *message->mutable_count() = tally_.Finish();
    if (!tally_.TellNext(kProductsOfMessage, message->mutable_products())) step_ = Step::kOver;
    return true;
  }
  message->set_customers_read(read_);
  message->set_customers_to_read(std::max(to_read_, read_));
  return true;
}

absl::Status CoPurchaseReader::ReadSome() {
  if (visits_ == nullptr) {
    auto opened = CustomerVisits::Open(open_(), *pseudonyms_);
    if (!opened.ok()) return opened.status();
    visits_ = *std::move(opened);
  }
  const bool orders = step_ == Step::kOrders;
  const absl::StatusOr<bool> more = visits_->Some([&](std::span<const EventView> events) {
    ++read_;
    orders ? tally_.CountOrders(events) : tally_.CountPairs(events);
  });
  if (!more.ok()) return more.status();
  if (*more) return absl::OkStatus();
  visits_ = nullptr;
  step_ = orders ? Step::kPairs : Step::kTelling;
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
