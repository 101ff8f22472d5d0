// Where refused events go, with their reasons.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "runtime/mutex.h"

namespace ebb {

// One JSON object for each line refused:
//   {"line":3,"reasons":[{"field":"purchase.lines[0].quantity","value":"-1","rule":"…"}],"event":{…}}
// A line that is no event has one reason without a field, and "text" instead of "event". The file is made at the first
// refusal, replacing an older one. Thread-safe.
class RejectedFile {
 public:
  struct Reason {
    std::string_view field = {};
    std::string_view value = {};
    std::string_view rule = {};
  };
  struct Rejection {
    int64_t line = 0;
    // At least one.
    std::vector<Reason> reasons = {};
    // A JSON value; empty: `text` is written.
    std::string_view event_json = {};
    std::string_view text = {};
  };

  explicit RejectedFile(std::string path) : path_(std::move(path)) {}

  void Add(const Rejection& rejection);
  // Lines refused, whatever the number of their reasons.
  int64_t count() const;
  // The reason of the first one, for a summary: `line 3: purchase.lines[0].quantity: …`.
  std::string first() const;
  const std::string& path() const { return path_; }
  // Writes out what is buffered. An error names the file.
  absl::Status Close();

 private:
  const std::string path_;
  mutable Mutex mutex_;
  std::ofstream file_ ABSL_GUARDED_BY(mutex_);
  int64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string first_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb
