// ebb-feature-store: events in, features out.
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "feature_store/activity_watch.h"
#include "feature_store/feature_store_engine.h"
#include "feature_store/feature_store_service.h"
#include "feature_store/store_flags.h"
#include "feature_store/store_folder.h"
#include "feature_store/store_metrics.h"
#include "runtime/large_blocks.h"
#include "runtime/lock_order.h"
#include "runtime/log.h"
#include "runtime/process_metrics.h"
#include "runtime/rpc/server_host.h"
#include "runtime/shutdown.h"
#include "runtime/worker.h"

namespace ebb::feature_store {
namespace {

int Refuse(const absl::Status& status) {
  Log(Level::kError, "store", "cannot start", {{"error", status.ToString()}});
  return EXIT_FAILURE;
}

// Null where no metrics are asked for.
absl::StatusOr<std::unique_ptr<MetricsServer>> ServeMetrics(const StoreOptions& options,
                                                            const FeatureStoreService& service,
                                                            const FeatureStoreEngine& engine,
                                                            const ActivityWatch& activity) {
  if (!options.metrics_listen.has_value()) return nullptr;
  const auto store = [&](MetricPage* page) {
    AddStoreMetrics(service.Stats(), engine.ingest_figures(), page);
    AddActivityMetrics(activity.Last(), page);
  };
  return MetricsServer::Start(*options.metrics_listen, {AddProcessMetrics, store});
}

// For people and scripts: mistakes as compilers print them.
int CheckDeclarations(const StoreOptions& options) {
  const absl::StatusOr<CompiledDeclarations> declarations = LoadDeclarations(options);
  if (!declarations.ok()) {
    std::cerr << declarations.status().message() << std::endl;
    return EXIT_FAILURE;
  }
  std::cout << declarations->features().size() << " features, no mistakes" << std::endl;
  return EXIT_SUCCESS;
}

int Run(const StoreOptions& options) {
  ShutdownSignal shutdown;  // first: threads started later inherit its signal mask
  std::atomic<bool> failed = false;

  absl::StatusOr<CompiledDeclarations> declarations = LoadDeclarations(options);
  if (!declarations.ok()) return Refuse(declarations.status());
  absl::StatusOr<StoreFolder> opened = OpenStoreFolder(options.data_dir, CacheBytes(options));
  if (!opened.ok()) return Refuse(opened.status());
  const std::unique_ptr<DataFolder> folder = std::move(opened->folder);
  const SystemClock clock;
  absl::StatusOr<std::unique_ptr<FeatureStoreEngine>> engine =
      FeatureStoreEngine::Open(EngineOptions(options), {.storage = std::move(opened->storage),
                                                        .declarations = &*declarations,
                                                        .clock = &clock,
                                                        .source_id = folder->source_id(),
                                                        .secret = opened->secret,
                                                        .free_bytes = [&folder] { return folder->FreeBytes(); },
                                                        .on_failure =
                                                            [&](const absl::Status&) {
                                                              // Only a restart heals a failed write: whoever supervises
                                                              // the process does it.
                                                              failed = true;
                                                              shutdown.Request();
                                                            }});
  if (!engine.ok()) return Refuse(engine.status());
  FeatureStoreService service(engine->get());
  ActivityWatch activity(engine->get());
  Worker activity_reader("activity", [&activity] { return activity.RunOnce(); });
  const absl::StatusOr<std::unique_ptr<MetricsServer>> metrics = ServeMetrics(options, service, **engine, activity);
  if (!metrics.ok()) return Refuse(metrics.status());
  (*engine)->Start();
  absl::StatusOr<std::unique_ptr<ServerHost>> host = ServerHost::Start(options.server, {&service});
  if (!host.ok()) {
    (*engine)->Stop();  // it calls the service, which goes first
    return Refuse(host.status());
  }
  (*host)->OnDrain([&service] { service.CloseStreams(); });
  (*host)->SetServing(FeatureStoreService::kName, true);
  if (options.metrics_listen.has_value()) activity_reader.Start();

  shutdown.Wait();
  (*host)->SetServing(FeatureStoreService::kName, false);
  (*host)->Drain();
  activity_reader.Stop();
  (*engine)->Stop();
  Log(Level::kInfo, "store", "stopped", {{"failed", failed.load()}});
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace
}  // namespace ebb::feature_store

int main(int argc, char** argv) {
  ebb::feature_store::StoreOptions options;
  ebb::Flags flags("ebb-feature-store", "Keeps every customer's events and serves features fresh to the last one.");
  ebb::feature_store::AddStoreFlags(&options, &flags);
  if (std::optional<int> exit_status = flags.Parse(argc, argv)) return *exit_status;
  ebb::TrustLockOrder();
  ebb::GiveBackLargeBlocks();
  ebb::SetLogLevel(options.log_level);
  if (options.check_declarations) return ebb::feature_store::CheckDeclarations(options);
  return ebb::feature_store::Run(options);
}
