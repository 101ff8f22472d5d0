// Makes a training set's chunks on several threads and hands them out in order.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "feature_store/customer_walk.h"
#include "feature_store/training_chunk.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

// Each thread in turn walks on to the next block of customers, then computes its rows while the others walk: the walk
// is in order, the arithmetic side by side. They stop a few blocks ahead of the reader, so that memory is bounded
// however slow it is. Belongs to one caller.
class TrainingPipeline {
 public:
  struct Options {
    int threads = 2;
    size_t block_customers = 1'024;  // a block ends when it has so many
    size_t block_bytes = 2 << 20;    // or about so many bytes of events
  };

  // One builder for each thread.
  TrainingPipeline(const Options& options, std::unique_ptr<CustomerWalk> walk,
                   std::vector<std::unique_ptr<TrainingChunkBuilder>> builders);
  // Waits for the blocks in hand, some milliseconds each; what is not handed out is dropped.
  ~TrainingPipeline();

  // The next chunk, which may take a block's time; nothing at the end. An error is the end, too: it comes again.
  absl::StatusOr<std::optional<TrainingChunk>> Next();

 private:
  using Result = absl::StatusOr<std::vector<TrainingChunk>>;
  static constexpr uint64_t kBlocksAhead = 3;

  void Run(TrainingChunkBuilder* builder);
  // The next block and its number; nothing where there is none to be walked.
  std::optional<uint64_t> TakeTurn(CustomerBlock* block);
  void Hand(uint64_t turn, Result result);

  const Options options_;
  const std::vector<std::unique_ptr<TrainingChunkBuilder>> builders_;
  Mutex walk_mutex_;  // taken before the other; held by the thread that walks, or waits to
  const std::unique_ptr<CustomerWalk> walk_ ABSL_PT_GUARDED_BY(walk_mutex_);
  Mutex mutex_;
  CondVar changed_;
  uint64_t next_turn_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t taken_ ABSL_GUARDED_BY(mutex_) = 0;   // blocks handed out
  bool walked_ ABSL_GUARDED_BY(mutex_) = false;  // no turn follows
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<uint64_t, Result> results_ ABSL_GUARDED_BY(mutex_);
  std::deque<TrainingChunk> chunks_;  // of the block handed out last
  absl::Status failure_;
  std::vector<std::thread> threads_;  // last: they use the rest
};

}  // namespace ebb::feature_store
