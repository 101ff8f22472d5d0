// What a server in a test was asked last.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "runtime/mutex.h"

namespace ebb::testing {

// Kept by the server's threads, read by the test when the call has ended. Thread-safe.
class LastRequest {
 public:
  void Keep(const google::protobuf::Message& request) {
    MutexLock lock(&mutex_);
    text_ = request.ShortDebugString();
  }
  // In protobuf's text format, on one line.
  std::string text() const {
    MutexLock lock(&mutex_);
    return text_;
  }

 private:
  mutable Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::testing
