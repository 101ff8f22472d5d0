#include "clients/cli/report/report_page.h"

#include <vector>

#include "absl/time/time.h"
#include "clients/cli/report/feature_pictures.h"
#include "clients/cli/report/html_text.h"
#include "clients/cli/report/importance_pictures.h"
#include "clients/cli/report/offer_sentences.h"
#include "clients/cli/report/quality_pictures.h"
#include "clients/cli/report/report_phrases.h"
#include "clients/cli/report/report_sentences.h"
#include "clients/cli/report/report_tables.h"
#include "clients/cli/report/report_words.h"
#include "clients/cli/report/segment_pictures.h"
#include "clients/cli/report/whole_page.h"

namespace ebb {
namespace {

// What is to be known of `content` above it.
std::string Explained(const std::string& remark, const std::string& content) {
  return content.empty() ? "" : Element("p", "class=\"remark\"", EscapeHtml(remark)) + "\n" + content;
}

std::string Figures(const std::string& figures, bool wide = false) {
  return figures.empty() ? "" : Element("div", wide ? "class=\"figures wide\"" : "class=\"figures\"", figures) + "\n";
}

std::string List(const Speech& say, const Phrase& heading, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return "";
  std::string items;
  for (const std::string& sentence : sentences) items += Element("li", "", EscapeHtml(sentence)) + "\n";
  return Element("h3", "", EscapeHtml(say(heading))) + Element("ul", "", items) + "\n";
}

std::string Head(const ReportWords& words) {
  const Speech& say = words.say;
  const v1::Model& model = words.report.model();
  std::vector<std::string> facts;
  if (model.state() == v1::Model::CHAMPION) facts.push_back(say(phrase::kChampion));
  if (model.state() == v1::Model::CHALLENGER) facts.push_back(say(phrase::kChallenger));
  if (model.state() == v1::Model::RETIRED) facts.push_back(say(phrase::kRetired));
  if (model.has_create_time()) {
    const absl::Time made = absl::FromUnixSeconds(model.create_time().seconds());
    const char* format = say.russian() ? "%d.%m.%Y" : "%Y-%m-%d";
    facts.push_back(say(phrase::kMade, absl::FormatTime(format, made, absl::UTCTimeZone())));
  }
  if (words.report.lineage().horizon_months() > 0)
    facts.push_back(say(phrase::kHorizon, say.Counted(words.report.lineage().horizon_months(), phrase::kMonths)));
  std::string line;
  for (const std::string& fact : facts) line += (line.empty() ? "" : " · ") + fact;
  return Element("h1", "", EscapeHtml(say(phrase::kTitle, model.version()))) + "\n" +
         (line.empty() ? "" : Element("p", "class=\"head\"", EscapeHtml(line)) + "\n") +
         Element("p", "class=\"remark\"", EscapeHtml(say(phrase::kIntervals))) + "\n";
}

std::string PlainWords(const ReportWords& words, const v1::OfferCatalogue& offers) {
  const ReportSentences sentences = SayReport(words.report, words.say.language());
  return List(words.say, phrase::kData, sentences.data) + List(words.say, phrase::kDecides, sentences.decides) +
         List(words.say, phrase::kDoesNotMatter, sentences.does_not_matter) +
         List(words.say, phrase::kTried, sentences.tried) + List(words.say, phrase::kLevers, sentences.levers) +
         List(words.say, phrase::kTarget, sentences.target) +
         List(words.say, phrase::kWhatToOffer, SayOffers(words.report, offers, words.say.language())) +
         List(words.say, phrase::kLimits, sentences.limits);
}

std::string Pictures(const ReportWords& words) {
  const Speech& say = words.say;
  const std::string threshold = say.Amount(words.report.risk_threshold());
  return Section(say(phrase::kFeaturesByOutcome),
                 Explained(say(phrase::kAboutFeatures), Figures(FeaturePictures(words)))) +
         Section(say(phrase::kAssociations), Figures(AssociationPicture(words), /*wide=*/true)) +
         Section(say(phrase::kCandidates), Figures(CandidatesPicture(words), /*wide=*/true) + CandidatesTable(words)) +
         Section(say(phrase::kQuality), Figures(CurvePictures(words))) +
         Section(say(phrase::kReliability), Figures(ReliabilityPictures(words))) +
         Section(say(phrase::kConfusion, threshold), Figures(ConfusionPictures(words))) +
         Section(say(phrase::kImportance),
                 Explained(say(phrase::kAboutImportance), Figures(ImportancePictures(words)))) +
         Section(say(phrase::kBeeswarm),
                 Explained(say(phrase::kAboutBeeswarm), Figures(BeeswarmPicture(words), /*wide=*/true))) +
         Section(say(phrase::kProfitByRisk), Figures(ProfitByRiskPicture(words), /*wide=*/true)) +
         Section(say(phrase::kSegments), Figures(SegmentPictures(words)) + SegmentTable(words));
}

std::string Tables(const ReportWords& words) {
  const Speech& say = words.say;
  return Section(say(phrase::kMetrics), MetricsTable(words)) +
         Section(say(phrase::kThresholds), ThresholdTables(words)) + Section(say(phrase::kGain), GainTable(words)) +
         Section(say(phrase::kLearningCurve),
                 Figures(LearningCurvePicture(words), /*wide=*/true) + LearningCurveTable(words)) +
         Section(say(phrase::kNextMonthRevenue), NextMonthRevenue(words)) +
         Section(say(phrase::kRevenue), RevenueTable(words)) +
         Section(say(phrase::kInputTrials), InputTrialTable(words)) +
         Section(say(phrase::kRepairs), RepairTable(words)) + Section(say(phrase::kFeatureTable), FeatureTable(words)) +
         Section(say(phrase::kLineage), LineageTable(words));
}

}  // namespace

std::string ReportPage(const v1::ModelReport& report, ReportLanguage language, const v1::OfferCatalogue& offers) {
  const ReportWords words(report, language);
  const Speech& say = words.say;
  const std::string body = Head(words) + Section(say(phrase::kInWords), PlainWords(words, offers)) +
                           Section(say(phrase::kCriteria), CriteriaTable(words)) + Pictures(words) + Tables(words);
  return WholePage(say(phrase::kTitle, report.model().version()), body, language);
}

}  // namespace ebb
