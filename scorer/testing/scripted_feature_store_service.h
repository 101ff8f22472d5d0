#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/mutex.h"
#include "runtime/rpc/server_stream.h"

namespace ebb::scorer::testing {

// A feature store of two features, `revenue` (input) and `profit` (segment), that holds what a test puts into it.
// WatchFeatures only; keeps the real one's promises: changes in order, latest wins, resume by token, OUT_OF_RANGE for
// the token of another store.
class ScriptedFeatureStoreService final : public v1::FeatureStore::CallbackService {
 public:
  explicit ScriptedFeatureStoreService(uint64_t source_id) : source_id_(source_id) {}

  // A new vector of the customer; without profit the store never saw any.
  void Put(const std::string& customer_id, double revenue, std::optional<double> profit);
  void Close() { streams_.Close(absl::UnavailableError("the store stops")); }
  // How often vectors were asked for, and how often without a token.
  int watches() const;
  int watches_from_the_beginning() const;

  grpc::ServerWriteReactor<v1::WatchFeaturesResponse>* WatchFeatures(grpc::CallbackServerContext* context,
                                                                     const v1::WatchFeaturesRequest* request) override;

 private:
  class Stream;

  const uint64_t source_id_;
  mutable Mutex mutex_;
  std::map<std::string, v1::CustomerFeatures> customers_ ABSL_GUARDED_BY(mutex_);
  int64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  int watches_ ABSL_GUARDED_BY(mutex_) = 0;
  int from_the_beginning_ ABSL_GUARDED_BY(mutex_) = 0;
  StreamSet streams_;
};

}  // namespace ebb::scorer::testing
