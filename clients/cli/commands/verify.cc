#include <optional>

#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/customer_list.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/progress.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"

namespace ebb {
namespace {

constexpr int64_t kDefaultSample = 1'000;
constexpr int kMostMismatchesShown = 1'000;

struct VerifyOptions {
  CustomerSelection selection;
  std::optional<uint64_t> sample;
  std::string as_of;
};

absl::StatusOr<v1::VerifyRequest> MakeRequest(const VerifyOptions& options) {
  const CustomerSelection& selection = options.selection;
  if (!selection.customers.empty() + selection.all + options.sample.has_value() > 1) {
    return UsageError("customers, --sample and --all exclude each other");
  }
  v1::VerifyRequest request;
  for (const std::string& customer : selection.customers) request.add_customer_ids(customer);
  if (selection.customers.empty() && !selection.all) {
    request.set_sample(static_cast<int64_t>(options.sample.value_or(kDefaultSample)));
  }
  if (!options.as_of.empty()) {
    const absl::StatusOr<absl::Time> time = ParseTime(options.as_of, absl::Now());
    if (!time.ok()) return UsageError(absl::StrCat("--as-of: ", time.status().message()));
    *request.mutable_hash_as_of() = ToTimestamp(*time);
  }
  return request;
}

// The mismatches found so far, bounded: of a store that is wrong throughout the first thousand say enough.
class MismatchTable {
 public:
  void Add(const v1::VerifyResponse& response) {
    for (const v1::Mismatch& mismatch : response.mismatches()) {
      ++found_;
      if (found_ > kMostMismatchesShown) continue;
      table_.AddRow({TextCell(mismatch.customer_id()),
                     TextCell(mismatch.feature().empty() ? "(state)" : mismatch.feature()), TextCell(mismatch.served()),
                     TextCell(mismatch.recomputed()), TimeCell(FromTimestamp(mismatch.as_of()))});
    }
  }
  const Table& table() const { return table_; }
  int64_t found() const { return found_; }

 private:
  Table table_{{"customer_id", "feature", "served", "recomputed", "as_of"}, "mismatches"};
  int64_t found_ = 0;
};

Record SummaryRecord(const v1::VerifySummary& summary) {
  Record record;
  record.Add("customers", CountCell(summary.customers()));
  record.Add("events", CountCell(summary.events()));
  record.Add("mismatched", CountCell(summary.mismatched()));
  record.Add("state_hash", TextCell(summary.state_hash()));
  record.Add("hash_as_of", TimeCell(FromTimestamp(summary.hash_as_of())));
  record.Add("log_sequence", CountCell(summary.log_sequence()));
  return record;
}

absl::Status RunVerify(const VerifyOptions& options, CommandContext& context) {
  const Interrupt interrupt;
  const absl::StatusOr<v1::VerifyRequest> request = MakeRequest(options);
  if (!request.ok()) return request.status();
  MismatchTable mismatches;
  Progress progress(context, "verify", 0, "customers");
  bool sized = false;
  const auto summary = context.feature_store().Verify(*request, [&](const v1::VerifyResponse& response) {
    if (!sized) progress.Restart("verify", response.customers(), "customers");
    sized = true;
    progress.Update(response.compared());
    mismatches.Add(response);
    return !interrupt.requested();
  });
  progress.Finish();
  if (absl::IsCancelled(summary.status()) && interrupt.requested()) return InterruptedError();
  if (!summary.ok()) return summary.status();
  // Programs get the same shape whatever was found; people are spared an empty table.
  std::vector<Section> document = {SummaryRecord(*summary)};
  if (mismatches.found() > 0 || context.format() != OutputFormat::kTable) document.emplace_back(mismatches.table());
  Print(context, document);
  if (mismatches.found() == 0) return absl::OkStatus();
  if (mismatches.found() > kMostMismatchesShown) {
    context.Remark(absl::StrCat(mismatches.found() - kMostMismatchesShown, " more values differ"));
  }
  return absl::DataLossError(absl::StrCat(summary->mismatched(), " of ", summary->customers(),
                                          " customers are served what does not follow from their events"));
}

}  // namespace

Command VerifyCommand() {
  auto options = std::make_shared<VerifyOptions>();
  Command command{.name = "verify",
                  .group = CommandGroup::kOperate,
                  .summary = "Recompute features from raw events and compare with what is served"};
  command.description =
      "Compares bit for bit, while the store goes on; a sample of 1,000 customers unless told otherwise. Exit status 1 "
      "when anything differs: each value is then named (the first 1,000). JSON is one object of the summary and "
      "`mismatches`, "
      "CSV the mismatches alone. The state hash is the same for two stores that were given the "
      "same events, in any order, when both are asked for all customers and the same --as-of.";
  command.examples = {{"ebb verify", "a sample of 1,000 customers"},
                      {"ebb verify --all", "everybody, and the hash of the whole store"},
                      {"ebb verify 215348", "one customer"}};
  DeclareCustomers(command, &options->selection);
  command.Add("--sample", &options->sample, "So many customers at random").Value("N").Range(1, 1e9);
  command.Add("--as-of", &options->as_of, "Time of the state hash: 2026-10-01, 2026-10-01T12:00:00Z, 7d (default now)")
      .Value("TIME");
  command.run = [options](CommandContext& context) { return RunVerify(*options, context); };
  return command;
}

}  // namespace ebb
