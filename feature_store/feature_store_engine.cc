#include "feature_store/feature_store_engine.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "feature_store/customer_reading.h"
#include "feature_store/declaration_diff.h"
#include "feature_store/declarations.h"
#include "feature_store/event_time.h"
#include "feature_store/feature_columns.h"
#include "feature_store/history.h"
#include "feature_store/invalid_field.h"
#include "feature_store/obsolete_records.h"
#include "feature_store/recovery.h"
#include "feature_store/training_row.h"
#include "runtime/log.h"
#include "runtime/process_metrics.h"
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

// The time that divides what entries up to one with this clock know from what later ones come to know: under the wall
// clock an entry knows its events at its T, and each T is later; under the watermark before its T, and later ones not
// before it.
int64_t KnownBefore(ClockMode mode, int64_t clock_us) { return mode == ClockMode::kWall ? clock_us + 1 : clock_us; }

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
      Recover(options.writer, engine->identities_, engine->parts_.storage.get(), &engine->live_);
  if (!report.ok()) return report.status();
  engine->cleaner_->SetRule();
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
      erasure_names_(parts_.source_id),
      identities_(IdentityKey(parts_.secret)),
      live_(declarations_, &pseudonyms_),
      vectors_(&live_, parts_.storage.get(), &pseudonyms_, options.vector_cache_bytes),
      started_(parts_.clock->Now()) {
  const auto fail = [this](absl::Status status) { Fail(std::move(status)); };
  cleaner_ = std::make_unique<Cleaner>(
      CleanerOptions{.retention = options.writer.retention, .clock_mode = options.writer.clock_mode},
      Cleaner::Surroundings{.live = &live_,
                            .storage = parts_.storage.get(),
                            .declarations = declarations_,
                            .clock = parts_.clock,
                            .on_failure = fail});
  maintenance_ = std::make_unique<Maintenance>(options.maintenance,
                                               Maintenance::Surroundings{.live = &live_,
                                                                         .storage = parts_.storage.get(),
                                                                         .pseudonyms = &pseudonyms_,
                                                                         .on_sorted = [this] { writer_->Wake(); },
                                                                         .on_dropped = [this] { cleaner_->Wake(); },
                                                                         .on_failure = fail});
  writer_ = std::make_unique<LogWriter>(options.writer,
                                        LogWriter::Surroundings{.live = &live_,
                                                                .storage = parts_.storage.get(),
                                                                .clock = parts_.clock,
                                                                .pseudonyms = &pseudonyms_,
                                                                .erasure_names = &erasure_names_,
                                                                .free_bytes = parts_.free_bytes,
                                                                .figures = &ingest_figures_,
                                                                .on_change = [this] { on_change_(); },
                                                                .on_full_segment = [this] { maintenance_->Wake(); },
                                                                .on_failure = fail});
}

FeatureStoreEngine::~FeatureStoreEngine() { Stop(); }

void FeatureStoreEngine::Start() {
  cleaner_->Start();
  maintenance_->Start();
  writer_->Start();
}

void FeatureStoreEngine::Abandon() {
  if (std::exchange(stopped_, true)) return;
  writer_->Stop();
  maintenance_->Stop();
  cleaner_->Stop();
}

