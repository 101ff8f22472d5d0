#include "clients/cpp/training_watch.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "clients/cpp/peer.h"
#include "clients/cpp/stream_reader.h"
#include "ebb/v1/trainer_service.grpc.pb.h"
#include "runtime/backoff.h"

namespace ebb {
namespace {

bool HasEnded(const v1::Training& training) {
  return training.state() != v1::Training::RUNNING && training.state() != v1::Training::STATE_UNSPECIFIED;
}

// One stream until its end. OK with `latest` ended, or why the stream ended before.
absl::Status Follow(const TrainingWatchOptions& options, const Peer<v1::Trainer>& peer, v1::Training* latest,
                    absl::Time* last_heard) {
  v1::WatchTrainingRequest request;
  request.set_name(options.name);
  StreamReader<v1::Training> reader;
  peer.stub->async()->WatchTraining(reader.context(), &request, reader.reactor());
  reader.Start();
  while (true) {
    switch (reader.Read(options.poll, latest)) {
      case ReadOutcome::kMessage:
        *last_heard = absl::Now();
        options.on_progress(*latest);
        if (HasEnded(*latest)) return absl::OkStatus();
        break;
      case ReadOutcome::kTimeout:
        break;
      case ReadOutcome::kEnd:
        if (reader.status().ok()) return absl::UnavailableError("the trainer ended the stream");
        return PeerStatus(reader.status(), peer.service, peer.address);
    }
    if (!options.go_on()) return absl::CancelledError("no longer watched");
  }
}

}  // namespace

absl::StatusOr<v1::Training> WatchTraining(const TrainingWatchOptions& options) {
  const Peer<v1::Trainer> peer("trainer", options.address, options.outage_limit, options.tls);
  if (!peer.problem.ok()) return peer.problem;
  Backoff backoff(absl::Milliseconds(100), absl::Seconds(2), /*seed=*/0);
  v1::Training latest;
  absl::Time last_heard = absl::Now();
  while (true) {
    const absl::Status status = Follow(options, peer, &latest, &last_heard);
    if (status.ok()) return latest;
    if (status.code() != absl::StatusCode::kUnavailable || absl::Now() - last_heard > options.outage_limit)
      return status;
    const absl::Time until = absl::Now() + backoff.Next();
    while (absl::Now() < until) {
      if (!options.go_on()) return absl::CancelledError("no longer watched");
      absl::SleepFor(std::min(options.poll, until - absl::Now()));
    }
  }
}

}  // namespace ebb
