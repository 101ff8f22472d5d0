#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/table.h"
#include "clients/cli/up/port_check.h"
#include "clients/cli/up/program_path.h"
#include "clients/cli/up/supervisor.h"
#include "clients/cpp/health_check.h"

namespace ebb {
namespace {

namespace fs = std::filesystem;

struct UpOptions {
  std::string data_dir;
  std::string clock = "wall";
  bool metrics = false;
};

absl::StatusOr<fs::path> DataDir(const std::string& given) {
  if (!given.empty()) return fs::absolute(given);
  const char* data_home = std::getenv("XDG_DATA_HOME");
  if (data_home != nullptr && *data_home != '\0') return fs::path(data_home) / "ebb";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return fs::path(home) / ".local/share/ebb";
  return absl::FailedPreconditionError("no home folder is known; say where the data goes with --data-dir DIR");
}

// Of the first, second or third service.
std::string MetricsAddress(const CommandContext& context, size_t service) {
  return absl::StrCat("127.0.0.1:", context.options().port_base + kMetricsOffset + static_cast<int>(service));
}

absl::StatusOr<std::vector<ServiceSpec>> Services(const UpOptions& options, const CommandContext& context,
                                                  const fs::path& data_dir) {
  std::error_code error;
  const fs::path logs = data_dir / "logs";
  fs::create_directories(logs, error);
  if (error) {
    return absl::FailedPreconditionError(absl::StrCat("cannot create ", logs.string(), ": ", error.message(),
                                                      "; choose another place with --data-dir DIR"));
  }
  absl::StatusOr<Endpoints> endpoints = LoopbackEndpoints(context.options().port_base);
  if (!endpoints.ok()) return endpoints.status();
  const auto spec = [&](const char* name, const char* folder, const char* program, const std::string& address) {
    return ServiceSpec{.name = name,
                       .command = {ProgramBesideUs(program), "--listen", address, "--data-dir", data_dir / folder},
                       .address = address,
                       .log_path = context.options().verbose ? "" : (logs / (std::string(program) + ".log")).string()};
  };
  std::vector<ServiceSpec> services = {
      spec("feature store", "feature_store", "ebb-feature-store", endpoints->feature_store),
      spec("trainer", "trainer", "ebb-trainer", endpoints->trainer),
      spec("scorer", "scorer", "ebb-scorer", endpoints->scorer)};
  services[0].command.insert(services[0].command.end(), {"--clock", options.clock});
  for (size_t i = 0; options.metrics && i < services.size(); ++i) {
    services[i].command.insert(services[i].command.end(), {"--metrics-listen", MetricsAddress(context, i)});
  }
  services[1].command.insert(services[1].command.end(), {"--feature-store", endpoints->feature_store});
  services[2].command.insert(services[2].command.end(),
                             {"--feature-store", endpoints->feature_store, "--trainer", endpoints->trainer});
  return services;
}

void Announce(const UpOptions& options, CommandContext& context, const std::vector<ServiceSpec>& services,
              const fs::path& data_dir) {
  Record up;
  up.Add("feature_store", TextCell(services[0].address));
  up.Add("trainer", TextCell(services[1].address));
  up.Add("scorer", TextCell(services[2].address));
  const auto metrics = [&](size_t service) {
    return TextCell(absl::StrCat("http://", MetricsAddress(context, service), "/metrics"));
  };
  if (options.metrics) {
    up.Add("feature_store_metrics", metrics(0));
    up.Add("trainer_metrics", metrics(1));
    up.Add("scorer_metrics", metrics(2));
  }
  up.Add("data", TextCell(data_dir.string()));
  Print(context, up);
  context.out().flush();
  context.Remark("Ebb is up; Ctrl-C stops it.");
}

absl::Status RunUp(const UpOptions& options, CommandContext& context) {
  if (!context.tls().empty())
    return UsageError(
        "`ebb up` serves on loopback in plaintext: leave out --tls-ca, --tls-cert and --tls-key, in the environment "
        "(EBB_TLS_…) and in ebb.toml too");
  const Interrupt interrupt;
  const absl::StatusOr<fs::path> data_dir = DataDir(options.data_dir);
  if (!data_dir.ok()) return data_dir.status();
  const absl::StatusOr<std::vector<ServiceSpec>> services = Services(options, context, *data_dir);
  if (!services.ok()) return services.status();
  std::vector<int> offsets = {0, 1, 2};
  if (options.metrics) offsets.insert(offsets.end(), {kMetricsOffset, kMetricsOffset + 1, kMetricsOffset + 2});
  for (const int offset : offsets) {
    if (absl::Status free = CheckPortFree(context.options().port_base + offset); !free.ok()) return free;
  }
  Supervisor supervisor({.services = *services,
                         .check =
                             [](const ServiceSpec& service) {
                               return CheckHealth(service.name, service.address, absl::Milliseconds(500));
                             },
                         .stop_requested = [&](absl::Duration wait) { return interrupt.WaitFor(wait); },
                         .on_all_serving = [&] { Announce(options, context, *services, *data_dir); },
                         .remark = [&](const std::string& text) { context.Remark(text); }});
  context.Remark(absl::StrCat(
      "starting the services (logs: ", context.options().verbose ? "below" : (*data_dir / "logs").string(), ")"));
  if (absl::Status status = supervisor.Run(); !status.ok()) return status;
  context.Remark("stopped");
  return absl::OkStatus();
}

}  // namespace

Command UpCommand() {
  auto options = std::make_shared<UpOptions>();
  Command command{
      .name = "up", .group = CommandGroup::kStart, .summary = "Run the three services on this machine until Ctrl-C"};
  command.description =
      "The feature store listens at the port base (7500), the trainer one above, the scorer two above, on loopback "
      "only. A service that dies is\n"
      "started again. Acknowledged events are on disk: stop it as you like.";
  command.examples = {{"ebb up", "data in ~/.local/share/ebb", false},
                      {"ebb up --data-dir shop --port-base 7600", "a second shop beside it", false},
                      {"ebb up --clock watermark", "time follows the events: for replays of history", false}};
  command
      .Add("--data-dir", &options->data_dir,
           "Where everything is kept (default $XDG_DATA_HOME/ebb or ~/.local/share/ebb)")
      .Value("DIR")
      .Completes("directory");
  command.Add("--clock", &options->clock, "The store's time").OneOf({"wall", "watermark"});
  command.Flag("--metrics", &options->metrics, "Serve the services' metrics for Prometheus, each four above its port");
  command.run = [options](CommandContext& context) { return RunUp(*options, context); };
  return command;
}

}  // namespace ebb
