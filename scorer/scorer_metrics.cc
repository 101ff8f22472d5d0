#include "scorer/scorer_metrics.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace ebb::scorer {
namespace {

double Seconds(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + time.nanos() * 1e-9;
}

void AddStatus(const v1::ScorerStatus& status, MetricPage* page) {
  const auto gauge = [&](const char* name, const char* help, double value) { page->AddGauge(name, help, value); };
  gauge("ebb_scorer_customers", "Customers with a score.", static_cast<double>(status.customers()));
  gauge("ebb_scorer_sequence", "Position of the last published change.", static_cast<double>(status.sequence()));
  gauge("ebb_scorer_subscribers", "Open Subscribe streams.", status.subscribers());
  gauge("ebb_scorer_rescore_backlog", "Customers waiting to be scored by the present model.",
        static_cast<double>(status.rescore_backlog()));
  if (status.model_version() > 0) {
    page->AddGauge("ebb_scorer_model_info", "1 for the model in service; no sample before the first.", 1,
                   {{"version", absl::StrCat(status.model_version())}});
  }
  gauge("ebb_scorer_model_version", "The model in service; 0: none.", static_cast<double>(status.model_version()));
  gauge("ebb_scorer_features_as_of_seconds",
        "The latest T of the vectors received, in seconds since 1970 UTC; 0: none.", Seconds(status.features_as_of()));
}

void AddPeers(const ScorerState& state, MetricPage* page) {
  const auto connected = [&](const char* peer, bool is_connected) {
    page->AddGauge("ebb_scorer_peer_connected", "1 while the stream from the peer is up.", is_connected ? 1 : 0,
                   {{"peer", peer}});
  };
  connected("store", state.status.store_connected());
  connected("trainer", state.status.trainer_connected());
  const auto failures = [&](const char* peer, int64_t count) {
    page->AddCounter("ebb_scorer_peer_failures_total",
                     "Streams from the peer that ended, or did not come up, and were opened again.",
                     static_cast<double>(count), {{"peer", peer}});
  };
  failures("store", state.store_failures);
  failures("trainer", state.trainer_failures);
}

// Cells by profit tier and plain risk band: `low_profit/at_risk`.
MetricPage::Labels LabelsOf(const std::string& cell) {
  const size_t slash = cell.find('/');
  return {{"tier", cell.substr(0, slash)}, {"band", slash == std::string::npos ? "" : cell.substr(slash + 1)}};
}

void AddCells(const v1::SegmentSummary& summary, MetricPage* page) {
  for (const v1::SegmentCell& cell : summary.cells()) {
    page->AddGauge("ebb_scorer_cell_customers", "Scored customers by profit tier and risk band.",
                   static_cast<double>(cell.customers()), LabelsOf(cell.segment()));
  }
  for (const v1::SegmentCell& cell : summary.cells()) {
    page->AddGauge("ebb_scorer_cell_value_at_risk", "Sum of value at risk, in the profit's unit a month.",
                   cell.value_at_risk(), LabelsOf(cell.segment()));
  }
  double probability = 0, value_at_risk = 0;
  for (const v1::SegmentCell& cell : summary.cells()) {
    probability += cell.mean_probability() * static_cast<double>(cell.customers());
    value_at_risk += cell.value_at_risk();
  }
  const auto customers = static_cast<double>(summary.customers());
  page->AddGauge("ebb_scorer_mean_probability", "Mean probability of decline over all scored customers.",
                 customers > 0 ? probability / customers : 0);
  page->AddGauge("ebb_scorer_value_at_risk", "Sum of value at risk of all customers, in the profit's unit a month.",
                 value_at_risk);
  page->AddGauge("ebb_scorer_risk_threshold", "The probability above which a customer is at risk.",
                 summary.risk_threshold());
}

void AddSegments(const v1::ListSegmentsResponse& segments, MetricPage* page) {
  for (const v1::SegmentCount& segment : segments.segments()) {
    page->AddGauge("ebb_scorer_segment_customers", "Customers by declared segment; one may be in several.",
                   static_cast<double>(segment.customers()), {{"segment", segment.definition().name()}});
  }
  for (const v1::SegmentCount& segment : segments.segments()) {
    page->AddGauge("ebb_scorer_segment_value_at_risk", "Sum of value at risk by declared segment.",
                   segment.value_at_risk(), {{"segment", segment.definition().name()}});
  }
  for (const v1::SegmentCount& segment : segments.segments()) {
    page->AddGauge("ebb_scorer_segment_broken", "1 where a declared segment cannot be told, so that nobody is in it.",
                   segment.problem().empty() ? 0 : 1, {{"segment", segment.definition().name()}});
  }
}

// At most four challengers at once; a version's series end with its comparison.
class ShadowPage {
 public:
  ShadowPage(const v1::GetShadowComparisonResponse& shadow, MetricPage* page) : shadow_(shadow), page_(page) {}

