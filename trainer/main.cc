// ebb-trainer: rebuilds the model of purchase decline and keeps the registry.
#include <atomic>
#include <cstdlib>
#include <optional>

#include "runtime/clock.h"
#include "runtime/data_folder.h"
#include "runtime/lock_order.h"
#include "runtime/log.h"
#include "runtime/shutdown.h"
#include "runtime/worker.h"
#include "trainer/rocks_registry.h"
#include "trainer/trainer_flags.h"
#include "trainer/trainer_service.h"
#include "trainer/training_options.h"
#include "trainer/training_run.h"
#include "trainer/training_schedule.h"
#include "trainer/training_set_client.h"
#include "trainer/training_slot.h"

namespace ebb::trainer {
namespace {

constexpr uint32_t kDataFormat = 1;

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

  StreamSet streams;
  TrainingSlot slot(
      registry->get(), &clock,
      [&run](const v1::TrainingOptions& asked, const TrainingControls& controls) { return run.Run(asked, controls); },
      [&streams] { streams.WakeAll(); });
  TrainerService service(registry->get(), &slot, &streams, (*folder)->source_id());
  auto host = ServerHost::Start(options.server, {&service});
  if (!host.ok()) return host.status();
  (*host)->OnDrain([&streams] { streams.Close(absl::UnavailableError("the trainer is shutting down; call again")); });

  const CancelFn stopping = [shutdown] { return shutdown->Requested(); };
  TrainingSchedule schedule(
      options.triggers, registry->get(), &clock, &slot,
      [&run, &stopping] { return run.CheckReady(DefaultTrainingOptions(), stopping); },
      [&run, &stopping] { return run.MeasureChange(DefaultTrainingOptions(), stopping); });
  Worker scheduler("schedule", [&schedule] { return schedule.RunOnce(); });
  if (options.triggers.ByTime() || options.triggers.ByChange()) scheduler.Start();

  (*host)->SetServing("ebb.v1.Trainer", true);
  shutdown->Wait();
  (*host)->SetServing("ebb.v1.Trainer", false);
  scheduler.Stop();
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
  if (auto level = ebb::ParseLevel(options.log_level); level.ok()) ebb::SetLogLevel(*level);
  ebb::ShutdownSignal shutdown;
  const absl::Status served = ebb::trainer::Serve(options, &shutdown);
  if (served.ok()) return EXIT_SUCCESS;
  ebb::Log(ebb::Level::kError, "trainer", "the trainer ends", {{"reason", served.ToString()}});
  return EXIT_FAILURE;
}
