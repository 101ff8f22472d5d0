#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "scorer/known_inputs.h"
#include "scorer/model_slot.h"
#include "scorer/score_board.h"
#include "scorer/score_table.h"
#include "scorer/scorer_figures.h"
#include "scorer/segments/segment_reading.h"
#include "scorer/told_score.h"
#include "scorer/vector_reading.h"

namespace ebb::scorer {

// The one writer of scores: takes batches of vectors and new models, decides what is published, puts it on disk and
// only then on the board.
//
// Thread-safe; batches, model changes and what re-scoring commits take turns. Borrows what it is given.
// Errors: INTERNAL and DATA_LOSS mean that the disk failed. The engine then refuses everything: end the process, a
// restart recovers.
class ScoringEngine {
 public:
  struct Options {
    // Least move of the probability that is worth telling; 0: every score.
    double publish_delta = 0.01;
    // Called with customers who are being erased, after the board has forgotten them and before the table has: whoever
    // keeps something of them forgets it, too. May be empty.
    std::function<absl::Status(const std::vector<std::string>& customer_ids)> on_erase = {};
    // Called with what is on disk and on the board now, vectors that could not be scored among it. Must be quick: the
    // next batch waits for it. May be empty.
    std::function<void(std::vector<ScoreTable::Write> written)> on_written = {};
  };

  // `on_published` is called without locks after each batch that published something.
  ScoringEngine(const Options& options, ScoreTable* table, ScoreBoard* board, ModelSlot* slot, const Clock* clock,
                std::function<void()> on_published);

  // Fills the board from the table. Call once, first; `model` is the champion kept on disk, null where there is none.
  // Customers whose scores another model or threshold made wait for RescoreSome.
  absl::Status Load(std::shared_ptr<const ServedModel> model);

  // Scores one message of WatchFeatures. Vectors that no model can score yet are kept. A vector that does not follow
  // its schema is logged and left out, the others count. INVALID_ARGUMENT: the message as a whole makes no sense.
  absl::Status TakeFeatures(const v1::WatchFeaturesResponse& message);

  // FAILED_PRECONDITION: the store's vectors lack an input of the model.
  absl::Status CheckModel(const TrainedModel& model) const;
  // One atomic switch; afterwards everybody waits for RescoreSome. Errors of CheckModel.
  absl::Status SwitchModel(std::shared_ptr<const ServedModel> model);

  // Looks at up to `limit` customers and scores with the present model who waits among them; 0: nobody waits. One
  // thread at a time. News come first: the lock is held to commit, not to read and to score.
  absl::StatusOr<size_t> RescoreSome(size_t limit);

  // Scores up to `limit` customers anew whose held band has stayed long enough and is due to move
  // (RiskBands.least_stay); fewer: nobody is left. Bands without a least stay move with the score and need no such
  // look.
  absl::StatusOr<size_t> ReleaseHeld(size_t limit);

  // Where to go on in the feature store; empty: from the beginning.
  std::string store_token() const;
  // The store knows the token no more. Scores stay until its vectors come again.
  void ForgetStoreToken();

  // The customer's latest vector as `model` reads it; nothing where none is known. FAILED_PRECONDITION: it lacks an
  // input of the model.
  absl::StatusOr<std::optional<KnownInputs>> InputsOf(std::string_view customer_id, const TrainedModel& model) const;

  // What is kept of a customer, and the schema that its vector follows.
  struct Known {
    ScoreRecord record;
    FeatureSchema schema;
  };
  // Nothing where the customer is not known.
  absl::StatusOr<std::optional<Known>> Find(std::string_view customer_id) const;
  // Every customer's record in order of number, erased ones left out, read from disk while scoring goes on. Stops at
  // the visitor's first error and returns it.
  absl::Status ForEachRecord(
      const std::function<absl::Status(uint32_t customer, const ScoreRecord&, const FeatureSchema&)>& visit) const;
  // Of the vectors that come now; nothing before the first.
  std::optional<FeatureSchema> PresentSchema() const;

