#include "scorer/offers/store_events.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/log.h"

namespace ebb::scorer {
namespace {

constexpr absl::Duration kReadTime = absl::Seconds(60);
constexpr absl::Duration kQuickReadTime = absl::Seconds(1);
constexpr absl::Duration kPushTime = absl::Seconds(30);
constexpr absl::Duration kConnectTime = absl::Seconds(3);

}  // namespace

StoreEvents::StoreEvents(std::string address, TlsFiles tls)
    : address_(std::move(address)),
      tls_(std::move(tls)),
      reader_(address_, kReadTime, tls_),
      quick_reader_(address_, kQuickReadTime, tls_) {}

absl::Status StoreEvents::Push(const std::vector<v1::Event>& events) {
  std::shared_ptr<EventPusher> pusher;
  {
    MutexLock lock(&mutex_);
    if (interrupted_) return absl::CancelledError("stopping");
    if (pusher_ == nullptr) {
      pusher_ = std::make_shared<EventPusher>(EventPusher::Options{
          .address = address_,
          .tls = tls_,
          .connect_limit = kConnectTime,
          .on_refused = [](const EventPusher::Refusal& refusal) {
            const v1::RejectedEvent& reason = *refusal.reasons.front();
            Log(Level::kWarning, "decisions", "the store refuses a decision or outcome",
                {{"event_id", refusal.event.event_id()}, {"field", reason.field()}, {"rule", reason.rule()}});
          }});
    }
    pusher = pusher_;
  }
  absl::Status pushed;
  for (size_t i = 0; i < events.size() && pushed.ok(); ++i) pushed = pusher->Push(events[i], static_cast<int64_t>(i));
  if (pushed.ok()) pushed = pusher->Flush(kPushTime);
  if (!pushed.ok()) {
    // What this pusher still holds is sent again by the next one, with the same identities.
    MutexLock lock(&mutex_);
    pusher_ = nullptr;
  }
  return pushed;
}

void StoreEvents::Interrupt() {
  std::shared_ptr<EventPusher> pusher;
  {
    MutexLock lock(&mutex_);
    interrupted_ = true;
    pusher = pusher_;
  }
  if (pusher != nullptr) pusher->Stop();
}

absl::Status StoreEvents::CountCoPurchases(const v1::GetCoPurchasesRequest& request,
                                           const std::function<void(const v1::GetCoPurchasesResponse&)>& take,
                                           const std::function<bool()>& cancelled) {
  return reader_.GetCoPurchases(request, take, cancelled);
}

absl::StatusOr<v1::GetRecentGoodsResponse> StoreEvents::GetRecentGoods(const v1::GetRecentGoodsRequest& request) {
  // For a page somebody waits; lists for outreach may take their time.
  constexpr int kFew = 10;
  return request.customer_ids_size() <= kFew ? quick_reader_.GetRecentGoods(request) : reader_.GetRecentGoods(request);
}

absl::StatusOr<std::vector<std::optional<double>>> StoreEvents::Measure(const std::string& feature,
                                                                        const std::vector<std::string>& customer_ids,
                                                                        absl::Time as_of) {
  v1::GetFeaturesRequest request;
  *request.mutable_customer_ids() = {customer_ids.begin(), customer_ids.end()};
  request.mutable_as_of()->set_seconds(absl::ToUnixSeconds(as_of));
  const auto response = reader_.GetFeatures(request);
  if (!response.ok()) return response.status();
  const auto name = std::ranges::find(response->feature_names(), feature);
  const int place = static_cast<int>(name - response->feature_names().begin());
  const int asked = static_cast<int>(customer_ids.size());
  if (name == response->feature_names().end() || response->columns(place).numbers_size() != asked) {
    return absl::FailedPreconditionError(absl::StrCat("the store has no number feature ", feature, " to measure by"));
  }
  std::vector<std::optional<double>> values;
  for (int i = 0; i < asked; ++i) {
    const double number = response->columns(place).numbers(i);
    if (response->found(i)) {
      values.emplace_back(std::isnan(number) ? 0 : number);
    } else {
      values.emplace_back();
    }
  }
  return values;
}

}  // namespace ebb::scorer
