#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/model_name.h"
#include "clients/cli/model_report_tables.h"
#include "clients/cli/page_options.h"
#include "clients/cli/report/report_page.h"
#include "clients/cli/table.h"
#include "clients/cpp/offers_client.h"
#include "clients/cpp/trainer_client.h"

namespace ebb {
namespace {

struct ReportOptions {
  std::string version;
  PageOptions page;
};

absl::Status RunReport(const ReportOptions& options, CommandContext& context) {
  const absl::StatusOr<std::string> name = ModelName(options.version);
  if (!name.ok()) return name.status();
  if (!options.page.language.empty() && options.page.html.empty()) {
    return UsageError("--language: only the page has a language; ask for it with --html FILE");
  }
  const absl::StatusOr<v1::ModelReport> report = context.trainer().GetModelReport(*name);
  if (!report.ok()) return report.status();
  if (!options.page.html.empty()) {
    const absl::StatusOr<v1::ListOffersResponse> offers =
        OffersClient(context.endpoints().scorer, context.options().timeout, context.tls()).ListOffers();
    const ReportLanguage language = LanguageOf(options.page.language, context);
    Record record;
    record.Add("version", CountCell(report->model().version()));
    const std::string page = ReportPage(*report, language, offers.ok() ? offers->catalogue() : v1::OfferCatalogue());
    if (absl::Status written = WritePage(options.page, page, std::move(record), context); !written.ok()) return written;
    if (!offers.ok()) {
      context.Remark("the page recommends no offers: the scorer, which has them, cannot be asked");
    }
    return absl::OkStatus();
  }
  Print(context, ReportSections(*report));
  if (context.format() == OutputFormat::kTable) context.Remark("with pictures and in plain words: --html FILE");
  return absl::OkStatus();
}

}  // namespace

Command ModelReportCommand() {
  auto options = std::make_shared<ReportOptions>();
  Command command{.name = "model report",
                  .group = CommandGroup::kModel,
                  .summary = "What a model rests on and how good it is; as a page to send with --html"};
  command.description =
      "The page is one HTML file that needs nothing else: what was found in plain words, criteria met or not, "
      "pictures, "
      "tables.\nIt holds no customer's identifier.";
  command.examples = {{"ebb model report champion", "criteria, importance, metrics with intervals, segments"},
                      {"ebb model report champion --html report.html", "the same and more, with pictures"},
                      {"ebb model report champion --html report_ru.html --language ru", "in Russian"}};
  command.Add("VERSION", &options->version, "A version, or champion").Required().Completes("model");
  AddPageOptions("the report", "the page", &options->page, &command);
  command.run = [options](CommandContext& context) { return RunReport(*options, context); };
  return command;
}

}  // namespace ebb
