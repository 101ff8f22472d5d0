#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/challenger_table.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/sparkline.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/scorer_client.h"
#include "clients/cpp/trainer_client.h"

namespace ebb {
namespace {

struct MonitorOptions {
  int64_t weeks = 12;
  std::string only = "all";
};

// What is known of the champion; every field is always there.
Record Health(const v1::ModelHealth& health) {
  Record record("model");
  const bool looked = health.has_look_time();
  record.Add("model_version", looked ? CountCell(health.model_version()) : NoCell());
  record.Add("look_time", looked ? TimeCell(FromTimestamp(health.look_time())) : NoCell());
  record.Add("problem", health.problem().empty() ? NoCell() : TextCell(health.problem()));
  record.Add("drift_rows", looked ? CountCell(health.drift_rows()) : NoCell());
  record.Add("drift_rows_are_later", looked ? BoolCell(health.drift_rows_are_later()) : NoCell());
  record.Add("matured_rows", looked ? CountCell(health.matured_rows()) : NoCell());
  record.Add("matured_declined", looked ? CountCell(health.matured_declined()) : NoCell());
  const v1::LiveQuality& quality = health.quality();
  const auto real = [&](double value) { return health.has_quality() ? RealCell(value) : NoCell(); };
  record.Add("roc_auc", real(quality.roc_auc()));
  record.Add("holdout_roc_auc", real(quality.holdout_roc_auc()));
  record.Add("brier", real(quality.brier()));
  record.Add("holdout_brier", real(quality.holdout_brier()));
  record.Add("calibration_error", real(quality.calibration_error()));
  record.Add("base_rate", real(quality.base_rate()));
  record.Add("mean_probability", real(quality.mean_probability()));
  record.Add("first_as_of", health.has_quality() ? TimeCell(FromTimestamp(quality.first_as_of())) : NoCell());
  record.Add("last_as_of", health.has_quality() ? TimeCell(FromTimestamp(quality.last_as_of())) : NoCell());
  record.Add("quality_missing", health.quality_missing().empty() ? NoCell() : TextCell(health.quality_missing()));
  return record;
}

Table Drifts(const v1::ModelHealth& health) {
  Table table({"of", "stability_index", "bound", "drifted"}, "drift");
  for (const v1::FeatureDrift& drift : health.drifts()) {
    table.AddRow({TextCell(drift.name()), RealCell(drift.stability_index(), 3), RealCell(health.drift_bound(), 2),
                  BoolCell(drift.stability_index() > health.drift_bound())});
  }
  return table;
}

Table Activity(const v1::ActivityIndex& activity) {
  Table table({"week", "base", "active", "active_share", "orders_per_customer", "minutes_per_customer", "index"},
              "activity");
  for (const v1::ActivityWeek& week : activity.weeks()) {
    const auto base = static_cast<double>(week.base());
    const auto per_customer = [&](double count) { return week.base() > 0 ? RealCell(count / base, 3) : NoCell(); };
    table.AddRow({TimeCell(FromTimestamp(week.start())), CountCell(week.base()), CountCell(week.active()),
                  week.base() > 0 ? ShareCell(static_cast<double>(week.active()) / base) : NoCell(),
                  per_customer(static_cast<double>(week.orders())), per_customer(week.minutes()),
                  week.has_index() ? RealCell(week.index(), 1) : NoCell()});
  }
  return table;
}

std::string Trend(const v1::ActivityIndex& activity) {
  std::vector<std::optional<double>> values;
  for (const v1::ActivityWeek& week : activity.weeks()) {
    values.push_back(week.has_index() ? std::optional(week.index()) : std::nullopt);
  }
  return Sparkline(values);
}

void RemarkOnHealth(const v1::ModelHealth& health, CommandContext& context) {
  if (!health.problem().empty()) {
    context.Remark(absl::StrCat("the trainer's last look at the champion failed: ", health.problem()));
  } else if (!health.has_look_time()) {
    context.Remark("the trainer has not looked at a champion yet: train a model, or ask again in a minute");
  } else if (!health.has_quality()) {
    context.Remark(absl::StrCat("the model's quality on matured labels is not known yet: ", health.quality_missing()));
  }
}

absl::Status RunMonitor(const MonitorOptions& options, CommandContext& context) {
  const bool csv = context.format() == OutputFormat::kCsv;  // it has one table
  const auto wanted = [&](const char* part) {
    return options.only == part || (options.only == "all" && (!csv || part == std::string_view("activity")));
  };
  std::vector<Section> document;
  if (wanted("quality") || wanted("drift")) {
    const absl::StatusOr<v1::ModelHealth> health = context.trainer().GetModelHealth();
    if (!health.ok()) return health.status();
    if (wanted("quality")) document.push_back(Health(*health));
    if (wanted("drift")) document.push_back(Drifts(*health));
    RemarkOnHealth(*health, context);
  }
  if (wanted("challengers")) {
    const absl::StatusOr<v1::GetShadowComparisonResponse> shadow = context.scorer().GetShadowComparison();
    if (shadow.ok()) {
      document.push_back(ChallengerTable(*shadow));
      if (const std::string remark = ChallengerRemark(*shadow); !remark.empty()) context.Remark(remark);
    } else if (options.only == "challengers") {
      return shadow.status();
    } else {
      context.Remark(absl::StrCat("challengers are not told: ", std::string(shadow.status().message())));
    }
  }
  if (wanted("activity")) {
    v1::GetActivityIndexRequest request;
    request.set_weeks(static_cast<int32_t>(options.weeks));
    const absl::StatusOr<v1::ActivityIndex> activity = context.feature_store().GetActivityIndex(request);
    if (!activity.ok()) return activity.status();
    document.push_back(Activity(*activity));
    if (activity->weeks().empty()) {
      context.Remark("no week of activity is told: there is no whole week since the first event of behaviour");
    } else if (context.format() == OutputFormat::kTable) {
      Record trend("activity_trend");
      trend.Add("index", TextCell(Trend(*activity)));
      document.push_back(trend);
    }
  }
  if (csv) {
    std::visit([&](const auto& part) { Print(context, part); }, document.front());
  } else {
    Print(context, document);
  }
  return absl::OkStatus();
}

}  // namespace

Command MonitorCommand() {
  auto options = std::make_shared<MonitorOptions>();
  Command command{.name = "monitor",
                  .group = CommandGroup::kOperate,
                  .summary = "Drift, the model's quality on labels as they mature, challengers, activity by week"};
  command.description =
      "The trainer looks at the champion once it is new and then every --train-check-interval: how far the rows have "
      "moved from those of training\n"
      "(population stability index), and how good its probabilities were on labels that matured since. The scorer "
      "compares the newest challengers\n"
      "with the champion on a share of the customers, without publishing what they say. The index of "
      "activity compares a week's\n"
      "share of active customers, orders and minutes a customer with the eight weeks before: 100 is as usual. "
      "docs/monitoring.md says more.";
  command.examples = {{"ebb monitor", "is anything moving?"},
                      {"ebb monitor --weeks 26 --only activity", "half a year of activity"},
                      {"ebb monitor --only challengers", "should a challenger be promoted?"},
                      {"ebb monitor --only drift --output csv", "for programs"}};
  command.Add("--weeks", &options->weeks, "Most weeks of activity").Range(1, 260);
  command.Add("--only", &options->only, "One part; in CSV `all` is activity")
      .OneOf({"all", "quality", "drift", "challengers", "activity"});
  command.run = [options](CommandContext& context) { return RunMonitor(*options, context); };
  return command;
}

}  // namespace ebb
