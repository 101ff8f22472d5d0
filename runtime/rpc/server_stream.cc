#include "runtime/rpc/server_stream.h"

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"

namespace ebb {

absl::Status StreamSet::PoolIsFull() {
  return WithRetryDelay(absl::ResourceExhaustedError("too much long work is waiting already; try again later"),
                        absl::Seconds(1));
}

absl::Status StreamSet::Add(StreamControl* stream) {
  MutexLock lock(&mutex_);
  if (!closed_.ok()) return closed_;
  if (streams_.size() >= options_.max_streams) {
    return WithRetryDelay(absl::ResourceExhaustedError(absl::StrCat("all ", options_.max_streams,
                                                                    " streams of this method are taken; close one or "
                                                                    "try again later")),
                          absl::Seconds(5));
  }
  streams_.insert(stream);
  return absl::OkStatus();
}

void StreamSet::Remove(StreamControl* stream) {
  MutexLock lock(&mutex_);
  streams_.erase(stream);
}

void StreamSet::WakeAll() {
  MutexLock lock(&mutex_);
  for (StreamControl* stream : streams_) stream->Wake();
}

void StreamSet::Close(const absl::Status& status) {
  MutexLock lock(&mutex_);
  if (!closed_.ok()) return;
  closed_ = status;
  for (StreamControl* stream : streams_) stream->Close(status);
}

size_t StreamSet::size() const {
  MutexLock lock(&mutex_);
  return streams_.size();
}

}  // namespace ebb
