#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "ebb/v1/shadow_comparison.pb.h"
#include "scorer/shadow/pair_statistics.h"

namespace ebb::scorer {

// The champion that a challenger is compared with.
struct ComparedChampion {
  int64_t version = 0;
  uint64_t scoring_id = 0;  // ServedModel::scoring_id
  double risk_threshold = 0;

  friend bool operator==(const ComparedChampion&, const ComparedChampion&) = default;
};

// What one challenger and one champion said of the same customers: the latest pair of each, under the customer's
// SampleHash, and nothing else of them. About 30 bytes a customer. Not thread-safe.
class ChallengerComparison {
 public:
  ChallengerComparison() = default;  // with no champion: nothing is compared yet
  ChallengerComparison(const ComparedChampion& champion, absl::Time start) : champion_(champion), start_(start) {}

  const ComparedChampion& champion() const { return champion_; }
  size_t customers() const { return pairs_.size(); }

  void Put(uint64_t customer, const ScorePair& pair) { pairs_[customer] = pair; }
  void Erase(uint64_t customer) { pairs_.erase(customer); }
  // Forgets customers whose hash is above the bound.
  void KeepUpTo(uint64_t bound);
  // Both models scored that many vectors, the same ones, and took so much processor time.
  void AddTime(size_t vectors, absl::Duration champion, absl::Duration challenger);

  // To be compared elsewhere: that takes long.
  std::vector<ScorePair> pairs() const;
  // All of the message but version, problem and what is made of pairs.
  void Describe(v1::ShadowComparison* message) const;

 private:
  ComparedChampion champion_;
  absl::Time start_ = absl::InfinitePast();
  absl::flat_hash_map<uint64_t, ScorePair> pairs_;
  int64_t timed_vectors_ = 0;
  absl::Duration champion_time_;
  absl::Duration challenger_time_;
};

void FillStatistics(const PairStatistics& statistics, v1::ShadowComparison* message);

}  // namespace ebb::scorer
