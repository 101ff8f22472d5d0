#include "clients/cli/report/segment_portrait.h"

#include <algorithm>
#include <cmath>

#include "clients/cli/report/feature_label.h"
#include "clients/cli/report/html_text.h"
#include "clients/cli/report/portrait_phrases.h"
#include "clients/cli/report/report_words.h"
#include "clients/cli/report/svg_chart.h"
#include "clients/cli/report/whole_page.h"

namespace ebb {
namespace {

// From here on a difference is worth a sentence: a small effect by the usual reading of a rank-biserial correlation.
constexpr double kWorthSaying = 0.1;
constexpr size_t kMostSaid = 6;
constexpr int kMostCategoriesDrawn = 8;

std::string PortraitLabel(const v1::FeatureProfile& feature, const Speech& say) {
  if (feature.name() == "probability") return say(portrait::kProbability);
  if (feature.name() == "monthly_profit") return say(portrait::kMonthlyProfit);
  if (feature.name() == "value_at_risk") return say(portrait::kValueAtRisk);
  return FeatureLabel(feature.name(), feature.description(), feature.label(), say.language());
}

bool IsCompared(const v1::FeatureProfile& feature) {
  return feature.has_segment_numbers() && feature.has_other_numbers();
}

std::string SayNumber(const v1::FeatureProfile& feature, const Speech& say) {
  const v1::NumberProfile& inside = feature.segment_numbers();
  const v1::NumberProfile& outside = feature.other_numbers();
  // Where half of both have the same, the means tell them apart.
  const bool by_median = inside.median() != outside.median();
  const double here = by_median ? inside.median() : inside.mean();
  const double there = by_median ? outside.median() : outside.mean();
  return say(here > there ? portrait::kHigher : portrait::kLower, PortraitLabel(feature, say),
             say(by_median ? portrait::kMedian : portrait::kMean), say.Amount(here), say.Amount(there));
}

std::string CategoryName(const v1::CategoryProfile& category, const Speech& say) {
  return category.category().empty() ? say(portrait::kMissing) : say.Quoted(category.category());
}

// The category whose share is furthest above the others'.
std::string SayCategory(const v1::FeatureProfile& feature, const Speech& say) {
  const auto& most = *std::ranges::max_element(feature.categories(), {}, [](const v1::CategoryProfile& category) {
    return category.segment_share() - category.other_share();
  });
  return say(portrait::kMoreOften, PortraitLabel(feature, say), CategoryName(most, say),
             say.Percent(most.segment_share()), say.Percent(most.other_share()));
}

// Both groups' middle half on one axis.
std::string QuartilesPicture(const v1::FeatureProfile& feature, const Speech& say) {
  const v1::NumberProfile* groups[] = {&feature.segment_numbers(), &feature.other_numbers()};
  double from = groups[0]->lower_quartile(), to = groups[0]->upper_quartile();
  for (const v1::NumberProfile* group : groups) {
    from = std::min(from, group->lower_quartile());
    to = std::max(to, group->upper_quartile());
  }
  const double margin = to > from ? (to - from) * 0.08 : 1;
  Axis axis{.from = from - margin, .to = to + margin};
  const RoundValues round = RoundValuesBetween(axis.from, axis.to, 4);
  for (const double value : round.values) axis.ticks.push_back({value, say.Real(value, round.decimals)});
  SvgChart chart({.width = 360, .height = 120}, axis, RowAxis({say(portrait::kInSegment), say(portrait::kOthers)}),
                 PortraitLabel(feature, say));
  for (int i = 0; i < 2; ++i) {
    const std::string kind = i == 0 ? "declined" : "steady";
    chart.Box({groups[i]->lower_quartile(), i + 0.2}, {groups[i]->upper_quartile(), i + 0.8}, kind, 0.6,
              say.Amount(groups[i]->lower_quartile()) + "–" + say.Amount(groups[i]->upper_quartile()));
    chart.Segment({groups[i]->median(), i + 0.1}, {groups[i]->median(), i + 0.9}, "threshold");
  }
  return chart.Svg();
}

std::string SharesPicture(const v1::FeatureProfile& feature, const Speech& say) {
  const int drawn = std::min(feature.categories_size(), kMostCategoriesDrawn);
  std::vector<std::string> names;
  for (int i = 0; i < drawn; ++i) names.push_back(CategoryName(feature.categories(i), say));
  Axis axis{.from = 0, .to = 1, .label = say(portrait::kShare)};
  for (const double value : {0.0, 0.25, 0.5, 0.75, 1.0}) axis.ticks.push_back({value, say.Percent(value)});
  SvgChart chart({.width = 360, .height = 60 + 30.0 * drawn}, axis, RowAxis(names), PortraitLabel(feature, say));
  for (int i = 0; i < drawn; ++i) {
    const v1::CategoryProfile& category = feature.categories(i);
    chart.Box({0, i + 0.1}, {category.segment_share(), i + 0.48}, "declined", 0.7,
              say.Percent(category.segment_share()));
    chart.Box({0, i + 0.52}, {category.other_share(), i + 0.9}, "steady", 0.7, say.Percent(category.other_share()));
  }
  chart.Key("declined", say(portrait::kInSegment));
  chart.Key("steady", say(portrait::kOthers));
  return chart.Svg();
}

std::string PortraitPictures(const v1::SegmentProfile& profile, const Speech& say) {
  std::string figures;
  for (const v1::FeatureProfile& feature : profile.features()) {
    const std::string picture = IsCompared(feature)             ? QuartilesPicture(feature, say)
                                : !feature.categories().empty() ? SharesPicture(feature, say)
                                                                : "";
    figures += Figure(
        PortraitLabel(feature, say) + " · " + say(portrait::kDifference) + " " + say.Real(feature.difference(), 2),
        picture);
  }
  return figures.empty() ? "" : Element("div", "class=\"figures\"", figures) + "\n";
}

std::string NumbersTable(const v1::SegmentProfile& profile, const Speech& say) {
  HtmlTable table({say(portrait::kFeature), say(portrait::kDifference), say(portrait::kGroup),
                   say(portrait::kLowerQuartile), say(portrait::kMedian), say(portrait::kUpperQuartile),
                   say(portrait::kMean)});
  for (const v1::FeatureProfile& feature : profile.features()) {
    for (const bool inside : {true, false}) {
      const v1::NumberProfile& numbers = inside ? feature.segment_numbers() : feature.other_numbers();
      if (!(inside ? feature.has_segment_numbers() : feature.has_other_numbers())) continue;
      table.AddRow({WordCell(PortraitLabel(feature, say)), NumberCell(say.Real(feature.difference(), 2)),
                    WordCell(say(inside ? portrait::kInSegment : portrait::kOthers)),
                    NumberCell(say.Amount(numbers.lower_quartile())), NumberCell(say.Amount(numbers.median())),
                    NumberCell(say.Amount(numbers.upper_quartile())), NumberCell(say.Amount(numbers.mean()))});
    }
  }
  return table.empty() ? "" : table.Html();
}

}  // namespace

std::vector<std::string> SayPortrait(const v1::SegmentProfile& profile, ReportLanguage language) {
  const Speech say(language);
  if (profile.customers() == 0) return {say(portrait::kNobody)};
  const int64_t all = profile.customers() + profile.others();
  std::vector<std::string> sentences = {
      say(portrait::kSize, say.Counted(profile.customers(), portrait::kCustomers), say.Count(all),
          say.Percent(static_cast<double>(profile.customers()) / static_cast<double>(all), 1))};
  if (profile.others() == 0) {
    sentences.push_back(say(portrait::kNobodyElse));
    return sentences;
  }
  size_t said = 0;
  for (const v1::FeatureProfile& feature : profile.features()) {
    if (feature.difference() < kWorthSaying || said == kMostSaid) break;
    if (!IsCompared(feature) && feature.categories().empty()) continue;
    sentences.push_back(IsCompared(feature) ? SayNumber(feature, say) : SayCategory(feature, say));
    ++said;
  }
  if (said == 0) sentences.push_back(say(portrait::kNothingDiffers));
  return sentences;
}

std::string PortraitPage(const v1::SegmentProfile& profile, ReportLanguage language) {
  const Speech say(language);
  const std::string title = say(portrait::kTitle, profile.segment());
  const v1::LocalText& texts = profile.description();
  const std::string& preferred = say.russian() ? texts.ru() : texts.en();
  const std::string& description = !preferred.empty() ? preferred : say.russian() ? texts.en() : texts.ru();
  std::string sentences;
  for (const std::string& sentence : SayPortrait(profile, language)) {
    sentences += Element("li", "", EscapeHtml(sentence)) + "\n";
  }
  const std::string about = Element("p", "class=\"remark\"", EscapeHtml(say(portrait::kAboutPictures))) + "\n";
  const std::string pictures = PortraitPictures(profile, say);
  const std::string body = Element("h1", "", EscapeHtml(title)) + "\n" +
                           (description.empty() ? "" : Element("p", "class=\"head\"", EscapeHtml(description)) + "\n") +
                           Section(say(portrait::kInWords), Element("ul", "", sentences)) +
                           Section(say(portrait::kPictures), pictures.empty() ? "" : about + pictures) +
                           Section(say(portrait::kTable), NumbersTable(profile, say));
  return WholePage(title, body, language);
}

}  // namespace ebb
