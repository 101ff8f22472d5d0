#include "scorer/shadow/shadow_challengers.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "model/model_file.h"
#include "runtime/log.h"
#include "scorer/shadow/customer_sample.h"

namespace ebb::scorer {
namespace {

// Vectors scored between two looks at who else needs the processor.
constexpr size_t kVectorsInAChunk = 64;
// Records read from disk in one go; the sample is a share of them.
constexpr size_t kRecordsInAChunk = 256;
// The champion scores one chunk of so many anew, to compare the time.
constexpr uint64_t kChunksATiming = 8;
constexpr absl::Duration kStandAside = absl::Milliseconds(2);
constexpr absl::Duration kBacklogLook = absl::Seconds(1);

void LogEnd(const Challenger& challenger) {
  if (challenger.loaded == nullptr) return;
  const ComparedChampion& champion = challenger.comparison.champion();
  const PairStatistics statistics = ComparePairs(challenger.comparison.pairs(), champion.risk_threshold);
  Log(Level::kInfo, "shadow", "the comparison of a challenger ends",
      {{"model_version", challenger.told.version()},
       {"champion_version", champion.version},
       {"customers", statistics.customers},
       {"mean_difference", statistics.mean_difference},
       {"champion_only_at_risk", statistics.champion_only_at_risk},
       {"challenger_only_at_risk", statistics.challenger_only_at_risk}});
}

}  // namespace

ShadowChallengers::ShadowChallengers(const Options& options, Parts parts)
    : options_(options),
      parts_(std::move(parts)),
      bound_(BoundOfShare(options.share)),
      worker_(
          "shadow", [this] { return RunOnce(); }, Worker::Cpu::kSpare) {}

void ShadowChallengers::Start() {
  if (options_.most_challengers > 0) worker_.Start();
}

void ShadowChallengers::Follow(const std::vector<v1::Model>& challengers) {
  std::vector<Challenger> ended;
  {
    MutexLock lock(&mutex_);
    challengers_ = FollowList(std::move(challengers_), challengers, options_.most_challengers, &ended);
    CountLoaded();
  }
  for (const Challenger& challenger : ended) LogEnd(challenger);
  worker_.Wake();
}

void ShadowChallengers::Offer(std::vector<ScoreTable::Write> scored) {
  if (!any_loaded_.load(std::memory_order_relaxed)) return;
  const uint64_t bound = bound_.load(std::memory_order_relaxed);
  std::erase_if(scored,
                [bound](const ScoreTable::Write& write) { return SampleHash(write.record.customer_id) > bound; });
  if (scored.empty()) return;
  size_t taken = 0;
  {
    MutexLock lock(&waiting_mutex_);
    for (; taken < scored.size() && waiting_.size() < options_.most_waiting; ++taken)
      waiting_.push_back(std::move(scored[taken].record));
  }
  dropped_.fetch_add(static_cast<int64_t>(scored.size() - taken), std::memory_order_relaxed);
  if (taken > 0) worker_.Wake();
}

void ShadowChallengers::Erase(const std::vector<std::string>& customer_ids) {
  {
    const absl::flat_hash_set<std::string> erased(customer_ids.begin(), customer_ids.end());
    MutexLock lock(&waiting_mutex_);
    std::erase_if(waiting_, [&](const ScoreRecord& record) { return erased.contains(record.customer_id); });
  }
  MutexLock lock(&mutex_);
  ++erasures_;  // what is being scored now is not kept
  for (Challenger& challenger : challengers_) {
    for (const std::string& customer_id : customer_ids) challenger.comparison.Erase(SampleHash(customer_id));
  }
}

v1::GetShadowComparisonResponse ShadowChallengers::Compare() const {
  v1::GetShadowComparisonResponse response;
  response.set_most_challengers(static_cast<int32_t>(options_.most_challengers));
  response.set_share(ShareOfBound(bound_.load(std::memory_order_relaxed)));
  response.set_scored(scored_.load(std::memory_order_relaxed));
  response.set_dropped(dropped_.load(std::memory_order_relaxed));
  std::vector<std::vector<ScorePair>> pairs;
  {
    MutexLock lock(&mutex_);
    for (const Challenger& challenger : challengers_) {
      v1::ShadowComparison* comparison = response.add_comparisons();
      comparison->set_version(challenger.told.version());
      comparison->set_problem(std::string(challenger.problem.message()));
      challenger.comparison.Describe(comparison);
      pairs.push_back(challenger.comparison.pairs());
    }
  }
  for (size_t i = 0; i < pairs.size(); ++i) {
    v1::ShadowComparison* comparison = response.mutable_comparisons(static_cast<int>(i));
    FillStatistics(ComparePairs(std::move(pairs[i]), comparison->risk_threshold()), comparison);
  }
  return response;
}

absl::Duration ShadowChallengers::RunOnce() {
  if (parts_.features_waiting()) return kStandAside;
  std::shared_ptr<const ServedModel> champion = parts_.slot->Get();
  if (champion == nullptr) return absl::InfiniteDuration();  // Follow comes after it
  FollowChampion(std::move(champion));
  if (LoadOne() || ScoreWaiting() || ScoreStored()) return absl::ZeroDuration();
  return UntilMoreToDo();
}

void ShadowChallengers::FollowChampion(std::shared_ptr<const ServedModel> champion) {
  const ComparedChampion compared{
      .version = champion->version, .scoring_id = champion->scoring_id, .risk_threshold = champion->risk.threshold};
  if (champion != champion_) {
    champion_readings_ = std::make_unique<ReadingsOfModel>(&champion->model);
    champion_ = std::move(champion);
  }
  MutexLock lock(&mutex_);
  for (Challenger& challenger : challengers_) {
    if (challenger.loaded == nullptr || challenger.comparison.champion() == compared) continue;
    challenger.comparison = ChallengerComparison(compared, parts_.clock->Now());
    challenger.next_record = 0;
  }
}

bool ShadowChallengers::LoadOne() {
  v1::Model told;
  {
    const absl::Time now = parts_.clock->Now();
    MutexLock lock(&mutex_);
    const auto next = std::find_if(challengers_.begin(), challengers_.end(), [now](const Challenger& challenger) {
      return challenger.loaded == nullptr && challenger.retry_time <= now;
    });
    if (next == challengers_.end()) return false;
    told = next->told;
  }
  absl::StatusOr<std::shared_ptr<LoadedChallenger>> loaded = Load(told);
  if (!loaded.ok()) {
    Refuse(told, loaded.status());
    return true;
  }
  {
    MutexLock lock(&mutex_);
    for (Challenger& challenger : challengers_) {
      if (challenger.told.digest() != told.digest() || challenger.told.version() != told.version()) continue;
      challenger.loaded = *std::move(loaded);
      challenger.problem = absl::OkStatus();
      challenger.comparison = ChallengerComparison({.version = champion_->version,
                                                    .scoring_id = champion_->scoring_id,
                                                    .risk_threshold = champion_->risk.threshold},
                                                   parts_.clock->Now());
      challenger.next_record = 0;
    }
    CountLoaded();
  }
  Log(Level::kInfo, "shadow", "a challenger is compared with the champion",
      {{"model_version", told.version()}, {"champion_version", champion_->version}});
  return true;
}

absl::StatusOr<std::shared_ptr<LoadedChallenger>> ShadowChallengers::Load(const v1::Model& told) const {
  absl::StatusOr<ModelFile> file = parts_.fetch(told);
  if (!file.ok()) return file.status();
  absl::StatusOr<TrainedModel> model = ParseModelFile(file->bytes);
  if (!model.ok()) return model.status();
  if (absl::Status fits = parts_.check_model(*model); !fits.ok()) return fits;
  return std::make_shared<LoadedChallenger>(*std::move(model));
}

void ShadowChallengers::Refuse(const v1::Model& told, const absl::Status& problem) {
  const absl::Time retry_time = parts_.clock->Now() + WaitAfter(problem);
  std::shared_ptr<LoadedChallenger> freed;
  {
    MutexLock lock(&mutex_);
    for (Challenger& challenger : challengers_) {
      if (challenger.told.digest() != told.digest() || challenger.told.version() != told.version()) continue;
      freed = std::move(challenger.loaded);
      challenger.loaded = nullptr;
      challenger.comparison = ChallengerComparison();
      challenger.retry_time = retry_time;
      if (challenger.problem == problem) return;  // it was told
      challenger.problem = problem;
    }
    CountLoaded();
  }
  Log(Level::kWarning, "shadow", "a challenger cannot be compared; the champion is not concerned",
      {{"model_version", told.version()}, {"reason", problem.message()}});
}

bool ShadowChallengers::ScoreWaiting() {
  Scorers scorers;
  uint64_t erasures = 0;
  {
    MutexLock lock(&mutex_);
    erasures = erasures_;
    for (const Challenger& challenger : challengers_) {
      if (challenger.loaded != nullptr) scorers.emplace_back(challenger.told.version(), challenger.loaded);
    }
  }
  std::vector<ScoreRecord> records;
  {
    MutexLock lock(&waiting_mutex_);
    while (!waiting_.empty() && records.size() < kVectorsInAChunk) {
      records.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  if (records.empty()) return false;
  Score(scorers, records, erasures);
  return true;
}

bool ShadowChallengers::ScoreStored() {
  if (parts_.rescore_backlog() > 0) return false;
  Scorers scorers;
  uint64_t erasures = 0;
  uint32_t first = 0;
  {
    MutexLock lock(&mutex_);
    erasures = erasures_;
    const auto next = std::find_if(challengers_.begin(), challengers_.end(), [](const Challenger& challenger) {
      return challenger.loaded != nullptr && challenger.next_record.has_value();
    });
    if (next == challengers_.end()) return false;
    first = *next->next_record;
    scorers.emplace_back(next->told.version(), next->loaded);
  }
  absl::StatusOr<std::vector<ScoreTable::Write>> read = parts_.table->Read(first, kRecordsInAChunk);
  const bool over = !read.ok() || read->empty();  // a failed disk is for the engine to tell
  {
    MutexLock lock(&mutex_);
    for (Challenger& challenger : challengers_) {
      // Begun anew meanwhile where it stands elsewhere.
      if (challenger.loaded != scorers.front().second || challenger.next_record != first) continue;
      challenger.next_record = over ? std::nullopt : std::optional<uint32_t>(read->back().customer + 1);
    }
  }
  if (over) return true;
  const uint64_t bound = bound_.load(std::memory_order_relaxed);
  std::vector<ScoreRecord> records;
  for (ScoreTable::Write& write : *read) {
    if (!write.record.customer_id.empty() && SampleHash(write.record.customer_id) <= bound)
      records.push_back(std::move(write.record));
  }
  Score(scorers, records, erasures);
  return true;
}

void ShadowChallengers::Score(const Scorers& scorers, std::span<const ScoreRecord> records, uint64_t erasures) {
  ReadingsOfModel* timed = chunks_++ % kChunksATiming == 0 ? champion_readings_.get() : nullptr;
  for (const auto& [version, challenger] : scorers) {
    const ChunkScores scores = ScoreChunk(*champion_, timed, challenger.get(), records, parts_.schema_at);
    scored_.fetch_add(static_cast<int64_t>(scores.pairs.size()), std::memory_order_relaxed);
    if (scores.unreadable > 0) {
      // Vectors of an older schema may lack an input; where those of the present one do, it cannot be compared.
      if (absl::Status fits = parts_.check_model(challenger->model); !fits.ok()) {
        v1::Model told;
        {
          MutexLock lock(&mutex_);
          for (const Challenger& known : challengers_) {
            if (known.loaded == challenger) told = known.told;
          }
        }
        if (told.version() != 0) Refuse(told, fits);
        continue;
      }
    }
    MutexLock lock(&mutex_);
    if (erasures_ == erasures) {
      Keep(version, scores);
    } else {
      dropped_.fetch_add(static_cast<int64_t>(scores.pairs.size()), std::memory_order_relaxed);
    }
  }
}

void ShadowChallengers::Keep(int64_t version, const ChunkScores& scores) {
  const uint64_t bound = bound_.load(std::memory_order_relaxed);
  for (Challenger& challenger : challengers_) {
    if (challenger.told.version() != version || challenger.loaded == nullptr) continue;
    if (challenger.comparison.champion().scoring_id != champion_->scoring_id) continue;
    for (const auto& [customer, pair] : scores.pairs) {
      if (customer <= bound) challenger.comparison.Put(customer, pair);
    }
    if (scores.champion_time > absl::ZeroDuration())
      challenger.comparison.AddTime(scores.pairs.size(), scores.champion_time, scores.challenger_time);
    while (challenger.comparison.customers() > options_.most_customers) {
      const uint64_t half = bound_.load(std::memory_order_relaxed) / 2;
      bound_.store(half, std::memory_order_relaxed);
      for (Challenger& each : challengers_) each.comparison.KeepUpTo(half);
    }
  }
}

void ShadowChallengers::CountLoaded() {
  any_loaded_.store(
      std::any_of(challengers_.begin(), challengers_.end(), [](const Challenger& c) { return c.loaded != nullptr; }),
      std::memory_order_relaxed);
}

absl::Duration ShadowChallengers::UntilMoreToDo() const {
  absl::Duration wait = absl::InfiniteDuration();
  const absl::Time now = parts_.clock->Now();
  MutexLock lock(&mutex_);
  for (const Challenger& challenger : challengers_) {
    if (challenger.loaded == nullptr)
      wait = std::min(wait, std::max(challenger.retry_time - now, absl::ZeroDuration()));
    if (challenger.loaded != nullptr && challenger.next_record.has_value()) wait = std::min(wait, kBacklogLook);
  }
  return wait;
}

}  // namespace ebb::scorer
