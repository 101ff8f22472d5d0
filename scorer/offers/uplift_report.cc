#include "scorer/offers/uplift_report.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"
#include "scorer/offers/uplift_statistics.h"
#include "scorer/score_messages.h"

namespace ebb::scorer {
namespace {

constexpr int64_t kFewestCustomers = 30;
constexpr double kMismatch = 0.001;
constexpr double kUsualConfidence = 0.95;
constexpr int kLongestHorizon = 400;

absl::Time TimeOf(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixMicros(stamp.seconds() * 1'000'000 + stamp.nanos() / 1'000);
}

// A customer in a comparison: the first decision counts.
struct Subject {
  std::string customer_id;
  std::string decision_id;
  std::string segment;
  std::vector<std::string> named_segments;
  v1::OfferDecision::Status status = v1::OfferDecision::STATUS_UNSPECIFIED;
  bool has_control = false;    // the campaign had a control group, which the holdout would only dilute
  double untreated_share = 0;  // of those who are compared
  absl::Time measured_at;      // as of when the measure is read
};

using Outcomes = std::map<std::string, std::set<v1::OfferOutcome::Kind>>;  // by decision

// The numbers of one row while they are collected.
struct Group {
  UpliftMoments treated, untreated;
  int64_t held_out = 0, waiting = 0, unknown = 0;
  double expected_untreated = 0;
  bool has_control = false;
  std::map<v1::OfferOutcome::Kind, int64_t> outcomes;
};

class UpliftCount {
 public:
  UpliftCount(const v1::GetUpliftReportRequest& request, const OfferCatalogue& catalogue,
              const v1::Programme* programme, const v1::UpliftMeasure& measure)
      : request_(request), catalogue_(catalogue), programme_(programme), measure_(measure) {}

  // Takes an event of the ledger, in its order.
  void Take(const v1::Event& event) {
    if (event.has_offer_outcome()) {
      outcomes_[event.offer_outcome().decision_id()].insert(event.offer_outcome().kind());
      return;
    }
    if (!event.has_offer_decision()) return;
    const v1::OfferDecision& decision = event.offer_decision();
    // Only the decision with which an offering begins bears its identifier.
    if (decision.decision_id() != event.event_id()) return;
    const bool treated = decision.status() == v1::OfferDecision::OFFERED;
    const bool held_out = decision.status() == v1::OfferDecision::HELD_OUT;
    if (!treated && !held_out && decision.status() != v1::OfferDecision::CONTROL) return;
    const absl::Time time = TimeOf(event.event_time());
    if (request_.has_from() && time < TimeOf(request_.from())) return;
    if (request_.has_until() && time >= TimeOf(request_.until())) return;
    std::string name = decision.offer();
    if (!request_.offer().empty() && name != request_.offer()) return;
    if (programme_ != nullptr) {
      if (std::ranges::find(programme_->offers(), name) == programme_->offers().end()) return;
      name = programme_->name();
    }
    if (!seen_.emplace(name, event.customer_id()).second) return;
    Subject subject{.customer_id = event.customer_id(),
                    .decision_id = decision.decision_id(),
                    .segment = decision.segment(),
                    .named_segments = {decision.named_segments().begin(), decision.named_segments().end()},
                    .status = decision.status(),
                    .has_control = programme_ == nullptr && decision.untreated_share() > decision.holdout_share(),
                    .untreated_share = decision.holdout_share(),
                    .measured_at = {}};
    if (subject.has_control) {
      subject.untreated_share =
          (decision.untreated_share() - decision.holdout_share()) / (1 - decision.holdout_share());
    }
    const absl::CivilDay day = absl::ToCivilDay(time, catalogue_.zone());
    subject.measured_at = absl::FromCivil(day + measure_.horizon_days(), catalogue_.zone());
    subjects_[name].push_back(std::move(subject));
  }

  // Reads what the customers bought.
  absl::Status Measure(const MeasureLookup& lookup, absl::Time now) {
    std::map<absl::Time, std::set<std::string>> asked;
    for (const auto& [name, subjects] : subjects_) {
      for (const Subject& subject : subjects) {
        if (subject.measured_at <= now) asked[subject.measured_at].insert(subject.customer_id);
      }
    }
    for (const auto& [as_of, ids] : asked) {
      const std::vector<std::string> customers(ids.begin(), ids.end());
      const auto values = lookup(measure_.feature(), customers, as_of);
      if (!values.ok()) return values.status();
      for (size_t i = 0; i < customers.size(); ++i) values_[{as_of, customers[i]}] = (*values)[i];
    }
    return absl::OkStatus();
  }

  void FillRows(double confidence, v1::UpliftReport* report) const {
    for (const auto& [name, subjects] : subjects_) {
      Group everybody;
      std::map<std::string, Group> cells, named;
      for (const Subject& subject : subjects) {
        Add(subject, &everybody);
        Add(subject, &cells[subject.segment]);
        for (const std::string& segment : subject.named_segments) Add(subject, &named[segment]);
      }
      FillRow(name, "", everybody, confidence, report->add_rows());
      for (const auto& groups : {&cells, &named}) {
        for (const auto& [segment, group] : *groups) FillRow(name, segment, group, confidence, report->add_rows());
      }
    }
  }

 private:
  void Add(const Subject& subject, Group* group) const {
    const auto value = values_.find({subject.measured_at, subject.customer_id});
    if (value == values_.end()) {
      ++group->waiting;
      return;
    }
    if (!value->second.has_value()) {
      ++group->unknown;
      return;
    }
    const bool held_out = subject.status == v1::OfferDecision::HELD_OUT;
    group->held_out += held_out;
    group->has_control |= subject.has_control;
    if (held_out && subject.has_control) return;
    group->expected_untreated += subject.untreated_share;
    const bool control = subject.status == v1::OfferDecision::CONTROL && programme_ == nullptr;
    if (control || held_out) return group->untreated.Add(*value->second);
    group->treated.Add(*value->second);
    const auto outcomes = outcomes_.find(subject.decision_id);
    if (outcomes == outcomes_.end()) return;
    for (const v1::OfferOutcome::Kind kind : outcomes->second) ++group->outcomes[kind];
  }

  static void FillEffect(const std::optional<EffectInterval>& interval, v1::Effect* effect) {
    effect->set_difference(interval->difference);
    effect->set_lower(interval->lower);
    effect->set_upper(interval->upper);
  }

  static void FillRow(const std::string& name, const std::string& segment, const Group& group, double confidence,
                      v1::UpliftRow* row) {
    const int64_t treated = group.treated.count, untreated = group.untreated.count;
    row->set_offer(name);
    row->set_segment(segment);
    row->set_baseline(group.has_control ? v1::UpliftRow::CONTROL_GROUP : v1::UpliftRow::HOLDOUT);
    row->set_treated(treated);
    row->set_untreated(untreated);
    row->set_held_out(group.held_out);
    row->set_waiting(group.waiting);
    row->set_unknown(group.unknown);
    if (treated + untreated > 0) {
      row->set_expected_untreated_share(group.expected_untreated / static_cast<double>(treated + untreated));
    }
    const std::optional<double> ratio_p = SampleRatioP(treated, untreated, group.expected_untreated);
    if (ratio_p.has_value()) row->set_sample_ratio_p(*ratio_p);
    const auto share = [](const UpliftMoments& side) {
      return static_cast<double>(side.positive) / static_cast<double>(side.count);
    };
    if (treated > 0) {
      row->set_treated_mean(group.treated.mean);
      row->set_treated_share(share(group.treated));
    }
    if (untreated > 0) {
      row->set_untreated_mean(group.untreated.mean);
      row->set_untreated_share(share(group.untreated));
    }
    const auto means = WelchInterval(group.treated, group.untreated, confidence);
    if (means.has_value()) FillEffect(means, row->mutable_effect());
    const auto shares = ShareInterval(group.treated, group.untreated, confidence);
    if (shares.has_value()) FillEffect(shares, row->mutable_share_effect());
    row->set_verdict(Judge(treated, untreated, ratio_p, means));
    const auto reported = [&](v1::OfferOutcome::Kind kind) {
      const auto found = group.outcomes.find(kind);
      return found == group.outcomes.end() ? 0 : found->second;
    };
    row->set_shown(reported(v1::OfferOutcome::SHOWN));
    row->set_clicked(reported(v1::OfferOutcome::CLICKED));
    row->set_accepted(reported(v1::OfferOutcome::ACCEPTED));
    row->set_declined(reported(v1::OfferOutcome::DECLINED));
    row->set_contacted(reported(v1::OfferOutcome::CONTACTED));
  }

  static v1::UpliftRow::Verdict Judge(int64_t treated, int64_t untreated, const std::optional<double>& ratio_p,
                                      const std::optional<EffectInterval>& effect) {
    if (treated < kFewestCustomers || untreated < kFewestCustomers) return v1::UpliftRow::TOO_FEW;
    if (ratio_p.has_value() && *ratio_p < kMismatch) return v1::UpliftRow::SAMPLE_RATIO_MISMATCH;
    if (effect->lower > 0) return v1::UpliftRow::RAISES;
    if (effect->upper < 0) return v1::UpliftRow::LOWERS;
    return v1::UpliftRow::NO_EFFECT_SEEN;
  }

  const v1::GetUpliftReportRequest& request_;
  const OfferCatalogue& catalogue_;
  const v1::Programme* const programme_;  // null: each offer by itself
  const v1::UpliftMeasure& measure_;
  std::map<std::string, std::vector<Subject>> subjects_;  // by offer or programme
  std::set<std::pair<std::string, std::string>> seen_;    // and customer
  Outcomes outcomes_;
  // What the store said; customers whose horizon is not over are not there.
  std::map<std::pair<absl::Time, std::string>, std::optional<double>> values_;
};

absl::Status CheckUpliftRequest(const v1::GetUpliftReportRequest& request) {
  if (!request.offer().empty() && !request.programme().empty()) {
    return InvalidField("programme", "is set together with offer: leave one out");
  }
  if (request.confidence() != 0 && !(request.confidence() >= 0.5 && request.confidence() <= 0.999)) {
    return InvalidField("confidence", absl::StrCat("must be 0.5 to 0.999, is ", request.confidence()));
  }
  const int horizon = request.measure().horizon_days();
  if (horizon < 0 || horizon > kLongestHorizon) {
    return InvalidField("measure.horizon_days", absl::StrCat("must be 1 to 400, is ", horizon));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::UpliftReport> MakeUpliftReport(const v1::GetUpliftReportRequest& request,
                                                  const OfferCatalogue& catalogue, const DecisionLedger& ledger,
                                                  const MeasureLookup& lookup, absl::Time now) {
  if (absl::Status checked = CheckUpliftRequest(request); !checked.ok()) return checked;
  const v1::Programme* programme = nullptr;
  if (!request.programme().empty()) {
    programme = catalogue.FindProgramme(request.programme());
    if (programme == nullptr)
      return absl::NotFoundError(absl::StrCat("no programme ", request.programme(), " is declared"));
  }
  v1::UpliftReport report;
  v1::UpliftMeasure& measure = *report.mutable_measure();
  measure = catalogue.measure();
  if (!request.measure().feature().empty()) measure.set_feature(request.measure().feature());
  if (request.measure().horizon_days() > 0) measure.set_horizon_days(request.measure().horizon_days());
  report.set_confidence(request.confidence() == 0 ? kUsualConfidence : request.confidence());
  const absl::CivilDay today = absl::ToCivilDay(now, catalogue.zone());
  // The last day whose horizon is over, to its end.
  FillTimestamp(absl::ToUnixMicros(absl::FromCivil(today - measure.horizon_days() + 1, catalogue.zone())),
                report.mutable_mature_until());

  UpliftCount count(request, catalogue, programme, measure);
  const absl::Status read = ledger.ForEach(1, [&](uint64_t, v1::Event event) {
    count.Take(event);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  if (absl::Status measured = count.Measure(lookup, now); !measured.ok()) return measured;
  count.FillRows(report.confidence(), &report);
  const bool known =
      request.offer().empty() || !report.rows().empty() || catalogue.IndexOf(request.offer()).has_value();
  if (!known)
    return absl::NotFoundError(absl::StrCat("no offer ", request.offer(), " is declared or was ever decided"));
  return report;
}

}  // namespace ebb::scorer
