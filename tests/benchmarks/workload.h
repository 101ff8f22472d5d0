#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::benchmarks {

// The one workload of all ingest benchmarks: 60 % page views, 15 % basket changes, 10 % purchases of three lines, 10 %
// minutes, 5 % others (errors, contacts, profiles, profit); times rise over 180 days up to `end`, 2 % come late by up
// to 7 days. 1 % are an earlier event sent again, from 1 to 1,000,000 events later: half of them within the next
// thousand, as a client repeats what was not acknowledged; the rest long after, as a queue is read a second time.
struct WorkloadOptions {
  int64_t events = 1'000'000;
  int64_t customers = 10'000;
  int events_per_batch = 1'000;
  // Customers by Zipf's law with exponent 1 instead of uniformly.
  bool zipf = false;
  absl::Time end = absl::Now();
  uint64_t seed = 0;
};

// The events of a workload one by one, in any order. Immutable: threads may share it.
class Workload {
 public:
  explicit Workload(const WorkloadOptions& options);

  // Event `index` of [0, options.events). `*is_repeated`: one that was sent before.
  v1::Event At(int64_t index, bool* is_repeated = nullptr) const;

 private:
  const WorkloadOptions options_;
  std::vector<double> cumulative_;  // of Zipf's law, by customer
};

using TakeBatch = std::function<void(v1::IngestRequest)>;

// Gives the batches in order of sending and returns how many events were sent before: a store must count exactly these
// as duplicates. The same options give the same bytes.
int64_t MakeWorkload(const WorkloadOptions& options, const TakeBatch& take);
std::vector<v1::IngestRequest> MakeWorkload(const WorkloadOptions& options);

// The log of a shop that only sells, for training sets: a profile of each customer, then a purchase of three lines in
// each of `months` from `first` on. Times are unique for a customer and rise from month to month; back-filled.
struct PurchaseLogOptions {
  int64_t customers = 100'000;
  int months = 13;
  absl::CivilMonth first;
  int events_per_batch = 1'000;
};
void MakePurchaseLog(const PurchaseLogOptions& options, const TakeBatch& take);

}  // namespace ebb::benchmarks
