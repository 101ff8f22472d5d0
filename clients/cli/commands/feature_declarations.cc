// What features the store declares, and what another file would declare.
#include <cmath>
#include <fstream>
#include <ostream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
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

// Whether a number of the feature adds up or picks amounts; otherwise it counts, or amounts stand above amounts.
bool IsAmount(const v1::FeatureDefinition& feature) {
  switch (feature.aggregation()) {
    case v1::SUM:
    case v1::MEAN:
    case v1::MIN:
    case v1::MAX:
    case v1::LAST:
    case v1::MONTHLY_MEAN:
      return true;
    case v1::RATIO:
    case v1::MEAN_OF_PERIODS:
      return feature.numerator_aggregation() == v1::SUM && feature.denominator_aggregation() != v1::SUM;
    default:
      return false;
  }
}

// `EUR`, `0.01 EUR`: a number 1 of the feature stands for so much.
std::string ScaledUnit(double scale, const std::string& unit) {
  return std::abs(scale - 1) < 1e-9 ? unit : absl::StrCat(scale, " ", unit);
}

// In what a number of the feature is measured; none where it counts or is a word.
Cell UnitCell(const v1::FeatureDefinition& feature, const v1::FeatureDeclarations::Shop& shop) {
  constexpr double kMillisecondsAMinute = 60'000;
  const double scale = feature.has_scale() ? feature.scale() : 1;
  if (feature.aggregation() == v1::DAYS_SINCE_LAST || feature.field() == v1::TENURE_DAYS) return TextCell("days");
  if (!IsAmount(feature)) return NoCell();
  if (feature.field() == v1::PURCHASE_AMOUNT || feature.field() == v1::PROFIT) {
    const double minor_units = std::pow(10, shop.has_money_scale() ? shop.money_scale() : 2);
    return TextCell(ScaledUnit(1 / (scale * minor_units), shop.currency().empty() ? "money" : shop.currency()));
  }
  if (feature.field() == v1::TIME_ON_SITE) {
    return TextCell(ScaledUnit(1 / (scale * kMillisecondsAMinute), "minutes"));
  }
  return NoCell();
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

// Which definition serves, where another one is being prepared.
absl::Status RemarkOnBackFill(bool next, CommandContext& context) {
  const absl::StatusOr<v1::StoreStats> stats = context.feature_store().GetStats();
  if (!stats.ok()) return stats.status();
  if (!stats->has_back_fill()) return absl::OkStatus();
  const v1::BackFillProgress& progress = stats->back_fill();
  const std::string done = absl::StrCat(progress.customers_done(), " of ", progress.customers(), " customers");
  context.Remark(next ? absl::StrCat("these are being prepared and not served yet: ", done, " are done")
                      : absl::StrCat("these are served; others are being prepared (--next): ", done, " are done"));
  return absl::OkStatus();
}

absl::Status RunList(bool as_file, bool next, CommandContext& context) {
  const absl::StatusOr<v1::FeatureDeclarations> declarations = context.feature_store().GetDeclarations(next);
  if (!declarations.ok()) return declarations.status();
  if (as_file) {
    PrintAsFile(*declarations, context.out());
    return absl::OkStatus();
  }
  const absl::StatusOr<v1::FeatureSchema> schema = context.feature_store().GetFeatureSchema(next);
  if (!schema.ok()) return schema.status();
  if (schema->features_size() != declarations->features_size()) {
    return absl::UnavailableError("the feature store has gone over to other declarations in between; ask again");
  }
  Table table({"feature", "kind", "role", "group", "from", "window", "unit", "default", "description"});
  for (int i = 0; i < declarations->features_size(); ++i) {
    const v1::FeatureDefinition& feature = declarations->features(i);
    const v1::FeatureKind kind = schema->features(i).kind();
    const std::string role = Word(v1::FeatureRole_Name<v1::FeatureRole>, feature.role());
    table.AddRow({TextCell(feature.name()), TextCell(Word(v1::FeatureKind_Name<v1::FeatureKind>, kind)),
                  TextCell(feature.once_covered() ? absl::StrCat(role, " once covered") : role),
                  feature.group() == v1::FEATURE_GROUP_UNSPECIFIED
                      ? NoCell()
                      : TextCell(Word(v1::FeatureGroup_Name<v1::FeatureGroup>, feature.group())),
                  TextCell(SourceText(feature)), TextCell(WindowText(feature.window())),
                  UnitCell(feature, declarations->shop()), DefaultCell(feature, kind),
                  TextCell(feature.description())});
  }
  Print(context, table);
  return RemarkOnBackFill(next, context);
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

// `FILE:LINE:COLUMN: rule` of each line as a row.
Table MistakeTable(const std::string& file, absl::string_view text) {
  Table table({"file", "line", "column", "rule"});
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    absl::ConsumePrefix(&line, file + ":");
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    int64_t number = 0, column = 0;
    if (parts.size() == 3 && absl::SimpleAtoi(parts[0], &number) && absl::SimpleAtoi(parts[1], &column)) {
      table.AddRow({TextCell(file), CountCell(number), CountCell(column),
                    TextCell(std::string(absl::StripLeadingAsciiWhitespace(parts[2])))});
    } else {
      table.AddRow({TextCell(file), NoCell(), NoCell(), TextCell(std::string(line))});
    }
  }
  return table;
}

struct CheckOptions {
  std::string file;
  std::string retention;
};

// The store's own program knows the rules; it needs no running store for them. People read what it says, programs a
// row for each mistake.
absl::Status RunCheck(const CheckOptions& options, CommandContext& context) {
  const std::string& file = options.file;
  if (const absl::StatusOr<std::string> text = ReadText(file); !text.ok()) return text.status();
  std::vector<std::string> command = {ProgramBesideUs("ebb-feature-store"), "--check-declarations", "--declarations",
                                      file};
  if (!options.retention.empty()) command.insert(command.end(), {"--retention", options.retention});
  const absl::StatusOr<ProgramOutput> check = RunToEnd(command);
  if (!check.ok()) return check.status();
  const bool people = context.format() == OutputFormat::kTable;
  if (check->end.signal == 0 && check->end.exit_status == 0) {
    if (people) {
      context.out() << file << ": " << check->text;
    } else {
      Print(context, MistakeTable(file, ""));
    }
    return absl::OkStatus();
  }
  if (!absl::StartsWith(check->text, file + ":")) {
    const std::string text(absl::StripAsciiWhitespace(check->text));
    if (!options.retention.empty() && absl::StrContains(text, "--retention")) return UsageError(text);
    return absl::InternalError(absl::StrCat("ebb-feature-store ended with ", check->end.ToString(), ": ", text));
  }
  if (!people) Print(context, MistakeTable(file, check->text));
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
  if (back_fill) {
    context.Remark(
        "a start with this file serves as before, folds every customer anew in the background and then goes over");
  } else if (!response->changes().empty()) {
    context.Remark("a start with this file serves it at once");
  }
  return absl::OkStatus();
}

void DeclareFile(Command& command, std::string* file) {
  command.Add("FILE", file, "Protobuf text of ebb.v1.FeatureDeclarations").Required().Completes("file");
}

}  // namespace

