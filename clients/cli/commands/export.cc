#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <ostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/push/event_json.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"
#include "fmt/format.h"

namespace ebb {
namespace {

struct ExportOptions {
  std::string customer;
  std::string file;
};

struct Exported {
  v1::FeatureSchema schema;
  v1::CustomerFeatures features;
  std::vector<v1::Event> events;
};

absl::StatusOr<Exported> Read(CommandContext& context, const std::string& customer) {
  Exported all;
  const absl::Status status =
      context.feature_store().ExportCustomer(customer, [&](const v1::ExportCustomerResponse& message) {
        if (message.has_schema()) all.schema = message.schema();
        if (message.has_features()) all.features = message.features();
        all.events.insert(all.events.end(), message.events().begin(), message.events().end());
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return all;
}

// The name of the field that says what happened, such as `page_view`.
std::string KindOf(const v1::Event& event) {
  const auto* field = v1::Event::descriptor()->FindFieldByNumber(event.body_case());
  return field == nullptr ? "none" : field->name();
}

std::string JsonValue(const v1::FeatureValue& value) {
  if (value.has_category()) return JsonString(value.category());
  return value.has_number() ? fmt::format("{}", value.number()) : "null";
}

// One object: who, the vector of now and where each value comes from, the events as `ebb push` reads them.
std::string Json(const Exported& all) {
  std::string text = absl::StrCat("{\"customer_id\":", JsonString(all.features.customer_id()),
                                  ",\"as_of\":", JsonString(UtcText(FromTimestamp(all.features.vector().as_of()))),
                                  ",\"changed_at\":", JsonString(UtcText(FromTimestamp(all.features.changed_at()))),
                                  ",\n \"features\":{");
  for (int i = 0; i < all.schema.features_size() && i < all.features.vector().values_size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", JsonString(all.schema.features(i).name()), ":",
                    JsonValue(all.features.vector().values(i)));
  }
  absl::StrAppend(&text, "},\n \"from\":{");
  for (int i = 0; i < all.schema.features_size() && i < all.features.vector().values_size(); ++i) {
    const std::string& status = v1::FeatureStatus_Name(all.features.vector().values(i).status());
    absl::StrAppend(&text, i == 0 ? "" : ",", JsonString(all.schema.features(i).name()), ":",
                    JsonString(absl::AsciiStrToLower(status)));
  }
  absl::StrAppend(&text, "},\n \"events\":[");
  for (size_t i = 0; i < all.events.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "\n  " : ",\n  ", FormatEventJson(all.events[i]));
  }
  absl::StrAppend(&text, "]}\n");
  return text;
}

// What differs from kind to kind stands in the last column.
Record RowOf(const v1::Event& event) {
  Record row;
  row.Add("customer_id", TextCell(event.customer_id()));
  row.Add("event_time", TimeCell(FromTimestamp(event.event_time())));
  row.Add("known_at", TimeCell(FromTimestamp(event.known_at())));
  row.Add("kind", TextCell(KindOf(event)));
  row.Add("event", TextCell(FormatEventJson(event)));
  return row;
}

// A row an event.
std::string Csv(const Exported& all, bool header) {
  std::string text = header ? CsvHeader(RowOf(v1::Event())) : "";
  for (const v1::Event& event : all.events) text += CsvLine(RowOf(event));
  return text;
}

void Summarise(const Exported& all, CommandContext& context) {
  Record customer;
  customer.Add("customer_id", TextCell(all.features.customer_id()));
  customer.Add("events", CountCell(static_cast<int64_t>(all.events.size())));
  customer.Add("first_event", all.events.empty() ? NoCell() : TimeCell(FromTimestamp(all.events[0].event_time())));
  customer.Add("last_event", all.events.empty() ? NoCell() : TimeCell(FromTimestamp(all.events.back().event_time())));
  customer.Add("changed_at", TimeCell(FromTimestamp(all.features.changed_at())));
  std::map<std::string, int64_t> kinds;
  for (const v1::Event& event : all.events) ++kinds[KindOf(event)];
  Table by_kind({"kind", "events"}, "kinds");
  for (const auto& [kind, count] : kinds) by_kind.AddRow({TextCell(kind), CountCell(count)});
  Print(context, std::vector<Section>{customer, by_kind});
}

// For the owner's eyes alone, and never over another file.
absl::Status WriteFile(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("--file: cannot create ", path, ": ", std::strerror(errno), "; name a file that does not exist"));
  }
  size_t written = 0;
  ssize_t part = 0;
  while (written < text.size() && (part = write(file, text.data() + written, text.size() - written)) > 0) {
    written += static_cast<size_t>(part);
  }
  const bool complete = written == text.size() && fsync(file) == 0;
  if (close(file) == 0 && complete) return absl::OkStatus();
  unlink(path.c_str());
  return absl::DataLossError(absl::StrCat("cannot write ", path, "; is the disk full?"));
}

absl::Status RunExport(const ExportOptions& options, CommandContext& context) {
  const absl::StatusOr<Exported> all = Read(context, options.customer);
  if (!all.ok()) return all.status();
  const bool people = context.format() == OutputFormat::kTable;
  const std::string text = context.format() == OutputFormat::kCsv ? Csv(*all, context.options().header) : Json(*all);
  if (!options.file.empty()) {
    if (absl::Status written = WriteFile(options.file, text); !written.ok()) return written;
    if (people) Summarise(*all, context);
    return absl::OkStatus();
  }
  if (people) {
    Summarise(*all, context);
    context.Remark("everything itself: --output json or csv");
  } else {
    context.out() << text;
  }
  return absl::OkStatus();
}

}  // namespace

Command ExportCommand() {
  auto options = std::make_shared<ExportOptions>();
  Command command{
      .name = "export", .group = CommandGroup::kData, .summary = "Everything the store keeps of a customer"};
  command.description =
      "The vector of now and all events in order of time, as of one moment; as a table only how many there are of each "
      "kind. JSON is one\n"
      "object with both, CSV a row an event. Scores are not among it: see `ebb score`. Exit status 3 when the customer "
      "is "
      "not known.";
  command.examples = {{"ebb export 215348", "what there is, in short"},
                      {"ebb export 215348 --output json", "all of it, events as `ebb push` reads them"},
                      {"ebb export 215348 --output csv --file 215348.csv", "into a new file that only you can read"}};
  command.Add("CUSTOMER", &options->customer, "Who").Required().Completes("customer");
  command.Add("--file", &options->file, "Write JSON, or CSV with --output csv, into this new file (mode 0600)")
      .Value("FILE")
      .Completes("file");
  command.run = [options](CommandContext& context) { return RunExport(*options, context); };
  return command;
}

}  // namespace ebb
