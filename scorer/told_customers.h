#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "scorer/customer_score.h"

namespace ebb::scorer {

// What one stream has told of each customer, for streams that ask what changed since (ScoreFilter.min_change,
// SubscribeRequest.leaving). About 50 bytes a customer told. One thread at a time.
class ToldCustomers {
 public:
  // `resumed`: another stream came before, and what it told is not known here.
  explicit ToldCustomers(bool resumed) : resumed_(resumed) {}

  // Whether a score that passes the filter is worth telling: it is the first of the customer in this stream, the
  // probability moved by `min_change`, or the held segment, a held named segment or the model is another.
  bool IsNews(uint32_t customer, const CustomerScore& score, double min_change) const;
  // Whether a customer who does not pass the filter was told of, or may have been by the stream before.
  bool IsLeaving(uint32_t customer) const;

  void Tell(uint32_t customer, const CustomerScore& score);
  void TellLeft(uint32_t customer);

 private:
  struct Told {
    double probability = 0;
    uint64_t scoring_id = 0;
    uint64_t held_named_segments = 0;
    Segment held_segment;
    bool left = false;
  };

  bool resumed_;
  absl::flat_hash_map<uint32_t, Told> told_;
};

}  // namespace ebb::scorer