void FeatureStoreEngine::Stop() {
  if (stopped_) return;
  Abandon();
  {
    MutexLock lock(&failure_mutex_);
    if (failed_) return;
  }
  // So that the next start has little to read.
  absl::Status ended = maintenance_->WriteCheckpoint();
  if (ended.ok()) ended = maintenance_->DropOldLog();
  if (ended.ok()) ended = parts_.storage->Flush();
  if (!ended.ok()) {
    Log(Level::kWarning, "store",
        "the end is not as orderly as it should be; nothing is lost, the next start takes longer",
        {{"error", ended.ToString()}});
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
  absl::StatusOr<std::unique_ptr<IncomingBatch>> batch =
      ReadBatch(std::move(request), parts_.clock->Now(), limits, {.customers = &pseudonyms_, .events = &identities_});
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

void FeatureStoreEngine::EraseCustomer(const v1::EraseCustomerRequest& request, LogWriter::ErasureDone done) {
  if (absl::Status checked = CheckErasure(request); !checked.ok()) return done(checked);
  writer_->Submit(request, std::move(done));
}

absl::StatusOr<v1::CompareDeclarationsResponse> FeatureStoreEngine::CompareDeclarations(
    const v1::CompareDeclarationsRequest& request) const {
  constexpr size_t kMostBytes = 1 << 20;
  if (request.text().size() > kMostBytes) {
    return InvalidField("text", absl::StrCat("has ", request.text().size(), " bytes; at most ", kMostBytes));
  }
  const std::string file_name = request.file_name().empty() ? "declarations" : request.file_name();
  const absl::StatusOr<CompiledDeclarations> other =
      CompileDeclarations(request.text(), file_name, options_.writer.retention);
  if (!other.ok()) return other.status();
  v1::CompareDeclarationsResponse response;
  for (auto& change : DiffDeclarations(*declarations_, *other)) *response.add_changes() = std::move(change);
  return response;
}

absl::Status FeatureStoreEngine::GetFeatures(const v1::GetFeaturesRequest& request,
                                             v1::GetFeaturesResponse* response) const {
  const int asked = request.customer_ids_size();
  if (asked < 1 || asked > kMaxCustomersAsked) {
    return InvalidField("customer_ids", absl::StrCat("has ", asked, " customers; must have 1 to ", kMaxCustomersAsked));
  }
  if (request.has_as_of()) return FeaturesAsOf(request, response);
  FeatureColumns columns(schema(), asked, response);
  return vectors_.Read(request.customer_ids(), &columns);
}

absl::StatusOr<v1::GetFeaturesResponse> FeatureStoreEngine::GetFeatures(const v1::GetFeaturesRequest& request) const {
  v1::GetFeaturesResponse response;
  if (absl::Status read = GetFeatures(request, &response); !read.ok()) return read;
  return response;
}

absl::Status FeatureStoreEngine::CheckKept(const std::string& field, absl::Time as_of) const {
  int64_t expired_before_us;
  {
    ReaderMutexLock lock(&live_.mutex);
    expired_before_us = live_.expired_before_us;
  }
  if (expired_before_us == kBeforeAll) return absl::OkStatus();
  const absl::Time first =
      absl::FromUnixMicros(expired_before_us) + absl::Hours(24) * (LongestWindowDays(*declarations_) + 1);
  if (as_of >= first) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat(field, ": is ", absl::FormatTime(as_of, absl::UTCTimeZone()),
                   "; events that such a vector needs are older than the retention and gone; the earliest is ",
                   absl::FormatTime(first, absl::UTCTimeZone())));
}

absl::Status FeatureStoreEngine::TooManyReads() const {
  return WithRetryDelay(absl::ResourceExhaustedError(
                            absl::StrCat(options_.max_as_of_reads,
                                         " reads as of a time or exports are running, as many as may at once; try "
                                         "again when one has ended")),
                        absl::Seconds(1));
}

absl::Status FeatureStoreEngine::FeaturesAsOf(const v1::GetFeaturesRequest& request,
                                              v1::GetFeaturesResponse* response) const {
  const absl::StatusOr<absl::Time> as_of = ReadAsOf("as_of", request.as_of(), StoreClock());
  if (!as_of.ok()) return as_of.status();
  if (absl::Status kept = CheckKept("as_of", *as_of); !kept.ok()) return kept;
  const Place place(&as_of_reads_, options_.max_as_of_reads);
  if (!place) return TooManyReads();
  absl::flat_hash_set<std::string> asked;
  std::unique_ptr<StorageView> view;
  uint64_t sorted_to, position;
  {
    ReaderMutexLock lock(&live_.mutex);
    for (const std::string& customer_id : request.customer_ids()) {
      if (live_.table.Find(customer_id) < live_.table.folded_customers()) asked.insert(customer_id);
    }
    view = parts_.storage->View();  // under the lock: what is not sorted yet cannot be dropped before
    sorted_to = live_.sorted_to;
    position = live_.position;
  }
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(view), sorted_to, position, &asked);
  if (!history.ok()) return history.status();
  FeatureColumns columns(schema(), request.customer_ids_size(), response);
  for (int row = 0; row < request.customer_ids_size(); ++row) {
    const std::string& customer_id = request.customer_ids(row);
    if (!asked.contains(customer_id)) continue;  // never known, or erased: the history may not have forgotten yet
    absl::StatusOr<std::vector<v1::Event>> events = history->EventsOf(customer_id, pseudonyms_.Of(customer_id));
    if (!events.ok()) return events.status();
    const bool known = std::any_of(events->begin(), events->end(), [&](const v1::Event& event) {
      return IsBefore(event, *as_of) && (KnownAt(event) < *as_of || event.has_imported_snapshot());
    });
    if (known) columns.Set(row, ValuesAsOf(*declarations_, *events, *as_of, *as_of));
  }
  return absl::OkStatus();
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
  const uint32_t count = [this] {
    ReaderMutexLock lock(&live_.mutex);
    return live_.table.folded_customers();
  }();
  const uint32_t last = static_cast<uint32_t>(std::min<uint64_t>(count, uint64_t{first} + size));
  std::vector<uint32_t> ids;
  for (uint32_t id = first; id < last; ++id) ids.push_back(id);
  std::vector<std::string> names(ids.size());
  const absl::Status visited = VisitCustomers(
      &live_, *parts_.storage, ids, [&](size_t i, const Customer& customer) { names[i] = customer.customer_id; });
  if (!visited.ok()) return visited;
  v1::ListCustomersResponse response;
  for (std::string& name : names) {
    if (!name.empty()) response.add_customer_ids(std::move(name));  // else it was erased
  }
  if (last < count && first < last) response.set_next_page_token(absl::StrCat(last));
  return response;
}