Command FeaturesListCommand() {
  auto as_file = std::make_shared<bool>(false);
  auto next = std::make_shared<bool>(false);
  Command command{.name = "features list", .group = CommandGroup::kData, .summary = "Features that the store declares"};
  command.examples = {{"ebb features list", "what is computed of every customer?"},
                      {"ebb features list --text > features.textproto", "a file to change, check and start with"}};
  command.description =
      "A store that was started with a changed file serves what it served before until every customer is folded anew; "
      "then it goes over to the new one. `ebb stats` says how far that is.";
  command.Flag("--text", as_file.get(), "As a declarations file, whatever --output says");
  command.Flag("--next", next.get(), "Those that are being prepared instead of those that are served");
  command.run = [as_file, next](CommandContext& context) { return RunList(*as_file, *next, context); };
  return command;
}

Command FeaturesCheckCommand() {
  auto options = std::make_shared<CheckOptions>();
  Command command{.name = "features check",
                  .group = CommandGroup::kData,
                  .summary = "Mistakes in a declarations file; needs no running store"};
  command.description =
      "Every mistake is a line FILE:LINE:COLUMN: rule on standard error; with --output json or csv also a row with "
      "file, "
      "line, column and rule on standard output, none where all is well. Exit status 1 when there are any.";
  command.examples = {{"ebb features check features.textproto", "before a store is started with it"},
                      {"ebb features check features.textproto --output json", "for programs"}};
  DeclareFile(command, &options->file);
  command
      .Add("--retention", &options->retention,
           "How long the store will keep events, as its own --retention says: 26304h; windows must fit into it")
      .Value("DURATION");
  command.run = [options](CommandContext& context) { return RunCheck(*options, context); };
  return command;
}

Command FeaturesDiffCommand() {
  auto file = std::make_shared<std::string>();
  Command command{.name = "features diff",
                  .group = CommandGroup::kData,
                  .summary = "What a declarations file would change in the running store"};
  command.description =
      "Nothing is changed. back_fill: after a start with this file customers are folded anew from the raw events in "
      "the background, and the definitions of before are served until all are done. new_model: models trained before "
      "miss an input or would read another meaning into it.";
  command.examples = {{"ebb features diff features.textproto", "what would a start with it mean?"}};
  DeclareFile(command, file.get());
  command.run = [file](CommandContext& context) { return RunDiff(*file, context); };
  return command;
}

}  // namespace ebb
