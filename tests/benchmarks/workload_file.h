// Workloads made beforehand: batches as they go over the wire, in a file that a load maps into memory. Ten million
// events as messages would take some GiB, and every round sends the same bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::benchmarks {

struct WireBatch {
  std::string_view bytes;  // an IngestRequest
  int events = 0;
};

// Writes batches one after another; what is not finished leaves no file of that name. Aborts on an error of the disk.
class WorkloadFileWriter {
 public:
  explicit WorkloadFileWriter(std::string path);
  ~WorkloadFileWriter();
  void Add(const v1::IngestRequest& batch);
  void Finish();

 private:
  const std::string path_;
  std::FILE* file_;
};

// The batches of a file, in memory when the constructor returns. Aborts where there is none.
class WorkloadFile {
 public:
  explicit WorkloadFile(const std::string& path);
  ~WorkloadFile();
  WorkloadFile(const WorkloadFile&) = delete;
  WorkloadFile& operator=(const WorkloadFile&) = delete;

  // At most the first batches that hold `events` together.
  std::span<const WireBatch> batches(int64_t events = INT64_MAX) const;

 private:
  void* mapped_ = nullptr;
  size_t size_ = 0;
  std::vector<WireBatch> batches_;
};

// An event of a batch for those who store events one by one.
struct EventBytes {
  std::string key;  // customer, time (big endian), event id
  std::string_view customer;
  int64_t micros = 0;      // event time
  std::string_view value;  // the Event as it was sent
};
// Views hold as long as the batch's bytes.
std::vector<EventBytes> SplitEvents(const WireBatch& batch);

}  // namespace ebb::benchmarks
