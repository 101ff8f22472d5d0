#include "feature_store/ingest_stream.h"

#include <string>
#include <utility>
#include <vector>

#include "runtime/rpc/status.h"

namespace ebb::feature_store {
namespace {

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

grpc::ByteBuffer ToBuffer(const v1::IngestResponse& response) {
  const grpc::Slice slice(response.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

absl::Status IngestStreams::Add(IngestStream* stream) {
  MutexLock lock(&mutex_);
  if (closed_.ok()) streams_.insert(stream);
  return closed_;
}

void IngestStreams::Remove(IngestStream* stream) {
  MutexLock lock(&mutex_);
  streams_.erase(stream);
}

void IngestStreams::Close(const absl::Status& status) {
  MutexLock lock(&mutex_);
  closed_ = status;
  for (IngestStream* stream : streams_) stream->Close(status);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* IngestStream::Begin(FeatureStoreEngine* engine,
                                                                                 IngestStreams* streams) {
  auto* stream = new IngestStream(engine, streams);
  stream->self_.reset(stream);
  const std::shared_ptr<IngestStream> alive = stream->self_;
  const absl::Status added = streams->Add(stream);
  MutexLock lock(&stream->mutex_);
  if (!added.ok()) stream->End(added);
  stream->Proceed();
  return stream;
}

void IngestStream::OnReadDone(bool ok) {
  if (!ok) {
    MutexLock lock(&mutex_);
    reading_ = false;
    ending_ = true;
    return Proceed();
  }
  std::string bytes = ToString(request_);
  const size_t size = bytes.size();
  {
    MutexLock lock(&mutex_);
    ++in_flight_;
    bytes_in_flight_ += size;
  }
  engine_->Ingest(std::move(bytes), [stream = self_, size](const absl::StatusOr<v1::IngestResponse>& response) {
    stream->OnCommitted(size, response);
  });
  // Only now: requests of a stream reach the engine in order.
  MutexLock lock(&mutex_);
  reading_ = false;
  Proceed();
}

void IngestStream::OnCommitted(size_t bytes, const absl::StatusOr<v1::IngestResponse>& response) {
  MutexLock lock(&mutex_);
  --in_flight_;
  bytes_in_flight_ -= bytes;
  if (response.ok()) {
    responses_.push_back(ToBuffer(*response));
  } else {
    End(response.status());
  }
  Proceed();
}

void IngestStream::OnWriteDone(bool ok) {
  MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) gone_ = ending_ = true;
  Proceed();
}

void IngestStream::OnCancel() {
  MutexLock lock(&mutex_);
  gone_ = true;
  End(absl::CancelledError("the client has gone"));
  Proceed();
}

void IngestStream::Close(const absl::Status& status) {
  const std::shared_ptr<IngestStream> alive = self_;
  MutexLock lock(&mutex_);
  End(status);
  Proceed();
}

void IngestStream::End(const absl::Status& status) {
  if (end_.ok()) end_ = status;
  ending_ = true;
}

void IngestStream::Proceed() {
  if (finished_) return;
  if (gone_) responses_.clear();
  if (!writing_ && !responses_.empty()) {
    response_ = std::move(responses_.front());
    responses_.pop_front();
    writing_ = true;
    grpc::WriteOptions options;
    // The network waits for the next one; but headers that go with a message are written only where nothing waits.
    if (!responses_.empty() && began_) options.set_buffer_hint();
    began_ = true;
    StartWrite(&response_, options);
  }
  const bool room = in_flight_ + responses_.size() < kMaxInFlight && bytes_in_flight_ < kMaxBytesInFlight;
  if (!reading_ && !ending_ && room) {
    reading_ = true;
    request_.Clear();
    StartRead(&request_);
  }
  if (ending_ && in_flight_ == 0 && responses_.empty() && !writing_) {
    finished_ = true;
    Finish(ToGrpcStatus(end_));
  }
}

void IngestStream::OnDone() {
  streams_->Remove(this);
  const std::shared_ptr<IngestStream> last = std::move(self_);
}

}  // namespace ebb::feature_store
