#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/one_click/data_repairs.h"
#include "clients/cli/one_click/import_report.h"
#include "clients/cli/one_click/refused_cell.h"
#include "clients/cli/one_click/shop_import.h"
#include "clients/cli/one_click/vocabulary.h"
#include "clients/cli/progress.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/retry.h"
#include "runtime/backoff.h"

namespace ebb {
namespace {

using one_click::ImportReport;
using one_click::ShopImport;
using one_click::Snapshot;
using one_click::Vocabulary;

// About a megabyte a message: far below gRPC's four, and enough that the cost of a message does not show.
constexpr size_t kRowsPerMessage = 1000;

// A store that restarts is back within this; the snapshot's id makes every further try safe.
constexpr int kTries = 6;
constexpr absl::Duration kFirstImportWait = absl::Milliseconds(100);
constexpr absl::Duration kLongestImportWait = absl::Seconds(2);

struct ImportOptions {
  one_click::ShopPaths paths;
  std::string as_of;
  std::string vocabulary;
  std::string report;
  bool dry_run = false;
};

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return absl::NotFoundError(fmt::format("cannot read {}", path));
  return text.str();
}

absl::StatusOr<Vocabulary> ChosenVocabulary(const std::string& path) {
  if (path.empty()) return Vocabulary::Default();
  absl::StatusOr<std::string> text = ReadText(path);
  if (!text.ok()) return text.status();
  return Vocabulary::Parse(*text, path);
}

absl::StatusOr<v1::ImportSnapshotResponse> SendOnce(const Snapshot& snapshot, const v1::SnapshotHeader& header,
                                                    const Interrupt& interrupt, CommandContext& context) {
  const auto total = static_cast<int64_t>(snapshot.rows.size());
  Progress progress(context, "import", total, "customers");
  size_t sent = 0;
  const auto next_rows = [&](v1::SnapshotRows* rows) -> absl::StatusOr<bool> {
    if (interrupt.requested()) return InterruptedError();
    const size_t end = std::min(snapshot.rows.size(), sent + kRowsPerMessage);
    if (sent == end) return false;
    rows->mutable_rows()->Add(snapshot.rows.begin() + static_cast<ptrdiff_t>(sent),
                              snapshot.rows.begin() + static_cast<ptrdiff_t>(end));
    sent = end;
    progress.Update(static_cast<int64_t>(sent));
    return true;
  };
  return context.feature_store().ImportSnapshot(header, next_rows);
}

absl::StatusOr<v1::ImportSnapshotResponse> Send(const Snapshot& snapshot, const v1::SnapshotHeader& header,
                                                const Interrupt& interrupt, CommandContext& context) {
  Backoff backoff(kFirstImportWait, kLongestImportWait, std::random_device()());
  for (int attempt = 1;; ++attempt) {
    auto response = SendOnce(snapshot, header, interrupt, context);
    if (!absl::IsUnavailable(response.status()) || attempt == kTries) return response;
    context.Remark(
        fmt::format("{}; trying again ({} of {})", std::string(response.status().message()), attempt + 1, kTries));
    if (interrupt.WaitFor(WaitBeforeRetry(response.status(), backoff.Next()))) return InterruptedError();
  }
}

absl::StatusOr<v1::SnapshotHeader> MakeHeader(const ImportOptions& options, const ShopImport& shop) {
  v1::SnapshotHeader header;
  header.set_snapshot_id(shop.snapshot.id);
  header.set_source("one-click");
  for (v1::DataRepair& repair : one_click::DataRepairs(shop.report)) *header.add_repairs() = std::move(repair);
  if (options.as_of.empty()) return header;
  const absl::StatusOr<absl::Time> as_of = ParseTime(options.as_of, absl::Now());
  if (!as_of.ok()) return UsageError(fmt::format("--as-of: {}", std::string(as_of.status().message())));
  *header.mutable_as_of() = ToTimestamp(*as_of);
  return header;
}

// CSV holds one table: the files. JSON has everything.
void PrintReport(const ImportReport& report, CommandContext& context) {
  if (context.format() == OutputFormat::kJson) {
    context.out() << one_click::ReportAsJson(report);
  } else if (context.format() == OutputFormat::kTable) {
    context.out() << one_click::ReportAsText(report);
  } else {
    Table files({"file", "table", "rows", "identical_rows", "same_key_rows", "unmatched_rows"});
    for (const one_click::FileReport& f : report.files) {
      files.AddRow({TextCell(f.file), TextCell(f.table), CountCell(f.rows), CountCell(f.repeated.identical),
                    CountCell(f.repeated.same_key), CountCell(f.unmatched_rows)});
    }
    Print(context, files);
  }
}

absl::Status SaveReport(const ImportReport& report, const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << one_click::ReportAsJson(report);
  out.close();
  if (!out) return absl::DataLossError(fmt::format("the import is done, but --report {} cannot be written", path));
  return absl::OkStatus();
}

absl::Status RunImport(const ImportOptions& options, CommandContext& context) {
  const Interrupt interrupt;
  absl::StatusOr<Vocabulary> vocabulary = ChosenVocabulary(options.vocabulary);
  if (!vocabulary.ok()) return vocabulary.status();
  absl::StatusOr<ShopImport> shop = one_click::ReadShop(options.paths, *vocabulary);
  if (!shop.ok()) return shop.status();
  const absl::StatusOr<v1::SnapshotHeader> header = MakeHeader(options, *shop);
  if (!header.ok()) return header.status();
  if (!options.dry_run) {
    const auto response = Send(shop->snapshot, *header, interrupt, context);
    if (!response.ok()) return one_click::AtItsCell(response.status(), *shop);
    if (response->erased() > 0) {
      context.Remark(absl::StrCat(response->erased(), " customers of the files were erased before and are left out"));
    }
    shop->report.sent = {.customers = response->customers(),
                         .already_imported = response->already_imported(),
                         .as_of = FormatTime(FromTimestamp(response->as_of()))};
  }
  PrintReport(shop->report, context);
  return SaveReport(shop->report, options.report);
}

}  // namespace

