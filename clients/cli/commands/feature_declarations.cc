// What features the store declares, and what another file would declare.
#include <fstream>
#include <ostream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"
#include "clients/cli/up/child_process.h"
#include "clients/cli/up/program_path.h"
#include "clients/cpp/feature_store_client.h"
#include "google/protobuf/text_format.h"

namespace ebb {
namespace {

using Change = v1::CompareDeclarationsResponse::Change;

// `PURCHASE_AMOUNT` reads `purchase_amount`.
template <typename NameOf, typename Value>
std::string Word(NameOf name_of, Value value) {
  return absl::AsciiStrToLower(name_of(value));
}

std::string FieldText(v1::EventField field, const google::protobuf::RepeatedPtrField<v1::EventFilter>& filters) {
  std::vector<std::string> conditions;
  for (const v1::EventFilter& filter : filters) {
    conditions.push_back(filter.has_category() ? absl::StrCat("category ", filter.category())
                                               : (filter.on_promotion() ? "on promotion" : "not on promotion"));
  }
  const std::string name = Word(v1::EventField_Name<v1::EventField>, field);
  return conditions.empty() ? name : absl::StrCat(name, " where ", absl::StrJoin(conditions, " and "));
}

// `sum(purchase_amount) * 0.01`, `count(page_view) / distinct(page_view_visit)`.
std::string SourceText(const v1::FeatureDefinition& feature) {
  const auto call = [](v1::Aggregation aggregation, const std::string& of) {
    return absl::StrCat(Word(v1::Aggregation_Name<v1::Aggregation>, aggregation), "(", of, ")");
  };
  const std::string field = FieldText(feature.field(), feature.filters());
  std::string text;
  if (feature.aggregation() == v1::RATIO || feature.aggregation() == v1::MEAN_OF_PERIODS) {
    text = absl::StrCat(call(feature.numerator_aggregation(), field), " / ",
                        call(feature.denominator_aggregation(), FieldText(feature.denominator(), {})));
    if (feature.aggregation() == v1::MEAN_OF_PERIODS) text = absl::StrCat("mean of months of ", text);
  } else {
    text = call(feature.aggregation(), field);
  }
  if (feature.has_scale()) absl::StrAppend(&text, " * ", feature.scale());
  return text;
}

// `1 month`, `6 calendar months`, `30 days, 1 back`, `lifetime`.
std::string WindowText(const v1::Window& window) {
  const auto text = [&](int length, const char* unit) {
    return absl::StrCat(length, " ", unit, length == 1 ? "" : "s",
                        window.offset() == 0 ? "" : absl::StrCat(", ", window.offset(), " back"));
  };
  switch (window.length_case()) {
    case v1::Window::kDays:
      return text(window.days(), "day");
    case v1::Window::kMonths:
      return text(window.months(), "month");
    case v1::Window::kCalendarMonths:
      return text(window.calendar_months(), "calendar month");
    case v1::Window::kLifetime:
    case v1::Window::LENGTH_NOT_SET:
      break;
  }
  return "lifetime";
}

Cell DefaultCell(const v1::FeatureDefinition& feature, v1::FeatureKind kind) {
  const v1::FeatureDefault& value = feature.default_value();
  if (value.has_number()) return TextCell(absl::StrCat(value.number()));
  if (value.has_category()) return TextCell(value.category());
  const bool zero = kind == v1::NUMBER && !value.has_missing() && feature.aggregation() != v1::DAYS_SINCE_LAST;
  return TextCell(zero ? "0" : "missing");
}

void PrintAsFile(const v1::FeatureDeclarations& declarations, std::ostream& out) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(declarations, &text);
  out << "# proto-message: ebb.v1.FeatureDeclarations\n" << text;
}

absl::Status RunList(bool as_file, CommandContext& context) {
  const absl::StatusOr<v1::FeatureDeclarations> declarations = context.feature_store().GetDeclarations();
  if (!declarations.ok()) return declarations.status();
  if (as_file) {
    PrintAsFile(*declarations, context.out());
    return absl::OkStatus();
  }
  const absl::StatusOr<v1::FeatureSchema> schema = context.feature_store().GetFeatureSchema();
  if (!schema.ok()) return schema.status();
  if (schema->features_size() != declarations->features_size()) {
    return absl::UnavailableError("the feature store was started with other declarations in between; ask again");
  }
  Table table({"feature", "kind", "role", "group", "from", "window", "default", "description"});
  for (int i = 0; i < declarations->features_size(); ++i) {
    const v1::FeatureDefinition& feature = declarations->features(i);
    const v1::FeatureKind kind = schema->features(i).kind();
    const std::string role = Word(v1::FeatureRole_Name<v1::FeatureRole>, feature.role());
    table.AddRow({TextCell(feature.name()), TextCell(Word(v1::FeatureKind_Name<v1::FeatureKind>, kind)),
                  TextCell(feature.once_covered() ? absl::StrCat(role, " once covered") : role),
                  feature.group() == v1::FEATURE_GROUP_UNSPECIFIED
                      ? NoCell()
                      : TextCell(Word(v1::FeatureGroup_Name<v1::FeatureGroup>, feature.group())),
                  TextCell(SourceText(feature)), TextCell(WindowText(feature.window())), DefaultCell(feature, kind),
                  TextCell(feature.description())});
  }
  Print(context, table);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read `", path, "`"));
  return text.str();
}

// One line a mistake, as compilers print them; the error that follows only counts them.
absl::Status Mistakes(const std::string& file, absl::string_view text, CommandContext& context) {
  const std::vector<std::string> lines = absl::StrSplit(absl::StripAsciiWhitespace(text), '\n');
  for (const std::string& line : lines) context.err() << line << "\n";
  return absl::InvalidArgumentError(
      absl::StrCat(lines.size(), lines.size() == 1 ? " mistake in " : " mistakes in ", file));
}

// The store's own program knows the rules; it needs no running store for them.
absl::Status RunCheck(const std::string& file, CommandContext& context) {
  if (const absl::StatusOr<std::string> text = ReadText(file); !text.ok()) return text.status();
  const absl::StatusOr<ProgramOutput> check =
      RunToEnd({ProgramBesideUs("ebb-feature-store"), "--check-declarations", "--declarations", file});
  if (!check.ok()) return check.status();
  if (check->end.signal == 0 && check->end.exit_status == 0) {
    context.out() << file << ": " << check->text;
    return absl::OkStatus();
  }
  if (!absl::StartsWith(check->text, file + ":")) {
    return absl::InternalError(absl::StrCat("ebb-feature-store ended with ", check->end.ToString(), ": ", check->text));
  }
  return Mistakes(file, check->text, context);
}

absl::Status RunDiff(const std::string& file, CommandContext& context) {
  absl::StatusOr<std::string> text = ReadText(file);
  if (!text.ok()) return text.status();
  v1::CompareDeclarationsRequest request;
  request.set_text(*std::move(text));
  request.set_file_name(file);
  const absl::StatusOr<v1::CompareDeclarationsResponse> response = context.feature_store().CompareDeclarations(request);
  if (absl::IsInvalidArgument(response.status()) && absl::StartsWith(response.status().message(), file + ":")) {
    return Mistakes(file, response.status().message(), context);
  }
  if (!response.ok()) return response.status();
  Table table({"feature", "change", "fields", "back_fill", "new_model", "why"});
  bool back_fill = false;
  for (const Change& change : response->changes()) {
    back_fill |= change.back_fill();
    table.AddRow({TextCell(change.feature()), TextCell(Word(Change::Kind_Name<Change::Kind>, change.kind())),
                  change.fields().empty() ? NoCell() : TextCell(absl::StrJoin(change.fields(), " ")),
                  BoolCell(change.back_fill()), BoolCell(change.new_model()), TextCell(change.reason())});
  }
  Print(context, table);
  if (response->changes().empty()) context.Remark("the store serves the same declarations");
  if (back_fill) context.Remark("a start with this file folds every customer anew from the raw events");
  return absl::OkStatus();
}

Command FileCommand(std::string name, std::string summary, absl::Status (*run)(const std::string&, CommandContext&)) {
  auto file = std::make_shared<std::string>();
  Command command{.name = std::move(name), .group = CommandGroup::kData, .summary = std::move(summary)};
  command.Add("FILE", file.get(), "Protobuf text of ebb.v1.FeatureDeclarations").Required().Completes("file");
  command.run = [file, run](CommandContext& context) { return run(*file, context); };
  return command;
}

}  // namespace

Command FeaturesListCommand() {
  auto as_file = std::make_shared<bool>(false);
  Command command{.name = "features list", .group = CommandGroup::kData, .summary = "Features that the store declares"};
  command.examples = {{"ebb features list", "what is computed of every customer?"},
                      {"ebb features list --text > features.textproto", "a file to change, check and start with"}};
  command.Flag("--text", as_file.get(), "As a declarations file, whatever --output says");
  command.run = [as_file](CommandContext& context) { return RunList(*as_file, context); };
  return command;
}

Command FeaturesCheckCommand() {
  Command command = FileCommand("features check", "Mistakes in a declarations file; needs no running store", RunCheck);
  command.description =
      "Every mistake is a line FILE:LINE:COLUMN: rule on standard error. Exit status 1 when there are any.";
  command.examples = {{"ebb features check features.textproto", "before a store is started with it"}};
  return command;
}

Command FeaturesDiffCommand() {
  Command command = FileCommand("features diff", "What a declarations file would change in the running store", RunDiff);
  command.description =
      "Nothing is changed. back_fill: customers are folded anew from the raw events at the start with this file. "
      "new_model: models trained before miss an input or would read another meaning into it.";
  command.examples = {{"ebb features diff features.textproto", "what would a start with it mean?"}};
  return command;
}

}  // namespace ebb
