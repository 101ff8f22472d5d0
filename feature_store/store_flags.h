// Everything that can be set of an `ebb-feature-store` process, with its defaults.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "feature_store/feature_store_engine.h"
#include "runtime/config.h"
#include "runtime/rpc/server_host.h"

namespace ebb::feature_store {

struct StoreOptions {
  ServerOptions server{.listen = {"127.0.0.1", 7500}};
  std::string data_dir = "ebb-feature-store";
  std::string declarations;  // file; empty: the features built in
  bool check_declarations = false;
  std::string clock = "wall";
  absl::Duration retention = absl::Hours(24 * 1096);
  ByteSize disk_reserve = MiB(256);
  absl::Duration checkpoint_interval = absl::Minutes(1);
  absl::Duration sweep_interval = absl::Seconds(1);
  ByteSize memory = MiB(1024);
  uint64_t segment_events = 250'000;
  std::optional<HostPort> metrics_listen;
  Level log_level = Level::kInfo;
};

void AddStoreFlags(StoreOptions* options, Flags* flags);
FeatureStoreEngine::Options EngineOptions(const StoreOptions& options);
// Of the database's blocks, a part of the memory that customers leave.
size_t CacheBytes(const StoreOptions& options);
// The file named, or the features built in. NOT_FOUND when it cannot be read; INVALID_ARGUMENT with lines and rules.
absl::StatusOr<CompiledDeclarations> LoadDeclarations(const StoreOptions& options);

}  // namespace ebb::feature_store
