#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/model_report.h"
#include "clients/cli/progress.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/scorer_client.h"
#include "clients/cpp/trainer_client.h"
#include "clients/cpp/training_watch.h"
#include "fmt/format.h"
#include "runtime/flag_value.h"

namespace ebb {
namespace {

struct TrainOptions {
  bool wait = false;
  uint64_t seed = 0;
  double holdout_share = 0.25;
  std::string holdout;  // empty: as the trainer has it
  int64_t folds = 5;
  int64_t inner_repeats = 1;
  double threshold = 0.7;
  double acceptance_roc_auc = 0.91;
  double acceptance_smape = 15;
  bool no_promote = false;
  std::string publish = "stack";
  std::string search = "grid";
  int64_t trials = 20;
  std::string search_budget;  // empty: no limit
  std::string labels = "imported";
  std::vector<std::string> as_of;
};

absl::Status SetSearch(const TrainOptions& options, v1::TrainingOptions* asked) {
  if (options.search == "random") {
    asked->set_search(v1::TrainingOptions::RANDOM);
  } else if (options.search == "successive-halving") {
    asked->set_search(v1::TrainingOptions::SUCCESSIVE_HALVING);
  } else {
    asked->set_search(v1::TrainingOptions::GRID);
  }
  asked->set_trials(static_cast<int32_t>(options.trials));
  if (options.search_budget.empty()) return absl::OkStatus();
  absl::Duration budget;
  if (absl::Status status = ParseFlagValue(options.search_budget, &budget); !status.ok())
    return UsageError(absl::StrCat("--search-budget: `", options.search_budget, "` ", status.message()));
  if (budget <= absl::ZeroDuration()) return UsageError("--search-budget: must be above 0");
  if (budget == absl::InfiniteDuration()) return absl::OkStatus();
  asked->mutable_search_budget()->set_seconds(absl::IDivDuration(budget, absl::Seconds(1), &budget));
  asked->mutable_search_budget()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(budget)));
  return absl::OkStatus();
}

absl::StatusOr<v1::TrainRequest> MakeRequest(const TrainOptions& options) {
  v1::TrainRequest request;
  v1::TrainingOptions& asked = *request.mutable_options();
  asked.set_seed(options.seed);
  asked.set_holdout_share(options.holdout_share);
  if (options.holdout == "customers") asked.set_holdout(v1::TrainingOptions::CUSTOMERS);
  if (options.holdout == "latest") asked.set_holdout(v1::TrainingOptions::LATEST);
  asked.set_folds(static_cast<int32_t>(options.folds));
  asked.set_inner_repeats(static_cast<int32_t>(options.inner_repeats));
  asked.set_segment_threshold(options.threshold);
  asked.set_acceptance_roc_auc(options.acceptance_roc_auc);
  asked.set_acceptance_smape(options.acceptance_smape);
  asked.set_promote_if_not_worse(!options.no_promote);
  asked.set_publish(options.publish == "stack" ? v1::TrainingOptions::STACK : v1::TrainingOptions::BEST_FAMILY);
  if (absl::Status status = SetSearch(options, &asked); !status.ok()) return status;
  const bool derived = options.labels == "purchase-decline";
  if (derived && options.as_of.empty()) {
    return UsageError(
        "--labels purchase-decline needs --as-of: the times whose following three months tell who declined");
  }
  if (!derived && options.as_of.empty()) return request;
  for (const std::string& text : options.as_of) {
    const absl::StatusOr<absl::Time> time = ParseTime(text, absl::Now());
    if (!time.ok()) return UsageError(absl::StrCat("--as-of: ", time.status().message()));
    *asked.mutable_training_set()->add_as_of() = ToTimestamp(*time);
  }
  if (derived) {
    asked.mutable_training_set()->mutable_purchase_decline();
  } else {
    asked.mutable_training_set()->mutable_imported();
  }
  return request;
}

std::string Note(const v1::TrainingProgress& progress) {
  if (progress.best_roc_auc() <= 0) return "";
  std::string note = fmt::format("best ROC-AUC {:.4f} ({})", progress.best_roc_auc(), progress.best_candidate());
  if (progress.trials_taken_over() > 0) {
    note += fmt::format(", {} fits taken over from a training that was cut", progress.trials_taken_over());
  }
  return note;
}

absl::StatusOr<v1::Training> Follow(CommandContext& context, const Interrupt& interrupt, const std::string& name) {
  Progress bar(context, "train", 0, "units");
  std::string step;
  const auto show = [&](const v1::Training& training) {
    const v1::TrainingProgress& progress = training.progress();
    if (!progress.step().empty() && progress.step() != step) {
      step = progress.step();
      bar.Restart("train: " + step, progress.total(), step == "search" ? "fits" : "units");
    }
    if (progress.done() > 0) bar.Update(progress.done(), Note(progress));
  };
  return WatchTraining({.address = context.endpoints().trainer,
                        .tls = context.tls(),
                        .name = name,
                        .go_on = [&] { return !interrupt.requested(); },
                        .on_progress = show});
}

// Waits, a minute at most, until the scorer has taken the model up and scored everybody whom the store knows. False
// where it has not, or one of the two does not answer: the model stands all the same.
bool EverybodyIsScored(int64_t version, const Interrupt& interrupt, CommandContext& context) {
  const absl::Time limit = absl::Now() + absl::Minutes(1);
  do {
    const absl::StatusOr<v1::StoreStats> store = context.feature_store().GetStats();
    const absl::StatusOr<v1::ScorerStatus> scorer = context.scorer().GetStatus();
    if (!store.ok() || !scorer.ok()) return false;
    if (scorer->model_version() >= version && scorer->rescore_backlog() == 0 &&
        scorer->customers() >= store->customers()) {
      return true;
    }
  } while (!interrupt.WaitFor(absl::Milliseconds(50)) && absl::Now() < limit);
  return false;
}

