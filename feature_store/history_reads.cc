#include "feature_store/history_reads.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "feature_store/change_reader.h"
#include "feature_store/customer_records.h"
#include "feature_store/event_time.h"
#include "feature_store/feature_columns.h"
#include "feature_store/history.h"
#include "feature_store/invalid_field.h"
#include "feature_store/log_moment.h"
#include "feature_store/obsolete_records.h"
#include "feature_store/recent_goods.h"
#include "feature_store/training_row.h"

namespace ebb::feature_store {
namespace {

constexpr int kMostGoodsAsked = 1'000, kDefaultPurchased = 20;

absl::Status CheckGoodsRequest(const v1::GetRecentGoodsRequest& request) {
  const int asked = request.customer_ids_size();
  if (asked < 1 || asked > kMostGoodsAsked) {
    return InvalidField("customer_ids", absl::StrCat("has ", asked, " customers; must have 1 to ", kMostGoodsAsked));
  }
  constexpr int kMost = static_cast<int>(CustomerGoods::kMostPurchased);
  if (request.most_purchased() >= 0 && request.most_purchased() <= kMost) return absl::OkStatus();
  return InvalidField("most_purchased", absl::StrCat("is ", request.most_purchased(), ", must be 1 to ", kMost,
                                                     ", or 0 for ", kDefaultPurchased));
}

}  // namespace

absl::Status HistoryReads::CheckKept(const std::string& field, absl::Time as_of) const {
  int64_t expired_before_us;
  {
    ReaderMutexLock lock(&with_.live->mutex);
    expired_before_us = with_.live->expired_before_us;
  }
  if (expired_before_us == kBeforeAll) return absl::OkStatus();
  const absl::Time first =
      absl::FromUnixMicros(expired_before_us) + absl::Hours(24) * (LongestWindowDays(with_.live->Served()) + 1);
  if (as_of >= first) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat(field, ": is ", absl::FormatTime(as_of, absl::UTCTimeZone()),
                   "; events that such a vector needs are older than the retention and gone; the earliest is ",
                   absl::FormatTime(first, absl::UTCTimeZone())));
}

absl::Status HistoryReads::GetFeatures(const v1::GetFeaturesRequest& request, v1::GetFeaturesResponse* response) const {
  const absl::StatusOr<absl::Time> as_of = ReadAsOf("as_of", request.as_of(), with_.clock->Now());
  if (!as_of.ok()) return as_of.status();
  absl::flat_hash_set<std::string> asked;
  LogMoment moment;
  LiveState* const live = with_.live;
  const CompiledDeclarations* declarations;
  {
    ReaderMutexLock lock(&live->mutex);
    declarations = &live->table.served();
    for (const std::string& customer_id : request.customer_ids()) {
      if (live->table.Find(customer_id) < live->table.folded_customers()) asked.insert(customer_id);
    }
    moment = PresentMoment(*live, *with_.storage);
  }
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(moment), &asked);
  if (!history.ok()) return history.status();
  // Only now: what the retention takes away from here on, the opened history still shows.
  if (absl::Status kept = CheckKept("as_of", *as_of); !kept.ok()) return kept;
  FeatureColumns columns(declarations->schema(), request.customer_ids_size(), response);
  for (int row = 0; row < request.customer_ids_size(); ++row) {
    const std::string& customer_id = request.customer_ids(row);
    if (!asked.contains(customer_id)) continue;  // never known, or erased: the history may not have forgotten yet
    const absl::StatusOr<std::vector<v1::Event>> events =
        history->EventsOf(customer_id, with_.pseudonyms->Of(customer_id));
    if (!events.ok()) return events.status();
    const bool known = std::any_of(events->begin(), events->end(), [&](const v1::Event& event) {
      return IsBefore(event, *as_of) && (KnownAt(event) < *as_of || event.has_imported_snapshot());
    });
    if (known) columns.Set(row, ValuesAsOf(*declarations, *events, *as_of, *as_of));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> HistoryReads::GetRecentGoods(const v1::GetRecentGoodsRequest& request, bool may_read_history,
                                                  v1::GetRecentGoodsResponse* response) const {
  if (absl::Status checked = CheckGoodsRequest(request); !checked.ok()) return checked;
  const int most = request.most_purchased() == 0 ? kDefaultPurchased : request.most_purchased();
  const int64_t now_us = absl::ToUnixMicros(with_.clock->Now());
  LiveState* const live = with_.live;
  absl::flat_hash_set<std::string> asked;
  std::vector<int> places;  // of these in the request
  LogMoment moment;
  {
    ReaderMutexLock lock(&live->mutex);
    for (int i = 0; i < request.customer_ids_size(); ++i) {
      const std::string& customer_id = request.customer_ids(i);
      v1::RecentGoods& goods = *response->add_customers();
      if (live->table.Find(customer_id) >= live->table.folded_customers()) continue;
      if (auto kept = live->goods.Find(customer_id, now_us, most)) {
        goods = *std::move(kept);
      } else {
        asked.insert(customer_id);
        places.push_back(i);
      }
    }
    if (asked.empty()) return true;
    if (!may_read_history) return false;
    for (const std::string& customer_id : asked) live->goods.Expect(customer_id);
    moment = PresentMoment(*live, *with_.storage);
  }
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(moment), &asked);
  if (!history.ok()) return history.status();
  google::protobuf::Arena arena;
  for (const int place : places) {
    const std::string& customer_id = request.customer_ids(place);
    const auto events = history->EventsOf(customer_id, with_.pseudonyms->Of(customer_id));
    if (!events.ok()) return events.status();
    arena.Reset();
    CustomerGoods goods;
    for (const v1::Event& event : *events) goods.Apply(ViewOf(event, &arena));
    *response->mutable_customers(place) = goods.Told(now_us, most);
    live->goods.Keep(customer_id, std::move(goods));
  }
  return true;
}

