// The feature store without its network: the file to read first after storage.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/back_fill.h"
#include "feature_store/back_fill_reader.h"
#include "feature_store/change_reader.h"
#include "feature_store/cleaner.h"
#include "feature_store/co_purchase_reader.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_export.h"
#include "feature_store/erasure.h"
#include "feature_store/history_reads.h"
#include "feature_store/ingest_figures.h"
#include "feature_store/live_state.h"
#include "feature_store/log_writer.h"
#include "feature_store/maintenance.h"
#include "feature_store/served_declarations.h"
#include "feature_store/storage.h"
#include "feature_store/store_clock.h"
#include "feature_store/training_set.h"
#include "feature_store/vector_reader.h"
#include "feature_store/verification.h"
#include "feature_store/watcher_places.h"
#include "runtime/clock.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// What every message of a store's life is made of: events go in through Ingest and CommitSnapshot, are written to the
// log, folded into vectors, and come out by GetFeatures, ReadChanges and ReadTrainingSet. Thread-safe.
//
// Errors are absl statuses that name field, value and rule, with google.rpc details. After `on_failure` was called
// nothing is acknowledged any more: the process has to end and start again.
class FeatureStoreEngine {
 public:
  struct Parts {
    std::unique_ptr<Storage> storage;
    const CompiledDeclarations* declarations;  // of the start's file; borrowed, as is the clock
    const Clock* clock;
    uint64_t source_id;  // of resume tokens
    std::string secret;  // of the pseudonyms; 32 random bytes kept with the data
    std::function<absl::StatusOr<uint64_t>()> free_bytes;
    std::function<void(absl::Status)> on_failure;
  };
  struct Options {
    WriterOptions writer;
    MaintenanceOptions maintenance;
    size_t vector_cache_bytes = 64 << 20;
    int max_training_sets = 2;
  };

  // Recovers what the storage holds, and serves it as it was served last: where the file folds customers in another way
  // than the one before, it is back-filled once the engine has started. DATA_LOSS when the storage is damaged.
  static absl::StatusOr<std::unique_ptr<FeatureStoreEngine>> Open(const Options& options, Parts parts);
  ~FeatureStoreEngine();  // stops

  // Begins to commit, sweep, sort, save and back-fill. Tests leave it out and step `writer()` and the others by hand.
  void Start();
  // Acknowledges what waits, sorts the log, saves a checkpoint, ends. Later calls are refused with UNAVAILABLE.
  void Stop();
  // Ends without a checkpoint, so that the next start replays: after a failure, and to test that start.
  void Abandon();

  // `request` is an IngestRequest as it came from the wire. `done` is called exactly once, those of one caller in
  // order; see LogWriter.
  using IngestDone = std::function<void(absl::StatusOr<v1::IngestResponse>)>;
  void Ingest(std::string request, IngestDone done);

  // RESOURCE_EXHAUSTED while another import runs: their memory is large.
  absl::StatusOr<std::unique_ptr<StagedSnapshot>> BeginSnapshot();
  bool importing() const { return *importing_; }  // a staged snapshot lives
  void CommitSnapshot(std::unique_ptr<StagedSnapshot> snapshot, LogWriter::SnapshotDone done);

  // INVALID_ARGUMENT: field and rule; NOT_FOUND: unknown. What is left is taken off the disk in the background.
  void EraseCustomer(const v1::EraseCustomerRequest& request, LogWriter::ErasureDone done);