absl::Status ReportEnd(CommandContext& context, const Interrupt& interrupt, const v1::Training& training) {
  switch (training.state()) {
    case v1::Training::SUCCEEDED:
      break;
    case v1::Training::CANCELLED:
      return absl::CancelledError(absl::StrCat(training.name(), " was cancelled"));
    case v1::Training::INTERRUPTED:
      return absl::AbortedError(absl::StrCat(
          training.name(), " was cut by a restart of the trainer; start it again with `ebb train --wait`"));
    default:
      return absl::FailedPreconditionError(absl::StrCat(training.name(), " failed: ", training.error()));
  }
  const absl::StatusOr<v1::Model> model = context.trainer().GetModel(training.model());
  if (!model.ok()) return model.status();
  Print(context, ModelReport(*model));
  if (model->state() == v1::Model::CHAMPION) {
    context.Remark(absl::StrCat("model ", model->version(), " is the champion now; ",
                                EverybodyIsScored(model->version(), interrupt, context)
                                    ? "every customer is scored by it"
                                    : "scores follow: `ebb status` says how far the scorer is"));
  } else {
    context.Remark(absl::StrCat("model ", model->version(), " is kept as challenger; `ebb model promote ",
                                model->version(), "` makes it the champion"));
  }
  return absl::OkStatus();
}

absl::Status RunTrain(const TrainOptions& options, CommandContext& context) {
  std::optional<Interrupt> interrupt;
  if (options.wait) interrupt.emplace();
  const absl::StatusOr<v1::TrainRequest> request = MakeRequest(options);
  if (!request.ok()) return request.status();
  const absl::StatusOr<v1::Training> started = context.trainer().Train(*request);
  if (!started.ok()) return started.status();
  if (!options.wait) {
    Record record;
    record.Add("training", TextCell(started->name()));
    record.Add("state", TextCell(StateName(started->state())));
    Print(context, record);
    context.Remark("`ebb trainings` shows how far it is");
    return absl::OkStatus();
  }
  const absl::StatusOr<v1::Training> ended = Follow(context, *interrupt, started->name());
  if (interrupt->requested()) {
    context.Remark(absl::StrCat("no longer watching; the training goes on (`ebb training cancel ", started->name(),
                                "` stops it)"));
    return InterruptedError();
  }
  return ended.ok() ? ReportEnd(context, *interrupt, *ended) : ended.status();
}

}  // namespace

Command TrainCommand() {
  auto options = std::make_shared<TrainOptions>();
  Command command{.name = "train", .group = CommandGroup::kModel, .summary = "Search, compare and publish a model"};
  command.description =
      "Compares logistic regression, nearest neighbours, decision trees, support vector machines, random forests, "
      "extra trees\n"
      "and gradient boosting by cross-validated ROC-AUC, joins the best of each by weights, calibrates the sum, "
      "measures it on the\n"
      "hold-out and publishes it.\n"
      "The same data, options and seed give the same model, unless --search-budget cuts the search.";
  command.examples = {{"ebb train --wait", "watch it and see the candidates"},
                      {"ebb train --wait --search random --trials 5", "a quick look: five settings of each family"},
                      {"ebb train", "start it and come back later", false}};
  command.Flag("--wait", &options->wait, "Show progress, then candidates and metrics");
  command.Add("--seed", &options->seed, "Start of all randomness");
  command.Add("--holdout-share", &options->holdout_share, "Share of rows held out").Range(0.05, 0.5).Value("SHARE");
  command
      .Add("--holdout", &options->holdout,
           "What is held out: some customers, or the rows of the latest as-of times, and rows whose outcome was not "
           "known by then are left out (default: the latest where there are enough times)")
      .OneOf({"customers", "latest"});
  command.Add("--folds", &options->folds, "Folds of the cross-validation").Range(2, 20);
  command
      .Add("--inner-repeats", &options->inner_repeats,
           "Times that the search cuts its folds, each time otherwise; as many times the work")
      .Range(1, 10);
  command.Add("--threshold", &options->threshold, "Probability above which a customer counts as at risk")
      .Range(0.01, 0.99)
      .Value("P");
  command
      .Add("--acceptance-roc-auc", &options->acceptance_roc_auc,
           "ROC-AUC on the hold-out that the model's report says is reached or not")
      .Range(0.5, 1)
      .Value("AUC");
  command
      .Add("--acceptance-smape", &options->acceptance_smape,
           "Error of this month's revenue on the hold-out, in percent (SMAPE), that the report says is kept or not")
      .Range(0.01, 200)
      .Value("SMAPE");
  command.Flag("--no-promote", &options->no_promote,
               "Keep the model as challenger even if it is not worse than the champion");
  command.Add("--publish", &options->publish, "All families' best joined, or the best one alone")
      .OneOf({"stack", "best-family"});
  command
      .Add("--search", &options->search,
           "Every setting of the grid, or settings drawn from its lists and ranges: all on all rows, or the better "
           "third on three times the rows")
      .OneOf({"grid", "random", "successive-halving"});
  command.Add("--trials", &options->trials, "Settings to draw of each family; not of a grid search").Range(1, 1000);
  command
      .Add("--search-budget", &options->search_budget,
           "The search ends after this, such as 60s, with what it has tried (default: no limit)")
      .Value("TIME");
  command.Add("--labels", &options->labels, "Where the truth comes from").OneOf({"imported", "purchase-decline"});
  command.Add("--as-of", &options->as_of, "Times of the training rows; may be repeated (default: those of the imports)")
      .Value("TIME");
  command.run = [options](CommandContext& context) { return RunTrain(*options, context); };
  return command;
}

}  // namespace ebb
