#include "scorer/scoring_engine.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "model/schema_message.h"
#include "runtime/digest.h"
#include "runtime/log.h"
#include "scorer/publication.h"

namespace ebb::scorer {
namespace {

int64_t Micros(const google::protobuf::Timestamp& time) { return time.seconds() * 1'000'000 + time.nanos() / 1'000; }

// Tier, bands and declared segments of a new score.
void PlaceInSegments(const ServedModel& model, const SegmentReading& reading, const std::vector<KeptValue>& vector,
                     const CustomerScore& last, CustomerScore* next) {
  next->segment = {.tier = TierOf(next->monthly_profit, model.model.segments),
                   .band = BandOf(next->probability, model.risk.threshold)};
  std::optional<HeldBand> held;
  if (last.scored()) held = HeldBand{.band = last.held_band, .since_seconds = last.held_since_seconds};
  held = NextHeldBand(held, next->probability, model.risk, static_cast<uint32_t>(next->score_time_micros / 1'000'000));
  next->held_band = held->band;
  next->held_since_seconds = held->since_seconds;
  CustomerFacts facts = FactsOf(vector, *next);
  next->named_segments = reading.SegmentsOf(facts);
  facts.segment = next->held_segment();
  next->held_named_segments = facts.segment == next->segment ? next->named_segments : reading.SegmentsOf(facts);
}

}  // namespace

ScoringEngine::ScoringEngine(const Options& options, ScoreTable* table, ScoreBoard* board, ModelSlot* slot,
                             const Clock* clock, std::function<void()> on_published)
    : options_(options),
      table_(table),
      board_(board),
      slot_(slot),
      clock_(clock),
      on_published_(std::move(on_published)),
      figures_(std::make_unique<ScorerFigures>(clock)) {}

absl::Status ScoringEngine::Load(std::shared_ptr<const ServedModel> model) {
  MutexLock lock(&mutex_);
  position_ = table_->loaded_position();
  features_as_of_ = position_.features_as_of_micros;
  for (const std::string& bytes : table_->loaded_schemas()) {
    v1::FeatureSchema message;
    if (!message.ParseFromString(bytes)) return absl::DataLossError("score table: a schema is damaged");
    auto schema = SchemaFromMessage(message);
    if (!schema.ok()) return absl::DataLossError(schema.status().message());
    schema_bytes_.push_back(bytes);
    schemas_.push_back(*std::move(schema));
  }
  if (!schemas_.empty()) schema_ = static_cast<uint32_t>(schemas_.size() - 1);
  readings_.resize(schemas_.size());

  std::vector<ScoreBoard::Named> customers;
  absl::Status read = table_->ForEach([&customers, schemas = schemas_.size()](uint32_t, ScoreRecord record) {
    if (record.schema >= schemas) return absl::DataLossError("score table: a record names a schema that is not there");
    customers.push_back({.customer_id = std::move(record.customer_id), .score = record.score});
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  handled_.resize(customers.size(), 0);
  if (model != nullptr) {
    StartGeneration(*model);
    for (uint32_t i = 0; i < customers.size(); ++i) {
      CustomerScore& score = customers[i].score;
      const bool erased = customers[i].customer_id.empty();
      const bool comparable = score.scored() && score.scoring_id == model->scoring_id;
      if (erased || comparable) MarkHandled(i);
      // Bits of a catalogue that may have been another one say nothing until the customer is scored anew.
      if (!comparable) score.named_segments = score.held_named_segments = 0;
    }
    slot_->Set(std::move(model));
  }
  return board_->Restore(std::move(customers), position_.sequence);
}

absl::Status ScoringEngine::TakeFeatures(const v1::WatchFeaturesResponse& message) {
  const absl::Time received = clock_->Now();
  bool published = false;
  {
    features_waiting_.fetch_add(1, std::memory_order_relaxed);
    MutexLock lock(&mutex_);
    features_waiting_.fetch_sub(1, std::memory_order_relaxed);
    if (!failed_.ok()) return failed_;
    if (message.has_schema()) {
      if (absl::Status status = UseSchema(message.schema()); !status.ok()) return status;
      store_is_live_ = false;
    }
    ScorerPosition position = position_;
    position.store_token = message.resume_token();
    if (!message.erased().empty()) {
      // Before the position moves beyond them; a crash in between comes here again.
      if (absl::Status erased = Erase(message, position_); !erased.ok()) return erased;
    }
    if (message.customers().empty()) {
      store_is_live_ |= message.caught_up();
      // Progress alone: not worth a write. After a crash the store is asked from a little earlier, which changes
      // nothing.
      position_ = position;
      return absl::OkStatus();
    }
    if (!schema_.has_value()) return absl::InvalidArgumentError("the store sent vectors before its schema");
    std::vector<Candidate> candidates = ReadCandidates(message);
    for (Candidate& candidate : candidates) {
      candidate.moment.received_us = absl::ToUnixMicros(received);
      position.features_as_of_micros =
          std::max(position.features_as_of_micros, candidate.write.record.vector_as_of_micros);
    }
    const std::shared_ptr<const ServedModel> model = slot_->Get();
    if (model != nullptr) Score(*model, &candidates, &position.sequence);
    auto committed = Commit(std::move(candidates), position);
    if (!committed.ok()) return committed.status();
    published = *committed;
    store_is_live_ |= message.caught_up();
  }
  figures_->AddBatch(received);
  if (published) on_published_();
  return absl::OkStatus();
}

// The store tells digests instead of names: each customer's is computed, about a microsecond each.
absl::Status ScoringEngine::Erase(const v1::WatchFeaturesResponse& message, const ScorerPosition& position) {
  std::map<std::string, absl::flat_hash_set<Pseudonym>> digests;  // by salt
  for (const v1::ErasedCustomer& erased : message.erased()) {
    Pseudonym digest{};
    if (erased.digest().size() != digest.size()) return absl::InvalidArgumentError("an erased customer has no digest");
    std::copy(erased.digest().begin(), erased.digest().end(), digest.begin());
    digests[erased.salt()].insert(digest);
  }
  std::vector<uint32_t> customers;
  for (const auto& [salt, wanted] : digests) {
    const TruncatedHmac digest_of(salt);
    const std::vector<uint32_t> found = board_->FindAll(
        [&, &wanted = wanted](const std::string& customer_id) { return wanted.contains(digest_of.Of(customer_id)); });
    customers.insert(customers.end(), found.begin(), found.end());
  }
  if (customers.empty()) return absl::OkStatus();
  std::vector<std::string> names;
  for (const uint32_t customer : customers) names.push_back(board_->NameOf(customer));
  board_->Erase(customers);  // first: nobody may read what is about to go
  if (options_.on_erase) {
    if (absl::Status erased = options_.on_erase(names); !erased.ok()) return failed_ = erased;
  }
  if (absl::Status erased = table_->Erase(customers, position); !erased.ok()) return failed_ = erased;
  for (const uint32_t customer : customers) MarkHandled(customer);
  Log(Level::kInfo, "scoring", "customers were erased", {{"customers", customers.size()}});
  return absl::OkStatus();
}

absl::Status ScoringEngine::CheckModel(const TrainedModel& model) const {
  MutexLock lock(&mutex_);
  if (!schema_.has_value()) return absl::OkStatus();
  return VectorReading::Make(schemas_[*schema_], model).status();
}

absl::Status ScoringEngine::SwitchModel(std::shared_ptr<const ServedModel> model) {
  if (absl::Status status = CheckModel(model->model); !status.ok()) return status;
  MutexLock lock(&mutex_);
  if (!failed_.ok()) return failed_;
  StartGeneration(*model);
  slot_->Set(std::move(model));
  return absl::OkStatus();
}

absl::StatusOr<size_t> ScoringEngine::RescoreSome(size_t limit) {
  std::shared_ptr<const ServedModel> model;
  uint32_t generation = 0, first = 0;
  {
    MutexLock lock(&mutex_);
    if (!failed_.ok()) return failed_;
    model = slot_->Get();
    if (model == nullptr) return 0;
    generation = generation_;
    while (rescore_next_ < handled_.size() && handled_[rescore_next_] == generation_) ++rescore_next_;
    if (rescore_next_ == handled_.size()) return 0;
    first = rescore_next_;
  }
  // Reading and scoring take most of the time, and news need not wait for them: whoever writes a customer's record
  // marks the customer, and what was made of the record before is left out.
  auto records = table_->Read(first, limit);
  std::vector<Candidate> candidates;
  Asked asked;
  {
    MutexLock lock(&mutex_);
    if (!records.ok()) return failed_ = records.status();
    if (generation_ != generation) return limit;  // everybody waits again
    for (ScoreTable::Write& record : *records) {
      rescore_next_ = record.customer + 1;
      if (handled_[record.customer] == generation_) continue;
      if (record.record.customer_id.empty()) {
        MarkHandled(record.customer);
      } else {
        candidates.push_back({.write = std::move(record)});
      }
    }
    asked = Ask(*model, &candidates);
  }
  Tell(model->model, asked);
  bool published = false;
  {
    MutexLock lock(&mutex_);
    if (!failed_.ok()) return failed_;
    if (generation_ != generation) return limit;
    std::erase_if(candidates, [this](const Candidate& candidate) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return handled_[candidate.write.customer] == generation_;
    });
    ScorerPosition position = position_;
    Settle(*model, &candidates, &position.sequence);
    auto committed = Commit(std::move(candidates), position);
    if (!committed.ok()) return committed.status();
    published = *committed;
  }
  if (published) on_published_();
  return records->size();
}

absl::StatusOr<size_t> ScoringEngine::ReleaseHeld(size_t limit) {
  size_t released = 0;
  bool published = false;
  {
    MutexLock lock(&mutex_);
    if (!failed_.ok()) return failed_;
    const std::shared_ptr<const ServedModel> model = slot_->Get();
    if (model == nullptr || model->risk.least_stay <= absl::ZeroDuration()) return 0;
    const auto now = static_cast<uint32_t>(absl::ToUnixSeconds(clock_->Now()));
    const std::vector<uint32_t> due = board_->FindScored([&](const CustomerScore& score) {
      const HeldBand held{.band = score.held_band, .since_seconds = score.held_since_seconds};
      return NextHeldBand(held, score.probability, model->risk, now) != held;
    });
    std::vector<Candidate> candidates;
    for (size_t i = 0; i < due.size() && candidates.size() < limit; ++i) {
      auto records = table_->Read(due[i], 1);
      if (!records.ok()) return failed_ = records.status();
      // Whom the model cannot read keeps the last score, and would be due for ever.
      if (records->empty() || ReadingOf(records->front().record.schema, *model) == nullptr) continue;
      candidates.push_back({.write = std::move(records->front())});
    }
    released = candidates.size();
    if (released == 0) return 0;
    ScorerPosition position = position_;
    Score(*model, &candidates, &position.sequence);
    auto committed = Commit(std::move(candidates), position);
    if (!committed.ok()) return committed.status();
    published = *committed;
  }
  if (published) on_published_();
  return released;
}

absl::StatusOr<std::optional<ScoringEngine::Known>> ScoringEngine::Find(std::string_view customer_id) const {
  const std::optional<uint32_t> customer = board_->Find(customer_id);
  if (!customer.has_value()) return std::nullopt;
  auto records = table_->Read(*customer, 1);
  if (!records.ok()) return records.status();
  // Erased meanwhile.
  if (records->empty() || records->front().record.customer_id != customer_id) return std::nullopt;
  const uint32_t schema = records->front().record.schema;
  return Known{.record = std::move(records->front().record), .schema = SchemaAt(schema)};
}

absl::Status ScoringEngine::ForEachRecord(
    const std::function<absl::Status(uint32_t, const ScoreRecord&, const FeatureSchema&)>& visit) const {
  std::map<uint32_t, FeatureSchema> schemas;
  return table_->ForEach([&](uint32_t customer, const ScoreRecord& record) {
    if (record.customer_id.empty()) return absl::OkStatus();
    auto schema = schemas.find(record.schema);
    if (schema == schemas.end()) schema = schemas.emplace(record.schema, SchemaAt(record.schema)).first;
    return visit(customer, record, schema->second);
  });
}

std::optional<FeatureSchema> ScoringEngine::PresentSchema() const {
  MutexLock lock(&mutex_);
  if (!schema_.has_value()) return std::nullopt;
  return schemas_[*schema_];
}

absl::StatusOr<std::optional<KnownInputs>> ScoringEngine::InputsOf(std::string_view customer_id,
                                                                   const TrainedModel& model) const {
  const auto known = Find(customer_id);
  if (!known.ok()) return known.status();
  if (!known->has_value()) return std::nullopt;
  const ScoreRecord& record = (*known)->record;
  const absl::StatusOr<VectorReading> reading = VectorReading::Make((*known)->schema, model);
  if (!reading.ok()) return reading.status();
  return KnownInputs{.vector = reading->Inputs(record.vector),
                     .monthly_profit = reading->Profit(record.vector),
                     .as_of_micros = record.vector_as_of_micros};
}

FeatureSchema ScoringEngine::SchemaAt(uint32_t number) const {
  MutexLock lock(&mutex_);
  return schemas_[number];
}

std::string ScoringEngine::store_token() const {
  MutexLock lock(&mutex_);
  return position_.store_token;
}

void ScoringEngine::ForgetStoreToken() {
  MutexLock lock(&mutex_);
  position_.store_token.clear();
}

absl::Status ScoringEngine::UseSchema(const v1::FeatureSchema& message) {
  const std::string bytes = message.SerializeAsString();
  const auto known = std::find(schema_bytes_.begin(), schema_bytes_.end(), bytes);
  const auto number = static_cast<uint32_t>(known - schema_bytes_.begin());
  if (known == schema_bytes_.end()) {
    auto schema = SchemaFromMessage(message);
    if (!schema.ok()) return schema.status();
    if (absl::Status status = table_->AddSchema(number, bytes); !status.ok()) return failed_ = status;
    schema_bytes_.push_back(bytes);
    schemas_.push_back(*std::move(schema));
    readings_.emplace_back();
  }
  schema_ = number;
  return absl::OkStatus();
}

std::vector<ScoringEngine::Candidate> ScoringEngine::ReadCandidates(const v1::WatchFeaturesResponse& message) {
  std::vector<Candidate> candidates;
  absl::flat_hash_map<std::string_view, size_t> places;
  size_t refused = 0;
  absl::Status reason;
  for (const v1::CustomerFeatures& customer : message.customers()) {
    auto vector = ReadVector(schemas_[*schema_], customer.vector());
    if (customer.customer_id().empty()) vector = absl::InvalidArgumentError("customer_id is empty");
    if (!vector.ok()) {
      ++refused;
      reason = vector.status();
      continue;
    }
    // Twice in one message: the later one counts.
    const auto [place, is_first] = places.try_emplace(customer.customer_id(), candidates.size());
    if (is_first) candidates.emplace_back();
    ScoreRecord& record = candidates[place->second].write.record;
    record.customer_id = customer.customer_id();
    record.schema = *schema_;
    record.vector_as_of_micros = Micros(customer.vector().as_of());
    record.vector = *std::move(vector);
    if (store_is_live_) candidates[place->second].moment.changed_us = Micros(customer.changed_at());
  }
  uint32_t next_new = static_cast<uint32_t>(handled_.size());
  for (Candidate& candidate : candidates) {
    const std::optional<uint32_t> known = board_->Find(candidate.write.record.customer_id);
    candidate.write.customer = known.has_value() ? *known : next_new++;
    if (known.has_value()) candidate.write.record.score = board_->Get(*known);
  }
  if (refused > 0) {
    Log(Level::kWarning, "scoring", "vectors of the store were left out",
        {{"vectors", refused}, {"last_reason", reason.message()}});
  }
  return candidates;
}

absl::StatusOr<ScoringEngine::Reading> ScoringEngine::MakeReading(const FeatureSchema& schema,
                                                                  const ServedModel& model) {
  absl::StatusOr<VectorReading> vector = VectorReading::Make(schema, model.model);
  if (!vector.ok()) return vector.status();
  Reading reading{.vector = *std::move(vector), .segments = SegmentReading(*model.segments, schema, model.model)};
  for (size_t i = 0; i < reading.segments.size(); ++i) {
    if (const std::string problem = reading.segments.problem(i); !problem.empty()) {
      Log(Level::kWarning, "scoring", "nobody is in a segment that cannot be told",
          {{"segment", model.segments->names()[i]}, {"reason", problem}});
    }
  }
  return reading;
}

const ScoringEngine::Reading* ScoringEngine::ReadingOf(uint32_t schema, const ServedModel& model) {
  std::optional<absl::StatusOr<Reading>>& reading = readings_[schema];
  if (!reading.has_value()) {
    reading = MakeReading(schemas_[schema], model);
    if (!reading->ok()) {
      Log(Level::kError, "scoring", "the model cannot read the store's vectors; the last scores stay",
          {{"model_version", model.version}, {"reason", reading->status().message()}});
    }
  }
  return reading->ok() ? &**reading : nullptr;
}

void ScoringEngine::Score(const ServedModel& model, std::vector<Candidate>* candidates, int64_t* sequence) {
  Tell(model.model, Ask(model, candidates));
  Settle(model, candidates, sequence);
}

ScoringEngine::Asked ScoringEngine::Ask(const ServedModel& model, std::vector<Candidate>* candidates) {
  Asked asked;
  for (Candidate& candidate : *candidates) {
    const Reading* reading = ReadingOf(candidate.write.record.schema, model);
    if (reading == nullptr) continue;
    FeatureVector input = reading->vector.Inputs(candidate.write.record.vector);
    if (absl::Status status = model.model.CheckVector(input); !status.ok()) {
      Log(Level::kWarning, "scoring", "a vector cannot be scored; the last score stays",
          {{"reason", status.message()}});
      continue;
    }
    asked.inputs.push_back(std::move(input));
    asked.candidates.push_back(&candidate);
  }
  return asked;
}

void ScoringEngine::Tell(const TrainedModel& model, const Asked& asked) const {
  const std::vector<ToldScore> told = TellScores(model, asked.inputs);
  for (size_t i = 0; i < told.size(); ++i) asked.candidates[i]->told = told[i];
  figures_->AddScored(told.size());
}

void ScoringEngine::Settle(const ServedModel& model, std::vector<Candidate>* candidates, int64_t* sequence) {
  for (Candidate& candidate : *candidates) {
    if (!candidate.told.has_value()) continue;
    const Reading& reading = *ReadingOf(candidate.write.record.schema, model);
    candidate.published = SettleOne(model, reading, &candidate, sequence);
  }
}

bool ScoringEngine::SettleOne(const ServedModel& model, const Reading& reading, Candidate* candidate,
                              int64_t* sequence) const {
  ScoreRecord& record = candidate->write.record;
  const ToldScore& told = *candidate->told;
  const CustomerScore last = record.score;
  CustomerScore next = last;
  next.probability = told.score.probability;
  next.ranking_score = told.score.ranking_score;
  next.expected_revenue = told.expected_revenue;
  next.monthly_profit = reading.vector.Profit(record.vector);
  next.model_version = model.version;
  next.scoring_id = model.scoring_id;
  next.as_of_micros = record.vector_as_of_micros;
  next.score_time_micros = absl::ToUnixMicros(clock_->Now());
  next.horizon_months = static_cast<uint8_t>(model.model.horizon_months);
  PlaceInSegments(model, reading.segments, record.vector, last, &next);
  const bool publish = DecidePublication(last, next, options_.publish_delta) != Publication::kNone;
  if (publish) {
    next.sequence = ++*sequence;
    if (last.scored()) next.previous_probability = last.published_probability;
    next.published_probability = next.probability;
  }
  record.score = next;
  return publish;
}

absl::StatusOr<bool> ScoringEngine::Commit(std::vector<Candidate> candidates, const ScorerPosition& position) {
  std::vector<ScoreTable::Write> writes;
  std::vector<ScoreBoard::Update> updates;
  std::vector<std::pair<int64_t, ChangeMoment>> news;
  for (Candidate& candidate : candidates) {
    const ScoreRecord& record = candidate.write.record;
    updates.push_back({.customer = candidate.write.customer,
                       .customer_id = record.customer_id,
                       .score = record.score,
                       .published = candidate.published});
    if (candidate.published) news.emplace_back(record.score.sequence, candidate.moment);
    writes.push_back(std::move(candidate.write));
  }
  if (absl::Status status = table_->Commit(writes, position); !status.ok()) return failed_ = status;
  position_ = position;
  features_as_of_ = position.features_as_of_micros;
  for (const auto& [sequence, moment] : news) {
    figures_->AddPublished();
    if (moment.changed_us != 0) figures_->NotePublished(sequence, moment);
  }
  board_->Apply(std::move(updates));
  for (const ScoreTable::Write& write : writes) MarkHandled(write.customer);
  if (options_.on_written) options_.on_written(std::move(writes));
  return !news.empty();
}

void ScoringEngine::StartGeneration(const ServedModel& model) {
  ++generation_;
  rescore_next_ = 0;
  backlog_ = static_cast<int64_t>(handled_.size());
  for (auto& reading : readings_) reading.reset();
  Log(Level::kInfo, "scoring", "a model is in service",
      {{"model_version", model.version}, {"digest", model.digest}, {"customers_to_rescore", handled_.size()}});
}

void ScoringEngine::MarkHandled(uint32_t customer) {
  // Without a model nobody is handled: all wait for the first one.
  const bool is_new = customer >= handled_.size();
  if (is_new) handled_.resize(customer + 1, 0);
  if (generation_ == 0 || handled_[customer] == generation_) return;
  handled_[customer] = generation_;
  if (!is_new) backlog_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace ebb::scorer
