#include "scorer/shadow/challenger_comparison.h"

#include "scorer/score_messages.h"

namespace ebb::scorer {

void ChallengerComparison::KeepUpTo(uint64_t bound) {
  absl::erase_if(pairs_, [bound](const auto& entry) { return entry.first > bound; });
}

void ChallengerComparison::AddTime(size_t vectors, absl::Duration champion, absl::Duration challenger) {
  timed_vectors_ += static_cast<int64_t>(vectors);
  champion_time_ += champion;
  challenger_time_ += challenger;
}

std::vector<ScorePair> ChallengerComparison::pairs() const {
  std::vector<ScorePair> pairs;
  pairs.reserve(pairs_.size());
  for (const auto& [customer, pair] : pairs_) pairs.push_back(pair);
  return pairs;
}

void ChallengerComparison::Describe(v1::ShadowComparison* message) const {
  message->set_champion_version(champion_.version);
  message->set_risk_threshold(champion_.risk_threshold);
  if (start_ != absl::InfinitePast()) FillTimestamp(absl::ToUnixMicros(start_), message->mutable_start_time());
  if (timed_vectors_ == 0) return;
  const auto vectors = static_cast<double>(timed_vectors_);
  message->set_champion_seconds_per_vector(absl::ToDoubleSeconds(champion_time_) / vectors);
  message->set_challenger_seconds_per_vector(absl::ToDoubleSeconds(challenger_time_) / vectors);
}

void FillStatistics(const PairStatistics& statistics, v1::ShadowComparison* message) {
  message->set_customers(statistics.customers);
  message->set_mean_difference(statistics.mean_difference);
  message->set_standard_deviation(statistics.standard_deviation);
  message->set_mean_absolute_difference(statistics.mean_absolute_difference);
  message->set_greatest_difference(statistics.greatest_difference);
  message->set_both_at_risk(statistics.both_at_risk);
  message->set_champion_only_at_risk(statistics.champion_only_at_risk);
  message->set_challenger_only_at_risk(statistics.challenger_only_at_risk);
  message->set_neither_at_risk(statistics.neither_at_risk);
  if (statistics.correlation) message->set_correlation(*statistics.correlation);
  if (statistics.rank_correlation) message->set_rank_correlation(*statistics.rank_correlation);
}

}  // namespace ebb::scorer
