#include <optional>

#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/health_check.h"
#include "clients/cpp/scorer_client.h"

namespace ebb {
namespace {

struct ServiceHealth {
  const char* service;
  std::string address;
  absl::Status health;
};

std::vector<ServiceHealth> CheckAll(CommandContext& context) {
  // A look should be quick: a service that needs longer for its health than five seconds is not healthy.
  const absl::Duration limit = std::min(context.options().timeout, absl::Seconds(5));
  std::vector<ServiceHealth> all;
  const Endpoints& endpoints = context.endpoints();
  for (const auto& [service, address] :
       {std::pair("feature store", endpoints.feature_store), std::pair("trainer", endpoints.trainer),
        std::pair("scorer", endpoints.scorer)}) {
    all.push_back({service, address, CheckHealth(service, address, limit, context.tls())});
  }
  return all;
}

// Figures of the services that answer; the others' stay without a value.
Record Figures(CommandContext& context, bool serving, bool store_serves, bool scorer_serves) {
  absl::StatusOr<v1::StoreStats> store = absl::UnavailableError("");
  absl::StatusOr<v1::ScorerStatus> scorer = absl::UnavailableError("");
  if (store_serves) store = context.feature_store().GetStats();
  if (scorer_serves) scorer = context.scorer().GetStatus();
  Record figures;
  if (context.format() != OutputFormat::kTable) figures.Add("serving", BoolCell(serving));
  figures.Add("customers", store.ok() ? CountCell(store->customers()) : NoCell());
  figures.Add("events", store.ok() ? CountCell(store->events()) : NoCell());
  figures.Add("store_clock", store.ok() ? TimeCell(FromTimestamp(store->clock())) : NoCell());
  figures.Add("disk_bytes", store.ok() ? CountCell(store->disk_bytes()) : NoCell());
  figures.Add("model_version", scorer.ok() ? CountCell(scorer->model_version()) : NoCell());
  figures.Add("scored_customers", scorer.ok() ? CountCell(scorer->customers()) : NoCell());
  figures.Add("score_sequence", scorer.ok() ? CountCell(scorer->sequence()) : NoCell());
  figures.Add("subscribers", scorer.ok() ? CountCell(scorer->subscribers()) : NoCell());
  figures.Add("rescore_backlog", scorer.ok() ? CountCell(scorer->rescore_backlog()) : NoCell());
  figures.Add("features_as_of", scorer.ok() && scorer->has_features_as_of()
                                    ? TimeCell(FromTimestamp(scorer->features_as_of()))
                                    : NoCell());
  return figures;
}

absl::Status RunStatus(CommandContext& context) {
  const std::vector<ServiceHealth> all = CheckAll(context);
  Table services({"service", "address", "state"}, "services");
  absl::Status first_problem;
  for (const ServiceHealth& one : all) {
    services.AddRow(
        {TextCell(one.service), TextCell(one.address), TextCell(one.health.ok() ? "serving" : "not serving")});
    first_problem.Update(one.health);
  }
  const Record figures = Figures(context, first_problem.ok(), all[0].health.ok(), all[2].health.ok());
  if (context.format() == OutputFormat::kCsv) {
    Print(context, figures);
  } else {
    Print(context, std::vector<Section>{services, figures});
  }
  return first_problem;
}

}  // namespace

Command StatusCommand() {
  Command command{.name = "status",
                  .group = CommandGroup::kOperate,
                  .summary = "Health of the three services, customers, events, model"};
  command.description = "Exit status 0 only when all three serve, 5 otherwise.";
  command.examples = {{"ebb status", "is everything serving?"}, {"ebb status --output json", "for programs"}};
  command.run = RunStatus;
  return command;
}

}  // namespace ebb
