#include "scorer/shadow/chunk_scoring.h"

#include <ctime>

#include "scorer/shadow/customer_sample.h"

namespace ebb::scorer {
namespace {

absl::Duration ThreadTime() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return absl::DurationFromTimespec(now);
}

// How long scoring took.
absl::Duration ScoreTimed(const TrainedModel& model, std::span<const FeatureVector> vectors, std::span<Score> scores) {
  const absl::Duration start = ThreadTime();
  model.ScoreBatch(vectors, scores);
  return ThreadTime() - start;
}

}  // namespace

bool IsScoreOf(const ServedModel& champion, const ScoreRecord& record) {
  return record.score.scored() && record.score.scoring_id == champion.scoring_id &&
         record.score.as_of_micros == record.vector_as_of_micros;
}

ChunkScores ScoreChunk(const ServedModel& champion, ReadingsOfModel* champion_readings, LoadedChallenger* challenger,
                       std::span<const ScoreRecord> records,
                       const std::function<FeatureSchema(uint32_t number)>& schema_at) {
  ChunkScores result;
  std::vector<FeatureVector> inputs, champion_inputs;
  for (const ScoreRecord& record : records) {
    if (!IsScoreOf(champion, record)) continue;
    const VectorReading* reading = challenger->readings.Find(record.schema, schema_at);
    if (reading == nullptr) {
      ++result.unreadable;
      continue;
    }
    FeatureVector input = reading->Inputs(record.vector);
    if (!challenger->model.CheckVector(input).ok()) continue;
    inputs.push_back(std::move(input));
    result.pairs.emplace_back(SampleHash(record.customer_id),
                              ScorePair{.champion = record.score.probability, .challenger = 0});
    if (champion_readings == nullptr) continue;
    const VectorReading* read = champion_readings->Find(record.schema, schema_at);
    if (read != nullptr) champion_inputs.push_back(read->Inputs(record.vector));
  }
  std::vector<Score> scores(inputs.size());
  const absl::Duration challenger_time = ScoreTimed(challenger->model, inputs, scores);
  for (size_t i = 0; i < scores.size(); ++i) result.pairs[i].second.challenger = scores[i].probability;
  if (champion_inputs.empty() || champion_inputs.size() != inputs.size()) return result;
  result.challenger_time = challenger_time;
  result.champion_time = ScoreTimed(champion.model, champion_inputs, scores);
  return result;
}

}  // namespace ebb::scorer