  // What is served now, or next: null where nothing is being prepared. They live as long as the engine.
  const CompiledDeclarations& Served() const { return live_.Served(); }
  const CompiledDeclarations* Next() const;
  absl::StatusOr<v1::CompareDeclarationsResponse> CompareDeclarations(
      const v1::CompareDeclarationsRequest& request) const;
  // Of now within microseconds a customer; as of a time see HistoryReads. `response` is empty before, and unspecified
  // after an error.
  absl::Status GetFeatures(const v1::GetFeaturesRequest& request, v1::GetFeaturesResponse* response) const;
  absl::StatusOr<v1::GetFeaturesResponse> GetFeatures(const v1::GetFeaturesRequest& request) const;
  absl::StatusOr<v1::ListCustomersResponse> ListCustomers(const v1::ListCustomersRequest& request) const;
  // RESOURCE_EXHAUSTED while too many other training sets are read: as long as their readers live. Readers must go
  // before the engine.
  absl::StatusOr<std::unique_ptr<TrainingSetReader>> ReadTrainingSet(const v1::ReadTrainingSetRequest& request) const;
  // See HistoryReads.
  absl::StatusOr<std::unique_ptr<CustomerExport>> ExportCustomer(const v1::ExportCustomerRequest& request) const {
    return history_reads_.ExportCustomer(request);
  }
  // Reads the whole history on the caller's thread. INVALID_ARGUMENT; RESOURCE_EXHAUSTED while another call does.
  absl::StatusOr<v1::ActivityIndex> GetActivityIndex(const v1::GetActivityIndexRequest& request) const;
  // As GetActivityIndex. CANCELLED soon after `cancelled` says so; it is asked now and then.
  absl::StatusOr<v1::UnpaidBasketReport> GetUnpaidBasketReport(const v1::GetUnpaidBasketReportRequest& request,
                                                               const std::function<bool()>& cancelled) const;
  // RESOURCE_EXHAUSTED while another is counted, as long as its reader lives. Readers must go before the engine.
  absl::StatusOr<std::unique_ptr<CoPurchaseReader>> GetCoPurchases(const v1::GetCoPurchasesRequest& request) const;
  // See HistoryReads.
  absl::StatusOr<bool> GetRecentGoods(const v1::GetRecentGoodsRequest& request, bool may_read_history,
                                      v1::GetRecentGoodsResponse* response) const {
    return history_reads_.GetRecentGoods(request, may_read_history, response);
  }
  absl::StatusOr<std::unique_ptr<Verification>> Verify(const v1::VerifyRequest& request) const;
  // All but what the network knows.
  v1::StoreStats Stats() const;
  const IngestFigures& ingest_figures() const { return ingest_figures_; }

  // See ChangeReader::After.
  absl::StatusOr<Changes> ReadChanges(uint64_t sequence, size_t max,
                                      google::protobuf::RepeatedPtrField<v1::CustomerFeatures>* customers) const {
    return changes_.After(sequence, max, customers);
  }
  uint64_t change_sequence() const;
  // Where whoever follows changes says how far it is.
  WatcherPlaces* watchers() const { return &watchers_; }
  uint64_t source_id() const { return parts_.source_id; }
  // Called after each change, by the writer's thread. Set before Start.
  void OnChange(std::function<void()> listener) { on_change_ = std::move(listener); }

  LogWriter& writer() { return *writer_; }
  Maintenance& maintenance() { return *maintenance_; }
  Cleaner& cleaner() { return *cleaner_; }
  BackFillReader* back_fill_reader() { return back_fill_reader_.get(); }  // null where there is nothing to back-fill

 private:
  FeatureStoreEngine(const Options& options, Parts parts, ServedAtStart start);
  absl::Status Begin(uint64_t unannounced_to);
  void Fail(absl::Status status);
  // What a walk over all customers needs, of this moment.
  CustomerWalk::Source PresentWalk() const ABSL_SHARED_LOCKS_REQUIRED(live_.mutex);

  const Options options_;
  Parts parts_;
  const ServedAtStart start_;
  const Pseudonymizer pseudonyms_;
  const ErasureNames erasure_names_;
  const IdentityHash identities_;
  mutable LiveState live_;
  const StoreClock clock_;
  mutable VectorReader vectors_;
  const ChangeReader changes_;
  const HistoryReads history_reads_;
  mutable WatcherPlaces watchers_;
  IngestFigures ingest_figures_;
  const absl::Time started_;
  std::function<void()> on_change_ = [] {};
  Mutex failure_mutex_;
  bool failed_ ABSL_GUARDED_BY(failure_mutex_) = false;
  mutable std::atomic<int> training_sets_ = 0;
  mutable std::atomic<int> activity_reads_ = 0;
  mutable std::atomic<int> basket_reads_ = 0;
  mutable std::atomic<int> co_purchase_reads_ = 0;
  std::shared_ptr<std::atomic<bool>> importing_ = std::make_shared<std::atomic<bool>>(false);
  bool stopped_ = false;
  std::unique_ptr<Cleaner> cleaner_;
  std::unique_ptr<BackFillReader> back_fill_reader_;  // these two null where the file is served at once
  std::unique_ptr<BackFill> back_fill_;
  std::unique_ptr<Maintenance> maintenance_;  // after what it calls
  std::unique_ptr<LogWriter> writer_;         // after what it calls
};

}  // namespace ebb::feature_store