Command ImportOneClickCommand() {
  auto options = std::make_shared<ImportOptions>();
  Command command{.name = "import one-click",
                  .group = CommandGroup::kData,
                  .summary = "Check and import the four files of the shop \"One Click\""};
  command.description =
      "Separators, decimal signs, byte-order marks and line ends are found out; headers and words may be Russian or "
      "English; typing\n"
      "errors are repaired and counted. The report says what was found; those of models say later what was repaired. A "
      "file that is not\n"
      "what it should be refuses the whole import with file, line, column, value and rule; nothing is imported then. "
      "Importing the\n"
      "same files again changes nothing.\n"
      "Customers without revenue in a month, and those whose revenue is an outlier, are scored but not trained on.";
  const std::string files =
      "--market-file market_file.csv --market-money market_money.csv --market-time market_time.csv --money money.csv";
  command.examples = {{"ebb import one-click " + files + " --dry-run", "check the files, send nothing"},
                      {"ebb import one-click " + files, "check and import them"}};
  command.Add("--market-file", &options->paths.market_file, "Customers: label, tier, consent, habits")
      .Required()
      .Value("FILE")
      .Completes("file");
  command.Add("--market-money", &options->paths.market_money, "Revenue of the last three months")
      .Required()
      .Value("FILE")
      .Completes("file");
  command.Add("--market-time", &options->paths.market_time, "Minutes on the site of the last two months")
      .Required()
      .Value("FILE")
      .Completes("file");
  command.Add("--money", &options->paths.money, "Mean monthly profit").Required().Value("FILE").Completes("file");
  command
      .Add("--as-of", &options->as_of,
           "The time before which everything in the files happened (default: the store's clock)")
      .Value("TIME");
  command.Add("--vocabulary", &options->vocabulary, "Words of headers and values instead of those built in")
      .Value("FILE")
      .Completes("file");
  command.Add("--report", &options->report, "Write the whole report here too, as JSON").Value("FILE").Completes("file");
  command.Flag("--dry-run", &options->dry_run, "Check and report, send nothing");
  command.run = [options](CommandContext& context) { return RunImport(*options, context); };
  return command;
}

}  // namespace ebb