absl::StatusOr<std::unique_ptr<TrainingSetReader>> FeatureStoreEngine::ReadTrainingSet(
    const v1::ReadTrainingSetRequest& request) const {
  for (int i = 0; i < request.as_of_size(); ++i) {
    const std::string field = absl::StrCat("as_of[", i, "]");
    const absl::StatusOr<absl::Time> as_of = ReadAsOf(field, request.as_of(i), StoreClock());
    if (!as_of.ok()) return as_of.status();
    if (absl::Status kept = CheckKept(field, *as_of); !kept.ok()) return kept;
  }
  auto place = std::make_shared<Place>(&training_sets_, options_.max_training_sets);
  if (!*place) {
    return WithRetryDelay(absl::ResourceExhaustedError(absl::StrCat(options_.max_training_sets,
                                                                    " training sets are being read, as many as may at "
                                                                    "once; try again when one has ended")),
                          absl::Seconds(5));
  }
  TrainingMoment moment;
  moment.source_id = parts_.source_id;
  moment.now_us = absl::ToUnixMicros(StoreClock());
  CustomerWalk::Source source;
  {
    ReaderMutexLock lock(&live_.mutex);
    source.view = parts_.storage->View();
    source.sorted_to = live_.sorted_to;
    source.position = live_.position;
    for (const auto& [pseudonym, record] : live_.erased) source.erased.insert(pseudonym);
    for (uint32_t id = live_.named_customers; id < live_.table.folded_customers(); ++id) {
      // Who is not resident was written, name and all, before it was evicted.
      const CustomerRow& row = live_.table.row(id);
      if (!row.erased && row.resident != nullptr) source.unnamed.emplace_back(row.pseudonym, row.resident->customer_id);
    }
    moment.position = live_.position;
    moment.past_changed_at = live_.past_changed_at;
    moment.expired_before_us = live_.expired_before_us;
    moment.known_before_us = KnownBefore(options_.writer.clock_mode, live_.clock_us);
    for (const auto& [snapshot_id, as_of_us] : live_.imports) moment.import_times_us.push_back(as_of_us);
  }
  std::erase_if(moment.import_times_us,
                [&](int64_t time_us) { return !CheckKept("", absl::FromUnixMicros(time_us)).ok(); });
  absl::StatusOr<TrainingSetPlan> plan = PlanTrainingSet(request, *declarations_, moment);
  if (!plan.ok()) return plan.status();
  return TrainingSetReader::Open(*std::move(plan), std::move(source), pseudonyms_, declarations_, std::move(place));
}

