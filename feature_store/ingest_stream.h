// One Ingest stream: batches in, acknowledgements out, in order.
#pragma once

#include <deque>
#include <memory>
#include <unordered_set>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_store_engine.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

class IngestStream;

// The running Ingest streams, to be closed at shutdown. Thread-safe. Must outlive the server.
class IngestStreams {
 public:
  // Streams end with `status` once what they have in flight is answered; later ones end at once.
  void Close(const absl::Status& status);

 private:
  friend class IngestStream;
  absl::Status Add(IngestStream* stream);
  void Remove(IngestStream* stream);

  Mutex mutex_;
  std::unordered_set<IngestStream*> streams_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
};

// Takes requests as raw bytes, because the log keeps them as they came. Many are in flight at once, so that the
// client's sending, the disk and the fold overlap, and a group commit finds all single events that wait; beyond the two
// bounds it stops reading and the client feels it. Acknowledgements that follow each other go to the network as one.
// Belongs to gRPC until OnDone, and to the acknowledgements under way.
class IngestStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr size_t kMaxInFlight = 256;
  static constexpr size_t kMaxBytesInFlight = 8 << 20;  // one request more begins below it

  // Returns the reactor of a call that begins.
  static grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Begin(FeatureStoreEngine* engine,
                                                                            IngestStreams* streams);
  void Close(const absl::Status& status);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  IngestStream(FeatureStoreEngine* engine, IngestStreams* streams) : engine_(engine), streams_(streams) {}

  void OnCommitted(size_t bytes, const absl::StatusOr<v1::IngestResponse>& response);
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Starts whatever can be: the next write, the next read, the end.
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  FeatureStoreEngine* const engine_;
  IngestStreams* const streams_;
  std::shared_ptr<IngestStream> self_;
  grpc::ByteBuffer request_;   // of the read under way
  grpc::ByteBuffer response_;  // of the write under way
  Mutex mutex_;
  std::deque<grpc::ByteBuffer> responses_ ABSL_GUARDED_BY(mutex_);
  size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  bool began_ ABSL_GUARDED_BY(mutex_) = false;  // something was written
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;  // nothing more is read
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;  // the client does not listen any more
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::feature_store
