#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/page_options.h"
#include "clients/cli/report/segment_portrait.h"
#include "clients/cli/table.h"
#include "clients/cpp/scorer_client.h"

namespace ebb {
namespace {

struct SegmentProfileOptions {
  std::string segment;
  PageOptions page;
};

std::vector<Cell> NumberCells(const v1::FeatureProfile& feature) {
  std::vector<Cell> cells = {TextCell(feature.name()), RealCell(feature.difference(), 2)};
  for (const auto& [known, numbers] : {std::pair(feature.has_segment_numbers(), &feature.segment_numbers()),
                                       std::pair(feature.has_other_numbers(), &feature.other_numbers())}) {
    for (const double value : {numbers->lower_quartile(), numbers->median(), numbers->upper_quartile()}) {
      cells.push_back(known ? RealCell(value, 2) : NoCell());
    }
  }
  return cells;
}

absl::Status RunSegmentProfile(const SegmentProfileOptions& options, CommandContext& context) {
  v1::ProfileSegmentRequest request;
  request.set_segment(options.segment);
  const absl::StatusOr<v1::SegmentProfile> profile = context.scorer().ProfileSegment(request);
  if (!profile.ok()) return profile.status();
  const ReportLanguage language = LanguageOf(options.page.language, context);
  if (!options.page.html.empty()) {
    Record record;
    record.Add("segment", TextCell(profile->segment()));
    return WritePage(options.page, PortraitPage(*profile, language), std::move(record), context);
  }
  if (context.format() == OutputFormat::kTable) {
    for (const std::string& sentence : SayPortrait(*profile, language)) context.out() << sentence << '\n';
    context.out() << '\n';
  }
  Table numbers({"feature", "difference", "segment_lower_quartile", "segment_median", "segment_upper_quartile",
                 "others_lower_quartile", "others_median", "others_upper_quartile"},
                "numbers");
  Table categories({"feature", "difference", "category", "segment_share", "others_share"}, "categories");
  for (const v1::FeatureProfile& feature : profile->features()) {
    if (feature.has_segment_numbers() || feature.has_other_numbers()) numbers.AddRow(NumberCells(feature));
    for (const v1::CategoryProfile& category : feature.categories()) {
      categories.AddRow({TextCell(feature.name()), RealCell(feature.difference(), 2),
                         category.category().empty() ? NoCell() : TextCell(category.category()),
                         ShareCell(category.segment_share()), ShareCell(category.other_share())});
    }
  }
  Record whole("profile");
  whole.Add("segment", TextCell(profile->segment()));
  whole.Add("customers", CountCell(profile->customers()));
  whole.Add("others", CountCell(profile->others()));
  whole.Add("model_version", CountCell(profile->model_version()));
  Print(context, {numbers, categories, whole});
  if (context.format() == OutputFormat::kTable) context.Remark("with pictures: --html FILE");
  return absl::OkStatus();
}

}  // namespace

Command SegmentProfileCommand() {
  auto options = std::make_shared<SegmentProfileOptions>();
  Command command{.name = "segment profile",
                  .group = CommandGroup::kScores,
                  .summary = "A segment's portrait against everybody else; as a page with --html"};
  command.description =
      "Every feature's quartiles and every category's share, the most different first. The difference runs from 0 to "
      "1 (no overlap).\nNAME is a declared segment or a cell of profit tier × risk. CSV holds the numbers, JSON the "
      "categories, too.";
  command.examples = {
      {"ebb segment profile middle_profit_at_risk", "what sets the target segment apart?"},
      {"ebb segment profile promo_hunters --html promo.html --language ru", "with pictures, in Russian"},
      {"ebb segment profile high_profit/at_risk -o json", "a cell of profit tier × risk, for a program"}};
  command.Add("NAME", &options->segment, "A segment").Required().Completes("segment");
  AddPageOptions("the portrait", "sentences and page", &options->page, &command);
  command.run = [options](CommandContext& context) { return RunSegmentProfile(*options, context); };
  return command;
}

}  // namespace ebb