absl::StatusOr<std::unique_ptr<CustomerExport>> FeatureStoreEngine::ExportCustomer(
    const v1::ExportCustomerRequest& request) const {
  if (request.customer_id().empty()) return InvalidField("customer_id", "must not be empty");
  const Place place(&as_of_reads_, options_.max_as_of_reads);
  if (!place) return TooManyReads();
  std::unique_ptr<StorageView> view;
  uint64_t sorted_to, position, sequence;
  uint32_t id;
  {
    ReaderMutexLock lock(&live_.mutex);
    id = live_.table.Find(request.customer_id());
    if (id >= live_.table.folded_customers()) {
      return absl::NotFoundError(
          absl::StrCat("customer_id: the store knows no customer `", request.customer_id(), "`"));
    }
    sequence = live_.table.SequenceOf(id);
    view = parts_.storage->View();
    sorted_to = live_.sorted_to;
    position = live_.position;
  }
  v1::CustomerFeatures features;
  const absl::Status visited =
      VisitCustomers(&live_, *parts_.storage, std::span(&id, 1),
                     [&](size_t, const Customer& customer) { features = Features(customer, sequence); });
  if (!visited.ok()) return visited;
  const absl::flat_hash_set<std::string> asked = {request.customer_id()};
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(view), sorted_to, position, &asked);
  if (!history.ok()) return history.status();
  absl::StatusOr<std::vector<v1::Event>> events =
      history->EventsOf(request.customer_id(), pseudonyms_.Of(request.customer_id()));
  if (!events.ok()) return events.status();
  return std::make_unique<CustomerExport>(schema(), std::move(features), *std::move(events));
}

v1::IngestRates FeatureStoreEngine::Rates() const {
  const absl::Time now = parts_.clock->Now();
  const int64_t second = absl::ToUnixSeconds(now);
  const int64_t seconds = second - absl::ToUnixSeconds(started_);
  v1::IngestRates rates;
  rates.set_accepted(ingest_figures_.accepted.PerSecond(second, seconds));
  rates.set_duplicate(ingest_figures_.duplicate.PerSecond(second, seconds));
  rates.set_rejected(ingest_figures_.rejected.PerSecond(second, seconds));
  return rates;
}

v1::StoreLags FeatureStoreEngine::Lags() const {
  v1::StoreLags lags;
  lags.set_unsorted(static_cast<int64_t>(live_.position - live_.sorted_to));
  lags.set_unsaved(static_cast<int64_t>(live_.position - std::min(live_.position, live_.checkpointed_to)));
  if (const std::optional<uint64_t> slowest = watchers_.Slowest()) {
    lags.set_unwatched(static_cast<int64_t>(live_.table.change_sequence() - *slowest));
    const std::vector<ChangeList::Entry> next = live_.table.ChangedAfter(*slowest, 1);
    if (!next.empty()) {
      // Who is not resident has not changed for long; when, only its record says.
      const Customer* customer = live_.table.at(next[0].id);
      if (customer != nullptr) *lags.mutable_watch_age() = ToDuration(live_.clock_us - customer->changed_us);
    }
  }
  const int64_t now_us = options_.writer.clock_mode == ClockMode::kWall
                             ? std::max(live_.clock_us, absl::ToUnixMicros(parts_.clock->Now()))
                             : live_.clock_us;
  const CustomerTable::DueBacklog due = live_.table.DueBy(now_us);
  lags.set_unswept(static_cast<int64_t>(due.customers + live_.unannounced.size()));
  if (due.customers > 0) *lags.mutable_sweep_age() = ToDuration(now_us - due.first_us);
  return lags;
}

absl::StatusOr<std::unique_ptr<Verification>> FeatureStoreEngine::Verify(const v1::VerifyRequest& request) const {
  return Verification::Open(
      {.live = &live_, .storage = parts_.storage.get(), .vectors = &vectors_, .declarations = declarations_}, request,
      StoreClock());
}

