#include "clients/cli/report/basket_page.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/time/time.h"
#include "clients/cli/report/basket_phrases.h"
#include "clients/cli/report/html_text.h"
#include "clients/cli/report/report_words.h"
#include "clients/cli/report/svg_chart.h"
#include "clients/cli/report/whole_page.h"

namespace ebb {
namespace {

constexpr size_t kMostGroupsDrawn = 10;
constexpr size_t kMostWeeksNamed = 6;

using Groups = std::vector<std::pair<std::string, int64_t>>;  // name and pieces

double PartOf(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double AffectedShare(const v1::UnpaidWeek& week) { return PartOf(week.affected_customers(), week.active_customers()); }

std::string DayText(const google::protobuf::Timestamp& time, const Speech& say) {
  return absl::FormatTime(say.russian() ? "%d.%m.%Y" : "%Y-%m-%d", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

std::string GroupName(const std::string& name, const Speech& say) {
  return name.empty() ? say(baskets::kUnknown) : name;
}

template <typename Reported>
Groups NamedGroups(const Reported& reported, const Speech& say) {
  Groups groups;
  for (const v1::UnpaidGroup& group : reported) groups.emplace_back(GroupName(group.name(), say), group.pieces());
  return groups;
}

Groups PromotionGroups(const v1::UnpaidBasketReport& report, const Speech& say) {
  Groups groups;
  for (const v1::UnpaidGroup& group : report.promotion()) {
    const Phrase& name = group.name() == "yes"  ? baskets::kOnPromotion
                         : group.name() == "no" ? baskets::kFullPrice
                                                : baskets::kUnknown;
    groups.emplace_back(say(name), group.pieces());
  }
  return groups;
}

Groups PriceGroups(const v1::UnpaidBasketReport& report, const Speech& say) {
  Groups groups;
  for (const v1::UnpaidPriceBand& band : report.price_bands()) {
    const bool from = band.has_from_minor() && band.from_minor() > 0, to = band.has_to_minor();
    const std::string low = say.Count(band.from_minor()), high = say.Count(band.to_minor());
    std::string name = say(baskets::kUnknown);
    if (from && to) name = low + "–" + high;
    if (from && !to) name = say(baskets::kFrom, low);
    if (!from && to) name = say(baskets::kBelow, high);
    groups.emplace_back(std::move(name), band.pieces());
  }
  return groups;
}

// The first groups as bars, what is beyond them as one.
std::string GroupsPicture(Groups groups, const Phrase& title, int64_t all, const Speech& say) {
  if (groups.empty()) return "";
  if (groups.size() > kMostGroupsDrawn) {
    int64_t others = 0;
    for (size_t i = kMostGroupsDrawn; i < groups.size(); ++i) others += groups[i].second;
    groups.resize(kMostGroupsDrawn);
    groups.emplace_back(say(baskets::kOthersTogether), others);
  }
  std::vector<std::string> names;
  int64_t most = 1;
  for (const auto& [name, pieces] : groups) {
    names.push_back(CutTo(name, 28));
    most = std::max(most, pieces);
  }
  Axis axis{.from = 0, .to = static_cast<double>(most) * 1.25, .label = say(baskets::kUnpaidPieces)};
  for (const double value : RoundValuesBetween(0, static_cast<double>(most), 3).values) {
    if (value == std::floor(value)) axis.ticks.push_back({value, say.Count(static_cast<int64_t>(value))});
  }
  const double rows = static_cast<double>(groups.size());
  SvgChart chart({.width = 420, .height = 70 + 26 * rows}, axis, RowAxis(names), say(title));
  for (size_t i = 0; i < groups.size(); ++i) {
    const double row = static_cast<double>(i), pieces = static_cast<double>(groups[i].second);
    const std::string share = say.Percent(PartOf(groups[i].second, all));
    chart.Box({0, row + 0.15}, {pieces, row + 0.85}, "bar", 0.75, say.Count(groups[i].second) + " · " + share);
    chart.NoteAfter({pieces, row + 0.5}, share);
  }
  return Figure(say(title), chart.Svg());
}

Axis WeekAxis(const v1::UnpaidBasketReport& report, const Speech& say) {
  const size_t weeks = static_cast<size_t>(report.weeks_size());
  Axis axis{.from = -0.5, .to = static_cast<double>(weeks) - 0.5, .label = say(baskets::kWeekOf)};
  const size_t step = (weeks + kMostWeeksNamed - 1) / kMostWeeksNamed;
  for (size_t i = 0; i < weeks; i += step) {
    axis.ticks.push_back({static_cast<double>(i), DayText(report.weeks(static_cast<int>(i)).start(), say)});
  }
  return axis;
}

std::string WeeksPictures(const v1::UnpaidBasketReport& report, const Speech& say) {
  double most_pieces = 1, most_share = 0.01;
  std::vector<Point> shares;
  for (int i = 0; i < report.weeks_size(); ++i) {
    most_pieces = std::max(most_pieces, static_cast<double>(report.weeks(i).pieces()));
    most_share = std::max(most_share, AffectedShare(report.weeks(i)));
    if (report.weeks(i).active_customers() > 0)
      shares.push_back({static_cast<double>(i), AffectedShare(report.weeks(i))});
  }
  constexpr SvgChart::Size kSize{.width = 640, .height = 260};
  Axis pieces{.from = 0, .to = most_pieces * 1.1, .label = say(baskets::kUnpaidPieces)};
  for (const double value : RoundValuesBetween(0, pieces.to, 4).values) {
    if (value == std::floor(value)) pieces.ticks.push_back({value, say.Count(static_cast<int64_t>(value))});
  }
  SvgChart bars(kSize, WeekAxis(report, say), pieces, say(baskets::kUnpaidPieces));
  for (int i = 0; i < report.weeks_size(); ++i) {
    bars.Box({i - 0.4, 0}, {i + 0.4, static_cast<double>(report.weeks(i).pieces())}, "bar", 0.75,
             DayText(report.weeks(i).start(), say) + " · " + say.Count(report.weeks(i).pieces()));
  }
  Axis share{.from = 0, .to = std::min(1.0, most_share * 1.2), .label = say(baskets::kShareAxis)};
  const RoundValues round = RoundValuesBetween(0, share.to, 4);
  for (const double value : round.values) {
    share.ticks.push_back({value, say.Percent(value, std::max(0, round.decimals - 2))});
  }
  SvgChart line(kSize, WeekAxis(report, say), share, say(baskets::kAffectedShare));
  line.Line(shares, "declined");
  line.Dots(shares, "declined");
  return Element("div", "class=\"figures\"",
                 Figure(say(baskets::kUnpaidPieces), bars.Svg()) + Figure(say(baskets::kAffectedShare), line.Svg())) +
         "\n" + Element("p", "class=\"remark\"", EscapeHtml(say(baskets::kRunning))) + "\n";
}

std::string GroupsPictures(const v1::UnpaidBasketReport& report, const Speech& say) {
  const int64_t all = report.pieces();
  return Element("div", "class=\"figures\"",
                 GroupsPicture(NamedGroups(report.categories(), say), baskets::kCategories, all, say) +
                     GroupsPicture(PriceGroups(report, say), baskets::kPrices, all, say) +
                     GroupsPicture(PromotionGroups(report, say), baskets::kPromotion, all, say) +
                     GroupsPicture(NamedGroups(report.tiers(), say), baskets::kTiers, all, say) +
                     GroupsPicture(NamedGroups(report.service_errors(), say), baskets::kByErrors, all, say)) +
         "\n";
}

std::string WeeksTable(const v1::UnpaidBasketReport& report, const Speech& say) {
  HtmlTable table({say(baskets::kWeekOf), say(baskets::kUnpaidPieces), say(baskets::kActive), say(baskets::kAffected),
                   say(baskets::kAffectedShare), say(baskets::kChange)});
  for (const v1::UnpaidWeek& week : report.weeks()) {
    table.AddRow({WordCell(DayText(week.start(), say)), NumberCell(say.Count(week.pieces())),
                  NumberCell(say.Count(week.active_customers())), NumberCell(say.Count(week.affected_customers())),
                  NumberCell(week.active_customers() == 0 ? "–" : say.Percent(AffectedShare(week), 1)),
                  NumberCell(week.has_share_change() ? say.Percent(week.share_change(), 1) : "–")});
  }
  return table.Html();
}

std::string SayLastWeek(const v1::UnpaidBasketReport& report, const Speech& say) {
  for (int i = report.weeks_size(); i-- > 1;) {
    const v1::UnpaidWeek& week = report.weeks(i);
    if (!week.has_share_change()) continue;
    const std::string day = DayText(week.start(), say), now = say.Percent(AffectedShare(week), 1);
    const std::string before = say.Percent(AffectedShare(report.weeks(i - 1)), 1);
    if (now == before) return say(baskets::kSame, day, now);
    return say(week.share_change() > 0 ? baskets::kRose : baskets::kFell, day, before, now);
  }
  return "";
}

}  // namespace

std::vector<std::string> SayUnpaidBaskets(const v1::UnpaidBasketReport& report, ReportLanguage language) {
  const Speech say(language);
  if (report.pieces() == 0) return {say(baskets::kNothing)};
  std::vector<std::string> sentences = {
      say(baskets::kSize, say.Counted(report.pieces(), baskets::kPieces),
          say.Counted(report.affected_customers(), baskets::kCustomers), say.Count(report.active_customers()),
          say.Percent(PartOf(report.affected_customers(), report.active_customers()), 1))};
  if (std::string week = SayLastWeek(report, say); !week.empty()) sentences.push_back(std::move(week));
  if (report.categories_size() > 0) {
    const v1::UnpaidGroup& most = report.categories(0);
    sentences.push_back(say(baskets::kMostCategory, say.Quoted(GroupName(most.name(), say)),
                            say.Counted(most.pieces(), baskets::kPieces),
                            say.Percent(PartOf(most.pieces(), report.pieces()))));
  }
  int64_t failed = 0;
  for (const v1::UnpaidGroup& group : report.service_errors()) failed += group.name() == "0" ? 0 : group.pieces();
  sentences.push_back(failed == 0 ? say(baskets::kNoErrors)
                                  : say(baskets::kErrors, say.Percent(PartOf(failed, report.pieces()))));
  return sentences;
}

std::string UnpaidBasketPage(const v1::UnpaidBasketReport& report, ReportLanguage language) {
  const Speech say(language);
  std::string sentences;
  for (const std::string& sentence : SayUnpaidBaskets(report, language)) {
    sentences += Element("li", "", EscapeHtml(sentence)) + "\n";
  }
  const std::string head =
      say(baskets::kAsOf, DayText(report.as_of(), say), say.Counted(report.weeks_size(), baskets::kWeeks));
  const std::string body = Element("h1", "", EscapeHtml(say(baskets::kTitle))) + "\n" +
                           Element("p", "class=\"head\"", EscapeHtml(head)) + "\n" +
                           Section(say(baskets::kInWords), Element("ul", "", sentences)) +
                           (report.pieces() == 0 ? ""
                                                 : Section(say(baskets::kByWeek), WeeksPictures(report, say)) +
                                                       Section(say(baskets::kWhat), GroupsPictures(report, say))) +
                           Section(say(baskets::kInFigures), WeeksTable(report, say));
  return WholePage(say(baskets::kTitle), body, language);
}

}  // namespace ebb
