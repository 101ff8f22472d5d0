#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/offer_service.pb.h"
#include "runtime/backoff.h"
#include "runtime/mutex.h"
#include "runtime/worker.h"
#include "scorer/offers/companion_table.h"
#include "scorer/offers/offer_catalogue.h"

namespace ebb::scorer {

// Companion goods for customers: orders are counted anew at the declared interval on a thread of its own, customers'
// goods are asked for at each call. Start and Stop belong to the owner, all else is thread-safe. Where no text shows
// companions nothing is counted and nothing asked.
class CompanionGoods {
 public:
  struct Store {
    // Hands over products with their companions in messages; CANCELLED soon after `cancelled` says so.
    std::function<absl::Status(const v1::GetCoPurchasesRequest& request,
                               const std::function<void(const v1::GetCoPurchasesResponse&)>& take,
                               const std::function<bool()>& cancelled)>
        count;
    std::function<absl::StatusOr<v1::GetRecentGoodsResponse>(const v1::GetRecentGoodsRequest& request)> goods;
  };

  // `longest_wait`: before a count that failed is tried again.
  CompanionGoods(std::shared_ptr<const OfferCatalogue> offers, Store store, absl::Duration longest_wait);
  ~CompanionGoods() { Stop(); }

  void Start();
  void Stop() { worker_.Stop(); }
  // One count on the caller's thread; tells when to come again.
  absl::Duration RunOnce() { return worker_.RunOnce(); }

  // By customer; none of whom the store does not know, and of nobody where the store cannot be asked, which the log
  // tells once.
  std::map<std::string, CustomerCompanions> Of(const std::vector<std::string>& customer_ids);
  v1::CompanionState State() const;
  bool IsShown() const { return is_shown_; }  // by a text of the catalogue

 private:
  absl::Duration Count();

  const std::shared_ptr<const OfferCatalogue> offers_;
  const Store store_;
  const v1::CompanionGoods declared_;  // with its defaults
  const bool is_shown_;
  mutable Mutex mutex_;
  std::shared_ptr<const CompanionTable> table_ ABSL_GUARDED_BY(mutex_);  // never null
  v1::CompanionState state_ ABSL_GUARDED_BY(mutex_);
  bool loss_reported_ ABSL_GUARDED_BY(mutex_) = false;  // one line when the store goes, one when it is back
  Backoff backoff_;                                     // touched by the worker only
  Worker worker_;                                       // last: its thread uses all of the above
};

}  // namespace ebb::scorer
