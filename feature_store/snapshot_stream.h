// One ImportSnapshot stream: rows in, one answer after the commit.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_set>

#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_store_engine.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

class SnapshotStream;

// The running imports, to be closed at shutdown. Thread-safe. Must outlive the server.
class SnapshotStreams {
 public:
  // An import that sends nothing for `idle_limit` ends: it keeps all others out.
  explicit SnapshotStreams(absl::Duration idle_limit) : idle_limit_(idle_limit) {}

  // The reactor of a call that begins.
  grpc::ServerReadReactor<v1::ImportSnapshotRequest>* Begin(FeatureStoreEngine* engine,
                                                            v1::ImportSnapshotResponse* response);
  // Imports end with `status`, but a commit under way is answered; later ones end at once.
  void Close(const absl::Status& status);

 private:
  friend class SnapshotStream;
  absl::Status Add(SnapshotStream* stream);
  void Remove(SnapshotStream* stream);

  const absl::Duration idle_limit_;
  Mutex mutex_;  // taken before a stream's own
  std::unordered_set<SnapshotStream*> streams_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
};

// Belongs to gRPC until OnDone, and to an alarm's callback that is on its way. Whoever ends the stream first decides
// with what; the staged rows, and with them the right to import, are gone before the client knows.
class SnapshotStream final : public grpc::ServerReadReactor<v1::ImportSnapshotRequest> {
 public:
  SnapshotStream(FeatureStoreEngine* engine, SnapshotStreams* streams, v1::ImportSnapshotResponse* response)
      : engine_(engine), streams_(streams), response_(response) {}

  static void Begin(std::shared_ptr<SnapshotStream> stream);
  void Close(const absl::Status& status);

  void OnReadDone(bool ok) override;
  void OnDone() override;

 private:
  // Ends the stream unless it has ended or its commit is under way.
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnSilence(int64_t messages);
  void Commit(std::unique_ptr<StagedSnapshot> snapshot);

  FeatureStoreEngine* const engine_;
  SnapshotStreams* const streams_;
  v1::ImportSnapshotResponse* const response_;
  v1::ImportSnapshotRequest request_;  // of the read under way
  std::shared_ptr<SnapshotStream> self_;
  Mutex mutex_;
  std::unique_ptr<StagedSnapshot> snapshot_ ABSL_GUARDED_BY(mutex_);  // null before the beginning and from the end on
  int64_t messages_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::feature_store
