#include <unistd.h>

#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"

namespace ebb {
namespace {

struct EraseOptions {
  std::string customer;
  std::string reason;
  bool yes = false;
};

// What cannot be undone is typed once more, or said with --yes.
absl::Status Confirm(const EraseOptions& options, CommandContext& context) {
  if (options.yes) return absl::OkStatus();
  if (isatty(STDIN_FILENO) == 0) {
    return UsageError("nobody is there to confirm: an erasure cannot be undone; say --yes where that is meant");
  }
  context.err()
      << "All events, features and scores of " << options.customer
      << " go, for good, and nothing of this customer is taken any more.\nType the identifier again to erase: "
      << std::flush;
  std::string typed;
  std::getline(std::cin, typed);
  if (typed == options.customer) return absl::OkStatus();
  return absl::CancelledError("that is another identifier: nothing was erased");
}

absl::Status RunErase(const EraseOptions& options, CommandContext& context) {
  if (absl::Status confirmed = Confirm(options, context); !confirmed.ok()) return confirmed;
  const Interrupt interrupt;
  v1::EraseCustomerRequest request;
  request.set_customer_id(options.customer);
  request.set_reason(options.reason);
  absl::StatusOr<v1::EraseCustomerResponse> answer = context.feature_store().EraseCustomer(request);
  if (!answer.ok()) return answer.status();
  const bool already = answer->already_erased();
  const absl::Time deadline = absl::Now() + context.options().timeout;
  while (answer.ok() && !answer->removed() && absl::Now() < deadline && !interrupt.WaitFor(absl::Milliseconds(200))) {
    answer = context.feature_store().EraseCustomer(request);
  }
  if (!answer.ok()) return answer.status();
  Record erasure;
  erasure.Add("erased_at", TimeCell(FromTimestamp(answer->erased_at())));
  erasure.Add("already_erased", BoolCell(already));
  erasure.Add("removed", BoolCell(answer->removed()));
  erasure.Add("events_removed", answer->removed() ? CountCell(answer->events_removed()) : NoCell());
  Print(context, erasure);
  if (!answer->removed()) {
    context.Remark(
        "the customer is unknown from now on; the last bytes leave the disk in the background: run it again to see");
  }
  return absl::OkStatus();
}

}  // namespace

Command EraseCommand() {
  auto options = std::make_shared<EraseOptions>();
  Command command{.name = "erase", .group = CommandGroup::kData, .summary = "Forget a customer for good"};
  command.description =
      "Removes all events, features and scores of a customer, and refuses whatever comes of the same customer later. "
      "From the answer on nobody is\n"
      "told anything of the customer; `removed` says that no byte is left in the store's folder. A training that is "
      "running or a large history may\n"
      "delay it beyond --timeout: the erasure goes on, and the same command tells how far it is. The scorer follows by "
      "itself. Trained models hold no\n"
      "customer's row; backups are yours to deal with. Exit status 3 when the customer is not known, 2 when nobody is "
      "there to confirm.";
  command.examples = {{"ebb erase 215348 --reason asked-2026-05-12", "asks before it does", false},
                      {"ebb erase 215348 --yes", "for scripts", false}};
  command.Add("CUSTOMER", &options->customer, "Who").Required().Completes("customer");
  command.Add("--reason", &options->reason, "Kept for the record under a pseudonym; must not name the customer")
      .Value("TEXT");
  command.Flag("--yes", &options->yes, "Do not ask");
  command.run = [options](CommandContext& context) { return RunErase(*options, context); };
  return command;
}

}  // namespace ebb
