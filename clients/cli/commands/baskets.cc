#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/page_options.h"
#include "clients/cli/report/basket_page.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"

namespace ebb {
namespace {

struct BasketsOptions {
  int64_t weeks = 12;
  std::string as_of;
  std::string price_edges;
  PageOptions page;
};

Cell ShareOrNone(int64_t part, int64_t whole) {
  return whole > 0 ? ShareCell(static_cast<double>(part) / static_cast<double>(whole)) : NoCell();
}

template <typename Groups>
Table UnpaidBy(const char* title, const Groups& groups, int64_t all) {
  Table table({"group", "pieces", "share"}, title);
  for (const v1::UnpaidGroup& group : groups) {
    table.AddRow({TextCell(group.name().empty() ? "(unknown)" : group.name()), CountCell(group.pieces()),
                  ShareOrNone(group.pieces(), all)});
  }
  return table;
}

Table UnpaidByPrice(const v1::UnpaidBasketReport& report) {
  Table table({"from_minor", "to_minor", "pieces", "share"}, "prices");
  for (const v1::UnpaidPriceBand& band : report.price_bands()) {
    table.AddRow({band.has_from_minor() ? CountCell(band.from_minor()) : TextCell("(unknown)"),
                  band.has_to_minor() ? CountCell(band.to_minor()) : NoCell(), CountCell(band.pieces()),
                  ShareOrNone(band.pieces(), report.pieces())});
  }
  return table;
}

Table UnpaidByWeek(const v1::UnpaidBasketReport& report) {
  Table table({"week", "pieces", "affected", "active", "affected_share", "pieces_change", "share_change"}, "weeks");
  for (const v1::UnpaidWeek& week : report.weeks()) {
    table.AddRow({TimeCell(FromTimestamp(week.start())), CountCell(week.pieces()), CountCell(week.affected_customers()),
                  CountCell(week.active_customers()), ShareOrNone(week.affected_customers(), week.active_customers()),
                  week.has_pieces_change() ? CountCell(week.pieces_change()) : NoCell(),
                  week.has_share_change() ? ShareCell(week.share_change()) : NoCell()});
  }
  return table;
}

absl::StatusOr<v1::GetUnpaidBasketReportRequest> BasketRequestOf(const BasketsOptions& options) {
  v1::GetUnpaidBasketReportRequest request;
  request.set_weeks(static_cast<int32_t>(options.weeks));
  if (!options.as_of.empty()) {
    const absl::StatusOr<absl::Time> as_of = ParseTime(options.as_of, absl::Now());
    if (!as_of.ok()) return UsageError(absl::StrCat("--as-of: ", as_of.status().message()));
    *request.mutable_as_of() = ToTimestamp(*as_of);
  }
  if (options.price_edges.empty()) return request;
  for (const absl::string_view text : absl::StrSplit(options.price_edges, ',')) {
    int64_t edge = 0;
    if (!absl::SimpleAtoi(text, &edge)) {
      return UsageError(absl::StrCat("--price-edges: `", text, "` is no whole number of minor units"));
    }
    request.add_price_edges_minor(edge);
  }
  return request;
}

absl::Status RunBaskets(const BasketsOptions& options, CommandContext& context) {
  const absl::StatusOr<v1::GetUnpaidBasketReportRequest> request = BasketRequestOf(options);
  if (!request.ok()) return request.status();
  const absl::StatusOr<v1::UnpaidBasketReport> report = context.feature_store().GetUnpaidBasketReport(*request);
  if (!report.ok()) return report.status();
  const ReportLanguage language = LanguageOf(options.page.language, context);
  if (!options.page.html.empty()) {
    Record record;
    record.Add("unpaid_pieces", CountCell(report->pieces()));
    return WritePage(options.page, UnpaidBasketPage(*report, language), std::move(record), context);
  }
  if (context.format() == OutputFormat::kTable) {
    for (const std::string& sentence : SayUnpaidBaskets(*report, language)) context.out() << sentence << '\n';
    context.out() << '\n';
  }
  Record whole("baskets");
  whole.Add("as_of", TimeCell(FromTimestamp(report->as_of())));
  whole.Add("unpaid_pieces", CountCell(report->pieces()));
  whole.Add("affected_customers", CountCell(report->affected_customers()));
  whole.Add("active_customers", CountCell(report->active_customers()));
  whole.Add("affected_share", ShareOrNone(report->affected_customers(), report->active_customers()));
  Print(context, {UnpaidByWeek(*report), UnpaidBy("categories", report->categories(), report->pieces()),
                  UnpaidByPrice(*report), UnpaidBy("promotion", report->promotion(), report->pieces()),
                  UnpaidBy("tiers", report->tiers(), report->pieces()),
                  UnpaidBy("service_errors", report->service_errors(), report->pieces()), whole});
  if (context.format() == OutputFormat::kTable) context.Remark("with pictures: --html FILE");
  return absl::OkStatus();
}

}  // namespace

Command BasketsCommand() {
  auto options = std::make_shared<BasketsOptions>();
  Command command{.name = "baskets",
                  .group = CommandGroup::kOperate,
                  .summary = "Goods left unpaid in baskets: by week, category, price, promotion, tier, service errors"};
  command.description =
      "Of each customer and product: pieces put in, less those removed, less those bought since the first week's "
      "start. "
      "The last pieces put in are\nthe ones left. Price and promotion are those of the product's latest sale, unknown "
      "where there was none.\n"
      "service_errors are those of the visit in which the goods were put in. CSV holds the weeks.";
  command.examples = {{"ebb baskets", "what do customers leave unpaid?"},
                      {"ebb baskets --weeks 4 --as-of 7d", "as it stood a week ago"},
                      {"ebb baskets --html baskets.html --language ru", "with pictures, in Russian"},
                      {"ebb baskets --output json", "for programs"}};
  command.Add("--weeks", &options->weeks, "Whole weeks before the one that is running").Range(1, 260);
  command.Add("--as-of", &options->as_of, "Events before this time: a date, a time, or such as 7d ago; now by default")
      .Value("TIME");
  command
      .Add("--price-edges", &options->price_edges,
           "Where price bands begin, in minor units, such as 10000,50000; the quartiles by default")
      .Value("LIST");
  AddPageOptions("the report", "sentences and page", &options->page, &command);
  command.run = [options](CommandContext& context) { return RunBaskets(*options, context); };
  return command;
}

}  // namespace ebb