  template <typename Value>
  void Gauge(const char* name, const char* help, const Value& value) {
    for (const v1::ShadowComparison& comparison : shadow_.comparisons()) {
      if (comparison.customers() > 0) page_->AddGauge(name, help, value(comparison), Labels(comparison));
    }
  }
  void Bands() {
    for (const v1::ShadowComparison& comparison : shadow_.comparisons()) {
      const auto add = [&](const char* champion, const char* challenger, int64_t customers) {
        MetricPage::Labels labels = Labels(comparison);
        labels.insert(labels.end(), {{"champion", champion}, {"challenger", challenger}});
        page_->AddGauge("ebb_scorer_shadow_band_customers",
                        "Compared customers, by the risk band that each of the two puts them in.",
                        static_cast<double>(customers), labels);
      };
      if (comparison.customers() == 0) continue;
      add("at_risk", "at_risk", comparison.both_at_risk());
      add("at_risk", "stable", comparison.champion_only_at_risk());
      add("stable", "at_risk", comparison.challenger_only_at_risk());
      add("stable", "stable", comparison.neither_at_risk());
    }
  }
  void Problems() {
    for (const v1::ShadowComparison& comparison : shadow_.comparisons()) {
      page_->AddGauge("ebb_scorer_shadow_refused",
                      "1 where a challenger cannot be compared; the scorer's log says why.",
                      comparison.problem().empty() ? 0 : 1, Labels(comparison));
    }
  }
  void Times() {
    for (const v1::ShadowComparison& comparison : shadow_.comparisons()) {
      const auto add = [&](const char* model, double seconds) {
        MetricPage::Labels labels = Labels(comparison);
        labels.emplace_back("model", model);
        page_->AddGauge("ebb_scorer_shadow_vector_seconds", "Processor time of a vector, measured on the same ones.",
                        seconds, labels);
      };
      if (comparison.challenger_seconds_per_vector() == 0) continue;
      add("champion", comparison.champion_seconds_per_vector());
      add("challenger", comparison.challenger_seconds_per_vector());
    }
  }

 private:
  static MetricPage::Labels Labels(const v1::ShadowComparison& comparison) {
    return {{"version", absl::StrCat(comparison.version())}};
  }

  const v1::GetShadowComparisonResponse& shadow_;
  MetricPage* const page_;
};

void AddShadow(const v1::GetShadowComparisonResponse& shadow, MetricPage* page) {
  using Comparison = v1::ShadowComparison;
  ShadowPage of_each(shadow, page);
  of_each.Problems();
  of_each.Gauge("ebb_scorer_shadow_customers", "Customers that a challenger is compared with the champion on.",
                [](const Comparison& c) { return static_cast<double>(c.customers()); });
  of_each.Gauge("ebb_scorer_shadow_mean_difference", "Mean of the challenger's probability less the champion's.",
                [](const Comparison& c) { return c.mean_difference(); });
  of_each.Gauge("ebb_scorer_shadow_mean_absolute_difference", "Mean distance of the two probabilities.",
                [](const Comparison& c) { return c.mean_absolute_difference(); });
  for (const Comparison& comparison : shadow.comparisons()) {
    if (!comparison.has_rank_correlation()) continue;
    page->AddGauge("ebb_scorer_shadow_rank_correlation",
                   "Spearman's correlation of the two probabilities; no sample where there is none.",
                   comparison.rank_correlation(), {{"version", absl::StrCat(comparison.version())}});
  }
  of_each.Bands();
  of_each.Times();
  page->AddGauge("ebb_scorer_shadow_share", "Share of customers that challengers are compared on.", shadow.share());
  page->AddCounter("ebb_scorer_shadow_scored_total", "Vectors scored by challengers, not published.",
                   static_cast<double>(shadow.scored()));
  page->AddCounter("ebb_scorer_shadow_dropped_total", "Vectors that challengers did not score because too many waited.",
                   static_cast<double>(shadow.dropped()));
}

void AddFigures(const ScorerFigures& figures, MetricPage* page) {
  page->AddCounter("ebb_scorer_scored_total", "Vectors scored, also again by a new model.",
                   static_cast<double>(figures.scored()));
  page->AddCounter("ebb_scorer_published_total", "Changes published to subscribers.",
                   static_cast<double>(figures.published()));
  page->AddHistogram("ebb_scorer_batch_seconds", "From the arrival of vectors to their scores on disk.",
                     figures.batch_seconds());
  page->AddHistogram(
      "ebb_scorer_freshness_seconds",
      "From the store's acknowledgement of an event to its score being written to a subscriber's stream.",
      figures.freshness_seconds());
  page->AddHistogram("ebb_scorer_delivery_seconds",
                     "From the arrival of a vector to its score being written to a subscriber's stream.",
                     figures.delivery_seconds());
  const auto sent = [&](const char* kind, uint64_t count) {
    page->AddCounter("ebb_scorer_messages_total", "Messages written to subscribers' streams, by kind.",
                     static_cast<double>(count), {{"kind", kind}});
  };
  sent("score", figures.scores_sent());
  sent("left", figures.leavings_sent());
  sent("progress", figures.progress_sent());
}

}  // namespace

void AddScorerMetrics(const ScorerState& state, const ScorerFigures& figures, MetricPage* page) {
  AddStatus(state.status, page);
  AddPeers(state, page);
  if (state.cells.has_value()) AddCells(*state.cells, page);
  if (state.segments.has_value()) AddSegments(*state.segments, page);
  AddFigures(figures, page);
  if (state.shadow.most_challengers() > 0) AddShadow(state.shadow, page);
}

}  // namespace ebb::scorer
