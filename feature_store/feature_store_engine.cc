#include "feature_store/feature_store_engine.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/feature_columns.h"
#include "feature_store/history.h"
#include "feature_store/invalid_field.h"
#include "feature_store/recovery.h"
#include "feature_store/training_row.h"
#include "feature_store/vector.h"
#include "runtime/log.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

constexpr int kMaxCustomersAsked = 1'000;
constexpr int kDefaultPage = 1'000, kMaxPage = 10'000;

// 128 bits of key are promised to the identities: of the raw digest, not of its hexadecimal text.
std::string IdentityKey(absl::string_view secret) {
  const Sha256Digest digest = Sha256(secret);
  return std::string(digest.begin(), digest.end());
}

// One of a bounded number of places, given back at the end.
class Place {
 public:
  Place(std::atomic<int>* taken, int most) : taken_(taken), has_one_(taken->fetch_add(1) < most) {}
  ~Place() { taken_->fetch_sub(1); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  explicit operator bool() const { return has_one_; }

 private:
  std::atomic<int>* const taken_;
  const bool has_one_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FeatureStoreEngine>> FeatureStoreEngine::Open(const Options& options, Parts parts) {
  std::unique_ptr<FeatureStoreEngine> engine(new FeatureStoreEngine(options, std::move(parts)));
  const absl::Time begin = absl::Now();
  const absl::StatusOr<RecoveryReport> report =
      Recover(options.writer.segment_events, engine->parts_.storage.get(), &engine->live_);
  if (!report.ok()) return report.status();
  Log(Level::kInfo, "store", "opened",
      {{"customers", report->customers},
       {"replayed_events", report->replayed_events},
       {"refolded_customers", report->refolded_customers},
       {"seconds", absl::ToDoubleSeconds(absl::Now() - begin)}});
  return engine;
}

FeatureStoreEngine::FeatureStoreEngine(const Options& options, Parts parts)
    : options_(options),
      parts_(std::move(parts)),
      declarations_(parts_.declarations),
      pseudonyms_(parts_.secret),
      live_(declarations_, &pseudonyms_, IdentityKey(parts_.secret)) {
  const auto fail = [this](absl::Status status) { Fail(std::move(status)); };
  maintenance_ = std::make_unique<Maintenance>(options.maintenance,
                                               Maintenance::Surroundings{.live = &live_,
                                                                         .storage = parts_.storage.get(),
                                                                         .pseudonyms = &pseudonyms_,
                                                                         .on_sorted = [this] { writer_->Wake(); },
                                                                         .on_failure = fail});
  writer_ = std::make_unique<LogWriter>(options.writer,
                                        LogWriter::Surroundings{.live = &live_,
                                                                .storage = parts_.storage.get(),
                                                                .clock = parts_.clock,
                                                                .free_bytes = parts_.free_bytes,
                                                                .on_change = [this] { on_change_(); },
                                                                .on_full_segment = [this] { maintenance_->Wake(); },
                                                                .on_failure = fail});
}

FeatureStoreEngine::~FeatureStoreEngine() { Stop(); }

void FeatureStoreEngine::Start() {
  maintenance_->Start();
  writer_->Start();
}

void FeatureStoreEngine::Abandon() {
  if (std::exchange(stopped_, true)) return;
  writer_->Stop();
  maintenance_->Stop();
}

void FeatureStoreEngine::Stop() {
  if (stopped_) return;
  Abandon();
  {
    MutexLock lock(&failure_mutex_);
    if (failed_) return;
  }
  // So that the next start has nothing to replay.
  if (absl::Status saved = maintenance_->WriteCheckpoint(); !saved.ok()) {
    Log(Level::kWarning, "store", "no checkpoint at the end; the next start replays more",
        {{"error", saved.ToString()}});
  }
}

void FeatureStoreEngine::Fail(absl::Status status) {
  {
    MutexLock lock(&failure_mutex_);
    if (std::exchange(failed_, true)) return;
  }
  parts_.on_failure(std::move(status));
}

absl::Time FeatureStoreEngine::StoreClock() const {
  ReaderMutexLock lock(&live_.mutex);
  const absl::Time folded = absl::FromUnixMicros(live_.clock_us);
  return options_.writer.clock_mode == ClockMode::kWall ? std::max(folded, parts_.clock->Now()) : folded;
}

void FeatureStoreEngine::Ingest(std::string request, IngestDone done) {
  EventLimits limits;
  limits.max_ahead = options_.writer.max_ahead;
  limits.retention = options_.writer.retention;
  if (options_.writer.clock_mode == ClockMode::kWatermark) limits.store_clock = StoreClock();
  absl::StatusOr<std::unique_ptr<IncomingBatch>> batch = ReadBatch(std::move(request), parts_.clock->Now(), limits);
  if (!batch.ok()) return done(batch.status());
  (*batch)->done = std::move(done);
  writer_->Submit(*std::move(batch));
}

absl::StatusOr<std::unique_ptr<StagedSnapshot>> FeatureStoreEngine::BeginSnapshot() {
  if (importing_->exchange(true)) {
    return WithRetryDelay(absl::ResourceExhaustedError("another import is running; try again when it has ended"),
                          absl::Seconds(5));
  }
  return std::make_unique<StagedSnapshot>(declarations_, [importing = importing_] { importing->store(false); });
}

void FeatureStoreEngine::CommitSnapshot(std::unique_ptr<StagedSnapshot> snapshot, LogWriter::SnapshotDone done) {
  writer_->Submit(std::move(snapshot), std::move(done));
}

absl::StatusOr<v1::GetFeaturesResponse> FeatureStoreEngine::GetFeatures(const v1::GetFeaturesRequest& request) const {
  const int asked = request.customer_ids_size();
  if (asked < 1 || asked > kMaxCustomersAsked) {
    return InvalidField("customer_ids", absl::StrCat("has ", asked, " customers; must have 1 to ", kMaxCustomersAsked));
  }
  if (request.has_as_of()) return FeaturesAsOf(request);
  v1::GetFeaturesResponse response;
  ReaderMutexLock lock(&live_.mutex);
  for (const std::string& customer_id : request.customer_ids()) {
    const uint32_t id = live_.table.Find(customer_id);
    if (id >= live_.table.folded_customers()) {
      AppendCustomer(schema(), nullptr, &response);
    } else {
      const v1::FeatureVector vector = live_.table.Vector(id);
      AppendCustomer(schema(), &vector, &response);
    }
  }
  return response;
}

absl::StatusOr<v1::GetFeaturesResponse> FeatureStoreEngine::FeaturesAsOf(const v1::GetFeaturesRequest& request) const {
  const absl::StatusOr<absl::Time> as_of = ReadAsOf("as_of", request.as_of(), StoreClock());
  if (!as_of.ok()) return as_of.status();
  const Place place(&as_of_reads_, options_.max_as_of_reads);
  if (!place) {
    return WithRetryDelay(absl::ResourceExhaustedError(absl::StrCat(options_.max_as_of_reads,
                                                                    " reads as of a time are running, as many "
                                                                    "as may at once; try again when one has ended")),
                          absl::Seconds(1));
  }
  const absl::flat_hash_set<std::string> asked(request.customer_ids().begin(), request.customer_ids().end());
  std::unique_ptr<StorageView> view;
  uint64_t sorted_to, position;
  {
    ReaderMutexLock lock(&live_.mutex);
    view = parts_.storage->View();  // under the lock: what is not sorted yet cannot be dropped before
    sorted_to = live_.sorted_to;
    position = live_.position;
  }
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(view), sorted_to, position, &asked);
  if (!history.ok()) return history.status();
  v1::GetFeaturesResponse response;
  for (const std::string& customer_id : request.customer_ids()) {
    absl::StatusOr<std::vector<v1::Event>> events = history->EventsOf(customer_id, pseudonyms_.Of(customer_id));
    if (!events.ok()) return events.status();
    const bool known = std::any_of(events->begin(), events->end(), [&](const v1::Event& event) {
      return IsBefore(event, *as_of) && (KnownAt(event) < *as_of || event.has_imported_snapshot());
    });
    if (!known) {
      AppendCustomer(schema(), nullptr, &response);
      continue;
    }
    const v1::FeatureVector vector = VectorAsOf(*declarations_, *events, *as_of, *as_of);
    AppendCustomer(schema(), &vector, &response);
  }
  return response;
}

absl::StatusOr<v1::ListCustomersResponse> FeatureStoreEngine::ListCustomers(
    const v1::ListCustomersRequest& request) const {
  const int size = request.page_size() == 0 ? kDefaultPage : request.page_size();
  if (size < 1 || size > kMaxPage) {
    return InvalidField("page_size", absl::StrCat("is ", request.page_size(), "; must be 0 or from 1 to ", kMaxPage));
  }
  uint32_t first = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &first)) {
    return InvalidField("page_token", "is not from an answer of this store; start with an empty one");
  }
  v1::ListCustomersResponse response;
  ReaderMutexLock lock(&live_.mutex);
  const uint32_t count = live_.table.folded_customers();
  const uint32_t last = static_cast<uint32_t>(std::min<uint64_t>(count, uint64_t{first} + size));
  for (uint32_t id = first; id < last; ++id) response.add_customer_ids(live_.table.at(id).customer_id);
  if (last < count && first < last) response.set_next_page_token(absl::StrCat(last));
  return response;
}

