// For tests: an engine in a folder of its own, stepped by hand, that can be crashed and opened again.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_store_engine.h"
#include "feature_store/test_time.h"
#include "runtime/clock.h"

namespace rocksdb {
class Env;
}

namespace ebb::feature_store {

google::protobuf::Timestamp Stamp(const std::string& rfc3339);

// `body` as text, such as `page_view { visit_id: 'v' }`.
v1::Event EventOfBody(const std::string& customer, const std::string& id, const std::string& time,
                      const std::string& body);
v1::Event PageViewOf(const std::string& customer, const std::string& id, const std::string& time);
v1::Event PurchaseOf(const std::string& customer, const std::string& id, const std::string& time, int64_t amount_minor);
v1::SnapshotRow RowOf(const std::string& customer, const std::string& feature, const std::string& decimal);

// What a watcher is told after a place.
struct ToldChanges : Changes {
  google::protobuf::RepeatedPtrField<v1::CustomerFeatures> customers;
};
absl::StatusOr<ToldChanges> ChangesAfter(const FeatureStoreEngine& engine, uint64_t sequence, size_t max);

// Everything a client can see of the store as text, a line a customer in order of change: `SEQUENCE CUSTOMER AS_OF
// name=value …` with features that are PRESENT only.
std::string Describe(const FeatureStoreEngine& engine);

class TestEngine {
 public:
  explicit TestEngine(FeatureStoreEngine::Options options = {}, rocksdb::Env* env = nullptr);
  ~TestEngine();

  FeatureStoreEngine& operator*() { return *engine_; }
  FeatureStoreEngine* operator->() { return engine_.get(); }

  // Sends a batch and steps the writer until it is answered.
  absl::StatusOr<v1::IngestResponse> Ingest(const std::vector<v1::Event>& events, bool backfill = false);
  absl::StatusOr<v1::IngestResponse> IngestBytes(std::string request);
  absl::StatusOr<v1::ImportSnapshotResponse> Import(const std::string& snapshot_id, const std::string& as_of,
                                                    const std::vector<v1::SnapshotRow>& rows,
                                                    const std::vector<v1::DataRepair>& repairs = {});
  // `feature` of `customer` as text: the number, the category, or the status where it is not PRESENT.
  std::string Feature(const std::string& customer, const std::string& feature, const std::string& as_of = "");

  // An orderly end and a new start.
  void Restart();
  // Closes without a checkpoint, as kill -9 leaves it, and tries to open again.
  void Kill();
  absl::Status Reopen();
  absl::StatusOr<v1::EraseCustomerResponse> Erase(const std::string& customer, const std::string& reason = "");
  // Sorts, saves, drops, cleans: all that runs in the background.
  absl::Status Maintain();
  // Folds what the reader of the back-fill has room for, and saves nothing. True while there is something to prepare.
  bool BackFillSome();
  // Back-fills, saves and switches.
  absl::Status BackFillAll();

  const CompiledDeclarations* declarations;  // file of the next Reopen; the one built in unless a test says otherwise
  ManualClock clock{At("2026-03-10T12:00:00Z")};
  std::atomic<uint64_t> free_bytes = uint64_t{1} << 40;
  absl::Status failure;  // what on_failure was told
  const std::string path;

 private:
  const FeatureStoreEngine::Options options_;
  rocksdb::Env* const env_;
  bool created_ = false;
  std::unique_ptr<FeatureStoreEngine> engine_;
};

}  // namespace ebb::feature_store