  // Whether new features wait until a chunk of re-scoring is committed. Whoever re-scores steps aside then: a lock that
  // is taken again at once would let them wait for many chunks.
  bool features_waiting() const { return features_waiting_.load(std::memory_order_relaxed) > 0; }

  // Customers waiting for RescoreSome; 0 without a model.
  int64_t rescore_backlog() const { return backlog_.load(std::memory_order_relaxed); }
  // What is counted here, and by the streams that tell of it.
  ScorerFigures* figures() const { return figures_.get(); }
  // The greatest T of the vectors received, microseconds since the Unix epoch; 0: none.
  int64_t features_as_of_micros() const { return features_as_of_.load(std::memory_order_relaxed); }

  // ScoreRecord::schema is such a number.
  FeatureSchema SchemaAt(uint32_t number) const;

 private:
  struct Candidate {
    ScoreTable::Write write = {};        // its score is the last one until it is settled
    std::optional<ToldScore> told = {};  // absent: not asked yet, or the model cannot read the vector
    bool published = false;
    ChangeMoment moment = {};  // zeros where its freshness is not to be measured
  };

  // How the present model and its segments read the vectors of one schema.
  struct Reading {
    VectorReading vector;
    SegmentReading segments;
  };

  absl::Status UseSchema(const v1::FeatureSchema& schema) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Candidate> ReadCandidates(const v1::WatchFeaturesResponse& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets the customers that the store has forgotten.
  absl::Status Erase(const v1::WatchFeaturesResponse& message, const ScorerPosition& position)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static absl::StatusOr<Reading> MakeReading(const FeatureSchema& schema, const ServedModel& model);
  // Null where the model cannot read vectors of this schema.
  const Reading* ReadingOf(uint32_t schema, const ServedModel& model) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The three steps of a score; the second, which takes the time, needs no lock.
  void Score(const ServedModel& model, std::vector<Candidate>* candidates, int64_t* sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those candidates that the model can read, and its inputs. Borrows the candidates.
  struct Asked {
    std::vector<FeatureVector> inputs;
    std::vector<Candidate*> candidates;
  };
  Asked Ask(const ServedModel& model, std::vector<Candidate>* candidates) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tell(const TrainedModel& model, const Asked& asked) const;
  // Segments, and what is published under which number.
  void Settle(const ServedModel& model, std::vector<Candidate>* candidates, int64_t* sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool SettleOne(const ServedModel& model, const Reading& reading, Candidate* candidate, int64_t* sequence) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Disk first, then the board. True: something was published.
  absl::StatusOr<bool> Commit(std::vector<Candidate> candidates, const ScorerPosition& position)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartGeneration(const ServedModel& model) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MarkHandled(uint32_t customer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  ScoreTable* const table_;
  ScoreBoard* const board_;
  ModelSlot* const slot_;
  const Clock* const clock_;
  const std::function<void()> on_published_;
  const std::unique_ptr<ScorerFigures> figures_;

  mutable Mutex mutex_;  // taken before the board's and the slot's
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
  ScorerPosition position_ ABSL_GUARDED_BY(mutex_);

  std::vector<std::string> schema_bytes_ ABSL_GUARDED_BY(mutex_);  // by number; so are the next two
  std::vector<FeatureSchema> schemas_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::optional<absl::StatusOr<Reading>>> readings_
      ABSL_GUARDED_BY(mutex_);                              // of the present model, made when needed
  std::optional<uint32_t> schema_ ABSL_GUARDED_BY(mutex_);  // of the vectors that come now
  // The stream from the store has told what there was when it began: its changes are news.
  bool store_is_live_ ABSL_GUARDED_BY(mutex_) = false;

  // Who was scored (or found impossible to score) since the model became the present one: handled_[customer] ==
  // generation_.
  uint32_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<uint32_t> handled_ ABSL_GUARDED_BY(mutex_);
  uint32_t rescore_next_ ABSL_GUARDED_BY(mutex_) = 0;

  std::atomic<int> features_waiting_{0};
  std::atomic<int64_t> backlog_{0};
  std::atomic<int64_t> features_as_of_{0};
};

}  // namespace ebb::scorer
