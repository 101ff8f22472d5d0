// ebb-trainer: rebuilds the model of purchase decline and keeps the registry.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "google/protobuf/util/time_util.h"
#include "runtime/clock.h"
#include "runtime/data_folder.h"
#include "runtime/large_blocks.h"
#include "runtime/lock_order.h"
#include "runtime/log.h"
#include "runtime/process_metrics.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/status.h"
#include "runtime/shutdown.h"
#include "runtime/worker.h"
#include "trainer/health_look.h"
#include "trainer/model_monitor.h"
#include "trainer/rocks_registry.h"
#include "trainer/trainer_flags.h"
#include "trainer/trainer_metrics.h"
#include "trainer/trainer_service.h"
#include "trainer/training_options.h"
#include "trainer/training_run.h"
#include "trainer/training_schedule.h"
#include "trainer/training_set_client.h"
#include "trainer/training_slot.h"

namespace ebb::trainer {
namespace {

constexpr uint32_t kDataFormat = 1;

// The store's T.
absl::StatusOr<absl::Time> StoreClock(v1::FeatureStore::Stub* store) {
  grpc::ClientContext context;
  SetDeadline(absl::Seconds(10), &context);
  v1::StoreStats stats;
  const grpc::Status status = store->GetStats(&context, v1::GetStatsRequest(), &stats);
  if (!status.ok()) return FromGrpcStatus(status);
  return absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(stats.clock()));
}

// Null where no metrics are asked for. All is borrowed.
absl::StatusOr<std::unique_ptr<MetricsServer>> ServeMetrics(const TrainerOptions& options, const Registry* registry,
                                                            const TrainingSlot* slot, const ModelMonitor* monitor) {
  if (!options.metrics_listen.has_value()) return nullptr;
  const auto trainer = [=, tally = std::make_shared<TrainingTally>(registry)](MetricPage* page) {
    TrainerState state{
        .trainings = tally->Read(), .running = slot->busy(), .champion = {}, .health = monitor->health()};
    if (const std::optional<int64_t> version = registry->Champion()) {
      if (auto champion = registry->GetModel(*version); champion.ok()) state.champion = *std::move(champion);
    }
    AddTrainerMetrics(state, page);
  };
  return MetricsServer::Start(*options.metrics_listen, {AddProcessMetrics, trainer});
}

// Serves until shutdown. Everything below is destroyed in reverse order: the server before what its calls use,
// trainings before the registry that records their end.
absl::Status Serve(const TrainerOptions& options, ShutdownSignal* shutdown) {
  absl::StatusOr<SearchSpace> space = LoadSearchSpace(options.search_grid);
  if (!space.ok()) return space.status();
  auto folder = DataFolder::Open({.path = options.data_dir, .service = "ebb-trainer", .format_version = kDataFormat});
  if (!folder.ok()) return folder.status();

  const SystemClock clock;
  std::atomic<bool> write_failed = false;
  auto registry = RocksRegistry::Open({.path = (*folder)->Path("registry"), .clock = &clock, .on_write_error = [&] {
                                         write_failed = true;
                                         shutdown->Request();  // only a reopen heals the registry
                                       }});
  if (!registry.ok()) return registry.status();
  if (absl::Status status = (*folder)->FinishCreation(); !status.ok()) return status;

  auto channel = OpenChannel(options.feature_store);
  if (!channel.ok()) return channel.status();
  TrainingSetClient source(*channel, options.read_timeout);
  const TrainingRun run(
      &source, registry->get(), &clock,
      {.space = *std::move(space), .threads = ThreadsToUse(options.threads), .max_rows = options.max_training_rows});

  const CancelFn stopping = [shutdown] { return shutdown->Requested(); };
  const auto store = v1::FeatureStore::NewStub(*channel);
  const HealthLook look({.source = &source,
                         .registry = registry->get(),
                         .store_clock = [&store] { return StoreClock(store.get()); },
                         .max_rows = options.max_training_rows});
  ModelMonitor monitor(options.triggers.check_interval, registry->get(), &clock,
                       [&look, &stopping] { return look.Look(stopping); });
  Worker watcher("monitor", [&monitor] { return monitor.RunOnce(); });

  StreamSet streams;
  TrainingSlot slot(
      registry->get(), &clock,
      [&run](const v1::TrainingOptions& asked, const TrainingControls& controls) { return run.Run(asked, controls); },
      [&streams, &watcher] {
        streams.WakeAll();
        watcher.Wake();  // there may be another champion
      });
  TrainerService service(registry->get(), &slot, &streams, &monitor, (*folder)->source_id());
  const auto metrics = ServeMetrics(options, registry->get(), &slot, &monitor);
  if (!metrics.ok()) return metrics.status();
  auto host = ServerHost::Start(options.server, {&service});
  if (!host.ok()) return host.status();
  (*host)->OnDrain([&streams] { streams.Close(absl::UnavailableError("the trainer is shutting down; call again")); });

  TrainingSchedule schedule(
      options.triggers, registry->get(), &clock, &slot,
      [&run, &stopping] { return run.CheckReady(DefaultTrainingOptions(), stopping); },
      [&run, &stopping] { return run.MeasureChange(DefaultTrainingOptions(), stopping); });
  Worker scheduler("schedule", [&schedule] { return schedule.RunOnce(); });
  if (options.triggers.ByTime() || options.triggers.ByChange()) scheduler.Start();
  watcher.Start();

  (*host)->SetServing("ebb.v1.Trainer", true);
  shutdown->Wait();
  (*host)->SetServing("ebb.v1.Trainer", false);
  scheduler.Stop();
  watcher.Stop();
  slot.Stop();  // before the server drains, so that watchers hear how their training ended
  (*host)->Drain();
  return write_failed ? absl::InternalError("a write to the registry failed; see the log above") : absl::OkStatus();
}

}  // namespace
}  // namespace ebb::trainer

int main(int argc, char** argv) {
  ebb::trainer::TrainerOptions options;
  ebb::Flags flags("ebb-trainer", "Rebuilds the model of purchase decline and keeps the registry of models.");
  AddTrainerFlags(&options, &flags);
  if (std::optional<int> exit_status = flags.Parse(argc, argv)) return *exit_status;
  ebb::TrustLockOrder();
  ebb::GiveBackLargeBlocks();
  if (auto level = ebb::ParseLevel(options.log_level); level.ok()) ebb::SetLogLevel(*level);
  ebb::ShutdownSignal shutdown;
  const absl::Status served = ebb::trainer::Serve(options, &shutdown);
  if (served.ok()) return EXIT_SUCCESS;
  ebb::Log(ebb::Level::kError, "trainer", "the trainer ends", {{"reason", served.ToString()}});
  return EXIT_FAILURE;
}