absl::StatusOr<std::unique_ptr<TrainingSetReader>> FeatureStoreEngine::ReadTrainingSet(
    const v1::ReadTrainingSetRequest& request) const {
  std::vector<std::pair<Pseudonym, std::string>> customers;
  std::vector<int64_t> import_times_us;
  const absl::Time now = StoreClock();
  std::unique_ptr<StorageView> view;
  uint64_t sorted_to, position;
  {
    ReaderMutexLock lock(&live_.mutex);
    view = parts_.storage->View();
    sorted_to = live_.sorted_to;
    position = live_.position;
    for (uint32_t id = 0; id < live_.table.folded_customers(); ++id) {
      customers.emplace_back(live_.table.at(id).pseudonym, live_.table.at(id).customer_id);
    }
    for (const auto& [snapshot_id, as_of_us] : live_.imports) import_times_us.push_back(as_of_us);
  }
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(view), sorted_to, position, nullptr);
  if (!history.ok()) return history.status();
  return TrainingSetReader::Open(request, {.declarations = declarations_,
                                           .history = *std::move(history),
                                           .customers = std::move(customers),
                                           .now = now,
                                           .import_times_us = std::move(import_times_us)});
}

v1::StoreStats FeatureStoreEngine::Stats() const {
  v1::StoreStats stats;
  *stats.mutable_clock() = ToTimestamp(StoreClock());
  stats.set_disk_bytes(static_cast<int64_t>(parts_.storage->DiskBytes()));
  ReaderMutexLock lock(&live_.mutex);
  stats.set_customers(live_.table.folded_customers());
  stats.set_events(static_cast<int64_t>(live_.table.events()));
  stats.set_accepted(live_.accepted);
  stats.set_duplicate(live_.duplicate);
  stats.set_rejected(live_.rejected);
  stats.set_log_sequence(static_cast<int64_t>(live_.position));
  stats.set_change_sequence(static_cast<int64_t>(live_.table.change_sequence()));
  stats.set_full_segments(static_cast<int64_t>(live_.segments.size()) - 1);
  stats.set_checkpoint_sequence(static_cast<int64_t>(live_.checkpointed_to));
  return stats;
}

std::vector<v1::CustomerFeatures> FeatureStoreEngine::ReadChanges(uint64_t sequence, size_t max) const {
  std::vector<v1::CustomerFeatures> changes;
  ReaderMutexLock lock(&live_.mutex);
  for (const ChangeList::Entry& entry : live_.table.ChangedAfter(sequence, max)) {
    const Customer& customer = live_.table.at(entry.id);
    v1::CustomerFeatures& change = changes.emplace_back();
    change.set_customer_id(customer.customer_id);
    *change.mutable_vector() = live_.table.Vector(entry.id);
    change.set_sequence(static_cast<int64_t>(entry.sequence));
    *change.mutable_changed_at() = ToTimestamp(absl::FromUnixMicros(customer.changed_us));
  }
  return changes;
}

uint64_t FeatureStoreEngine::change_sequence() const {
  ReaderMutexLock lock(&live_.mutex);
  return live_.table.change_sequence();
}

}  // namespace ebb::feature_store
