#pragma once

#include <memory>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "trainer/training_run.h"

namespace ebb::trainer {

// Reads training sets from a feature store over the wire. Thread-safe.
// Errors: the store's own; UNAVAILABLE when it cannot be reached or went away in the middle; DEADLINE_EXCEEDED.
class TrainingSetClient final : public TrainingSetSource {
 public:
  // `timeout` bounds a whole read.
  TrainingSetClient(std::shared_ptr<grpc::Channel> channel, absl::Duration timeout);

  absl::Status Read(const v1::ReadTrainingSetRequest& request, const CancelFn& cancelled,
                    const TakeChunk& take) override;

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const absl::Duration timeout_;
};

}  // namespace ebb::trainer
