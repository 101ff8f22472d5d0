#include "scorer/publication.h"

#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

constexpr Segment kStable{.tier = ProfitTier::kMiddle, .band = RiskBand::kStable};
constexpr Segment kAtRisk{.tier = ProfitTier::kMiddle, .band = RiskBand::kAtRisk};

CustomerScore Scored(double probability, Segment segment = kStable, uint64_t scoring_id = 1) {
  CustomerScore score;
  score.probability = probability;
  score.published_probability = probability;
  score.segment = segment;
  score.held_band = segment.band;
  score.scoring_id = scoring_id;
  score.sequence = 7;
  return score;
}

// The plain band moved, the held one did not.
CustomerScore Held(CustomerScore score, RiskBand band) {
  score.held_band = band;
  return score;
}

CustomerScore In(uint64_t segments, CustomerScore score) {
  score.named_segments = score.held_named_segments = segments;
  return score;
}

TEST(PublicationTest, IsDecidedByWhatChanged) {
  const struct {
    const char* what;
    CustomerScore last;
    CustomerScore next;
    Publication decision;
  } cases[] = {
      {"the first score", CustomerScore{}, Scored(0.5), Publication::kFirst},
      {"nothing moved", Scored(0.5), Scored(0.5), Publication::kNone},
      {"a small move", Scored(0.5), Scored(0.5078125), Publication::kNone},
      {"exactly the declared move", Scored(0.5), Scored(0.515625), Publication::kProbabilityMoved},
      {"a move down", Scored(0.5), Scored(0.4), Publication::kProbabilityMoved},
      {"over the threshold by a small move", Scored(0.699), Scored(0.701, kAtRisk), Publication::kSegmentChanged},
      {"over the threshold, but held", Scored(0.699), Held(Scored(0.701, kAtRisk), RiskBand::kStable),
       Publication::kNone},
      {"into a declared segment", Scored(0.5), In(2, Scored(0.5)), Publication::kSegmentChanged},
      {"another model, the same probability", Scored(0.5), Scored(0.5, kStable, 2), Publication::kModelChanged},
  };
  for (const auto& c : cases) EXPECT_EQ(DecidePublication(c.last, c.next, 0.015625), c.decision) << c.what;
}

TEST(PublicationTest, ASlowDriftIsToldOnceItHasMovedFarEnough) {
  CustomerScore last = Scored(0.5);
  int steps = 0;
  while (true) {
    CustomerScore next = last;
    next.probability += 1.0 / 256;
    ++steps;
    if (DecidePublication(last, next, 4.0 / 256) == Publication::kProbabilityMoved) break;
    ASSERT_LT(steps, 10) << "a drift in small steps was never told";
    last.probability = next.probability;  // kept, not published
  }
  EXPECT_EQ(steps, 4);
}

TEST(PublicationTest, ADeltaOfZeroTellsEveryScore) {
  EXPECT_EQ(DecidePublication(Scored(0.5), Scored(0.5), 0), Publication::kProbabilityMoved);
}

}  // namespace
}  // namespace ebb::scorer
