#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "runtime/config.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/server_host.h"
#include "trainer/search/grid.h"
#include "trainer/training_trigger.h"

namespace ebb::trainer {

// What an ebb-trainer process is told.
struct TrainerOptions {
  TrainerOptions() {
    server.listen = {"127.0.0.1", 7501};
    feature_store.address = "127.0.0.1:7500";
  }

  ServerOptions server;
  ChannelOptions feature_store;
  std::string data_dir;
  absl::Duration read_timeout = absl::Minutes(10);
  TrainingTriggers triggers;  // none: never by itself
  int threads = 0;            // 0: one a core
  int64_t max_training_rows = 1'000'000;
  std::string search_grid;  // file; empty: the built-in grid
  std::optional<HostPort> metrics_listen;
  std::string log_level = "info";
};

void AddTrainerFlags(TrainerOptions* options, Flags* flags);

// Of the file, or the built-in one. NOT_FOUND or INVALID_ARGUMENT name the file and what is wrong in it.
absl::StatusOr<SearchSpace> LoadSearchSpace(const std::string& path);

// `threads`, or the number of cores.
int ThreadsToUse(int threads);

}  // namespace ebb::trainer
