// Proves that what is served follows from the raw events.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/history.h"
#include "feature_store/live_state.h"
#include "feature_store/log_moment.h"
#include "feature_store/state_hash.h"
#include "feature_store/storage.h"
#include "feature_store/vector_reader.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Recomputes customers from history and log, some at a time, and compares with what readers get. Goes on beside a live
// store: everything is read as the log stood at one position, where the hash is taken; a customer that moved on before
// it was looked at is compared once more, at a later position. It ends with WentOver when other declarations are served
// meanwhile. Not thread-safe.
class Verification {
 public:
  struct Source {  // all borrowed
    LiveState* live;
    const Storage* storage;
    VectorReader* vectors;
    const CompiledDeclarations* declarations;
  };

  // The customers known now, or some of them as the request says. INVALID_ARGUMENT names the field that cannot be,
  // NOT_FOUND the first unknown customer.
  static absl::StatusOr<std::unique_ptr<Verification>> Open(const Source& source, const v1::VerifyRequest& request,
                                                            absl::Time store_clock);

  // Fills the next message after some ten milliseconds of work; the last has the summary. False: there are no more.
  absl::StatusOr<bool> Next(v1::VerifyResponse* response);

 private:
  struct Version {
    Pseudonym pseudonym;
    uint64_t folded_to;
  };
  // What is served of a customer, all of it of one moment.
  struct Served {
    uint32_t id = 0;
    bool erased = false;
    std::string customer_id;
    Pseudonym pseudonym{};
    uint64_t folded_to = 0;
    FeatureValues values;
    Sha256Digest digest{};
  };

  Verification(const Source& source, std::vector<uint32_t> customers, absl::Time hash_as_of);
  LogMoment Now() const;
  absl::Status BeginBatch();
  std::vector<Version> VersionsOf(const std::vector<uint32_t>& customers) const;
  absl::StatusOr<std::vector<Served>> ReadServed(const std::vector<uint32_t>& customers) const;
  absl::Status Check(const Served& served, v1::VerifyResponse* response);
  void Compare(const Served& served, const std::vector<v1::Event>& events, v1::VerifyResponse* response);
  void AddToHash(const std::string& customer_id, const std::vector<v1::Event>& events);

  const Source source_;
  const absl::Time hash_as_of_;
  const LogMoment beginning_;
  const int64_t customers_;
  std::deque<uint32_t> first_;  // still to be hashed, and compared if they have not moved on
  std::deque<uint32_t> moved_;  // still to be compared
  size_t moved_at_once_;

  bool hashing_ = true;            // the batch in hand is of `first_`
  uint64_t position_ = 0;          // of the batch in hand
  int64_t expired_before_us_ = 0;  // of the history, when the batch was begun
  std::unique_ptr<HistoryReader> history_;
  std::vector<Served> batch_;
  size_t next_ = 0;  // of the batch

  StateHash hash_;
  int64_t compared_ = 0;
  int64_t mismatched_ = 0;
  int64_t events_ = 0;
  bool finished_ = false;
};

}  // namespace ebb::feature_store
