#pragma once

#include <memory>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "trainer/training_run.h"

namespace ebb::trainer {

// Reads training sets from a feature store over the wire, across interruptions: a stream that breaks off goes on from
// its last chunk's resume_token, as often as it gets further; one that breaks off behind the summary was complete.
// Thread-safe.
// Errors: the store's own, also where it refuses to go on because what it knew has changed; UNAVAILABLE when it cannot
// be reached at first, or does not come back; DEADLINE_EXCEEDED.
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
