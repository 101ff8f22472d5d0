#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/model_name.h"
#include "clients/cli/model_report.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/trainer_client.h"

namespace ebb {
namespace {

struct ModelChoice {
  std::string version;
};

absl::Status RunModels(CommandContext& context) {
  Table table({"version", "state", "family", "parameters", "scaler", "cv_roc_auc", "holdout_roc_auc", "training_rows",
               "created"});
  v1::ListModelsRequest request;
  request.set_with_reports(true);
  request.set_page_size(1'000);
  do {
    const absl::StatusOr<v1::ListModelsResponse> page = context.trainer().ListModels(request);
    if (!page.ok()) return page.status();
    for (const v1::Model& model : page->models()) {
      const v1::TrainingReport& report = model.report();
      table.AddRow({CountCell(model.version()), TextCell(StateName(model.state())), TextCell(report.family()),
                    TextCell(report.parameters()), report.scaler().empty() ? NoCell() : TextCell(report.scaler()),
                    RealCell(report.cross_validated().roc_auc()), RealCell(report.holdout().roc_auc()),
                    CountCell(report.training_rows()), TimeCell(FromTimestamp(model.create_time()))});
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  Print(context, table);
  if (table.rows().empty()) context.Remark("no model yet; make one with `ebb train --wait`");
  return absl::OkStatus();
}

absl::Status RunShow(const ModelChoice& choice, CommandContext& context) {
  const absl::StatusOr<std::string> name = ModelName(choice.version);
  if (!name.ok()) return name.status();
  const absl::StatusOr<v1::Model> model = context.trainer().GetModel(*name);
  if (!model.ok()) return model.status();
  Print(context, ModelReport(*model));
  return absl::OkStatus();
}

absl::Status RunPromote(const ModelChoice& choice, CommandContext& context) {
  const absl::StatusOr<std::string> name = ModelName(choice.version);
  if (!name.ok()) return name.status();
  const absl::StatusOr<v1::Model> model = context.trainer().PromoteModel(*name);
  if (!model.ok()) return model.status();
  Record record;
  record.Add("version", CountCell(model->version()));
  record.Add("state", TextCell(StateName(model->state())));
  Print(context, record);
  context.Remark("scores follow; `ebb status` shows how many customers wait");
  return absl::OkStatus();
}

}  // namespace

Command ModelsCommand() {
  Command command{.name = "models", .group = CommandGroup::kModel, .summary = "All models, newest first"};
  command.examples = {{"ebb models", "which is the champion?"}};
  command.run = RunModels;
  return command;
}

Command ModelShowCommand() {
  auto choice = std::make_shared<ModelChoice>();
  Command command{.name = "model show",
                  .group = CommandGroup::kModel,
                  .summary = "Candidates, parameters, metrics and confusion matrices of a model"};
  command.examples = {{"ebb model show champion", "the one in use"},
                      {"ebb model show 1 --output json", "for programs"}};
  command.Add("VERSION", &choice->version, "A version, or champion").Required().Completes("model");
  command.run = [choice](CommandContext& context) { return RunShow(*choice, context); };
  return command;
}

Command ModelPromoteCommand() {
  auto choice = std::make_shared<ModelChoice>();
  Command command{.name = "model promote",
                  .group = CommandGroup::kModel,
                  .summary = "Make a model the champion; an older version to go back"};
  command.examples = {{"ebb model promote 1", "serve version 1"}};
  command.Add("VERSION", &choice->version, "A version").Required().Completes("model");
  command.run = [choice](CommandContext& context) { return RunPromote(*choice, context); };
  return command;
}

}  // namespace ebb
