#include "feature_store/training_pipeline.h"

#include <utility>

namespace ebb::feature_store {

TrainingPipeline::TrainingPipeline(const Options& options, std::unique_ptr<CustomerWalk> walk,
                                   std::vector<std::unique_ptr<TrainingChunkBuilder>> builders)
    : options_(options), builders_(std::move(builders)), walk_(std::move(walk)) {
  for (const auto& builder : builders_) threads_.emplace_back([this, one = builder.get()] { Run(one); });
}

TrainingPipeline::~TrainingPipeline() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void TrainingPipeline::Run(TrainingChunkBuilder* builder) {
  CustomerBlock block;
  while (const std::optional<uint64_t> turn = TakeTurn(&block)) Hand(*turn, builder->Build(block));
}

std::optional<uint64_t> TrainingPipeline::TakeTurn(CustomerBlock* block) {
  MutexLock walking(&walk_mutex_);
  uint64_t turn;
  {
    MutexLock lock(&mutex_);
    while (!stopping_ && !walked_ && next_turn_ >= taken_ + kBlocksAhead) changed_.Wait(&mutex_);
    if (stopping_ || walked_) return std::nullopt;
    turn = next_turn_++;
  }
  const absl::StatusOr<bool> more = walk_->Fill(options_.block_customers, options_.block_bytes, block);
  if (!more.ok() || !*more) {
    MutexLock lock(&mutex_);
    walked_ = true;
    changed_.SignalAll();
  }
  if (more.ok()) return turn;
  Hand(turn, more.status());
  return std::nullopt;
}

void TrainingPipeline::Hand(uint64_t turn, Result result) {
  MutexLock lock(&mutex_);
  results_.emplace(turn, std::move(result));
  changed_.SignalAll();
}

absl::StatusOr<std::optional<TrainingChunk>> TrainingPipeline::Next() {
  if (!failure_.ok()) return failure_;
  while (chunks_.empty()) {
    MutexLock lock(&mutex_);
    while (!results_.contains(taken_)) {
      if (walked_ && taken_ == next_turn_) return std::nullopt;
      changed_.Wait(&mutex_);
    }
    auto next = results_.extract(taken_);
    if (!next.mapped().ok()) {
      stopping_ = true;
      changed_.SignalAll();
      return failure_ = next.mapped().status();
    }
    ++taken_;
    changed_.SignalAll();
    for (TrainingChunk& chunk : *next.mapped()) chunks_.push_back(std::move(chunk));
  }
  TrainingChunk chunk = std::move(chunks_.front());
  chunks_.pop_front();
  return chunk;
}

}  // namespace ebb::feature_store