absl::StatusOr<std::unique_ptr<CustomerExport>> HistoryReads::ExportCustomer(
    const v1::ExportCustomerRequest& request) const {
  if (request.customer_id().empty()) return InvalidField("customer_id", "must not be empty");
  LogMoment moment;
  uint64_t sequence;
  uint32_t id;
  std::optional<ServedCustomer> served;
  std::vector<WaitingEvent> waiting;
  LiveState* const live = with_.live;
  const CompiledDeclarations* declarations;
  {
    // The vector and the events are of one moment: what is in memory is read under one lock, the rest from one view.
    ReaderMutexLock lock(&live->mutex);
    id = live->table.Find(request.customer_id());
    if (id >= live->table.folded_customers()) {
      return absl::NotFoundError(
          absl::StrCat("customer_id: the store knows no customer `", request.customer_id(), "`"));
    }
    sequence = live->table.SequenceOf(id);
    declarations = &live->table.served();
    moment = PresentMoment(*live, *with_.storage);
    if (const Customer* customer = live->table.at(id)) {
      served = with_.vectors->Serve(*declarations, id, live->table.row(id).folded_to, *customer);
    } else {
      waiting = live->table.WaitingOf(id);
    }
  }
  if (!served) {
    const absl::StatusOr<Customer> customer =
        ReadCustomerIn({.served = declarations}, *moment.view, {id, std::move(waiting)});
    if (!customer.ok()) return customer.status();
    ComputeValues(*declarations, *customer, &served.emplace(Describe(*customer)).values);
  }
  const absl::flat_hash_set<std::string> asked = {request.customer_id()};
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(moment), &asked);
  if (!history.ok()) return history.status();
  absl::StatusOr<std::vector<v1::Event>> events =
      history->EventsOf(request.customer_id(), with_.pseudonyms->Of(request.customer_id()));
  if (!events.ok()) return events.status();
  const auto forgotten = [live, id] {
    ReaderMutexLock lock(&live->mutex);
    return live->table.row(id).erased;
  };
  v1::CustomerFeatures features;
  FillCustomerFeatures(*declarations, *served, sequence, &features);
  return std::make_unique<CustomerExport>(declarations->schema(), std::move(features), *std::move(events), forgotten);
}

}  // namespace ebb::feature_store