v1::StoreStats FeatureStoreEngine::Stats() const {
  v1::StoreStats stats;
  *stats.mutable_database() = parts_.storage->Figures();
  stats.set_resident_bytes(static_cast<int64_t>(ReadProcessFigures().resident_bytes));
  *stats.mutable_rates() = Rates();
  *stats.mutable_clock() = ToTimestamp(StoreClock());
  stats.set_disk_bytes(static_cast<int64_t>(parts_.storage->DiskBytes()));
  ReaderMutexLock lock(&live_.mutex);
  stats.set_customers(live_.table.folded_customers() - static_cast<int64_t>(live_.table.erased_customers()));
  stats.set_erased_customers(static_cast<int64_t>(live_.erased.size()));
  stats.set_pending_erasures(static_cast<int64_t>(live_.pending_erasures));
  stats.set_expired_events(cleaner_->expired_events());
  if (live_.expired_before_us != kBeforeAll) {
    *stats.mutable_expired_before() = ToTimestamp(absl::FromUnixMicros(live_.expired_before_us));
  }
  stats.set_events(static_cast<int64_t>(live_.table.events()));
  stats.set_accepted(live_.accepted);
  stats.set_duplicate(live_.duplicate);
  stats.set_rejected(live_.rejected);
  stats.set_log_sequence(static_cast<int64_t>(live_.position));
  stats.set_change_sequence(static_cast<int64_t>(live_.table.change_sequence()));
  stats.set_full_segments(static_cast<int64_t>(live_.segments.size()) - 1);
  stats.set_checkpoint_sequence(static_cast<int64_t>(live_.checkpointed_to));
  stats.set_resident_customers(live_.table.resident_customers());
  stats.set_state_memory_bytes(static_cast<int64_t>(live_.table.MemoryBytes()));
  stats.set_sorted_sequence(static_cast<int64_t>(live_.sorted_to));
  *stats.mutable_lags() = Lags();
  return stats;
}

absl::StatusOr<FeatureStoreEngine::Changes> FeatureStoreEngine::ReadChanges(uint64_t sequence, size_t max) const {
  const std::vector<ChangeList::Entry> entries = [&] {
    ReaderMutexLock lock(&live_.mutex);
    return live_.table.ChangedAfter(sequence, max);
  }();
  std::vector<uint32_t> ids;
  for (const ChangeList::Entry& entry : entries) ids.push_back(entry.id);
  std::vector<std::variant<v1::CustomerFeatures, v1::ErasedCustomer>> read(entries.size());
  const absl::Status visited = VisitCustomers(&live_, *parts_.storage, ids, [&](size_t i, const Customer& customer) {
    if (customer.erased) {
      v1::ErasedCustomer& erased = read[i].emplace<v1::ErasedCustomer>();
      erased.set_digest(customer.digest.data(), customer.digest.size());
      erased.set_salt(erasure_names_.salt);
      erased.set_sequence(static_cast<int64_t>(entries[i].sequence));
    } else {
      read[i] = Features(customer, entries[i].sequence);
    }
  });
  if (!visited.ok()) return visited;
  Changes changes;
  changes.sequence = entries.empty() ? sequence : entries.back().sequence;
  changes.at_end = entries.size() < max;
  for (auto& one : read) {
    if (auto* erased = std::get_if<v1::ErasedCustomer>(&one)) {
      changes.erased.push_back(std::move(*erased));
    } else {
      changes.customers.push_back(std::move(std::get<v1::CustomerFeatures>(one)));
    }
  }
  return changes;
}

v1::CustomerFeatures FeatureStoreEngine::Features(const Customer& customer, uint64_t sequence) const {
  v1::CustomerFeatures features;
  features.set_customer_id(customer.customer_id);
  *features.mutable_vector() = VectorOf(*declarations_, customer);
  features.set_sequence(static_cast<int64_t>(sequence));
  *features.mutable_changed_at() = ToTimestamp(absl::FromUnixMicros(customer.changed_us));
  return features;
}

uint64_t FeatureStoreEngine::change_sequence() const {
  ReaderMutexLock lock(&live_.mutex);
  return live_.table.change_sequence();
}

}  // namespace ebb::feature_store
