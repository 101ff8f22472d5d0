#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "model/feature_schema.h"
#include "scorer/model_slot.h"
#include "scorer/score_record.h"
#include "scorer/shadow/challenger.h"

namespace ebb::scorer {

// What a challenger made of some records.
struct ChunkScores {
  std::vector<std::pair<uint64_t, ScorePair>> pairs;  // by SampleHash
  // Vectors that lack an input of the challenger.
  size_t unreadable = 0;
  // Processor time that each model took for `pairs`; zero where it was not measured.
  absl::Duration champion_time;
  absl::Duration challenger_time;
};

// Whether the record's score is this champion's, of the vector that the record has.
bool IsScoreOf(const ServedModel& champion, const ScoreRecord& record);

// Scores the records that the champion has scored. With `champion_readings` the champion scores them once more to
// compare the time; its probabilities are those of the records in either case.
ChunkScores ScoreChunk(const ServedModel& champion, ReadingsOfModel* champion_readings, LoadedChallenger* challenger,
                       std::span<const ScoreRecord> records,
                       const std::function<FeatureSchema(uint32_t number)>& schema_at);

}  // namespace ebb::scorer
