#include "feature_store/feature_store_engine.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "feature_store/bounded_place.h"
#include "feature_store/customer_reading.h"
#include "feature_store/declaration_diff.h"
#include "feature_store/declarations.h"
#include "feature_store/event_time.h"
#include "feature_store/feature_columns.h"
#include "feature_store/first_purchase.h"
#include "feature_store/import_repairs.h"
#include "feature_store/invalid_field.h"
#include "feature_store/recovery.h"
#include "feature_store/store_stats.h"
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

// The time that divides what entries up to one with this clock know from what later ones come to know: under the wall
// clock an entry knows its events at its T, and each T is later; under the watermark before its T, and later ones not
// before it.
int64_t KnownBefore(ClockMode mode, int64_t clock_us) { return mode == ClockMode::kWall ? clock_us + 1 : clock_us; }

}  // namespace

absl::StatusOr<std::unique_ptr<FeatureStoreEngine>> FeatureStoreEngine::Open(const Options& options, Parts parts) {
  const absl::StatusOr<std::optional<storage::v1::ServedDeclarations>> noted = ReadServedDeclarations(*parts.storage);
  if (!noted.ok()) return noted.status();
  ServedAtStart start = DecideServed(*noted, *parts.declarations);
  std::unique_ptr<FeatureStoreEngine> engine(new FeatureStoreEngine(options, std::move(parts), std::move(start)));
  const absl::Time begin = absl::Now();
  const absl::StatusOr<RecoveryReport> report =
      Recover(options.writer, engine->identities_, engine->parts_.storage.get(), &engine->live_);
  if (!report.ok()) return report.status();
  const uint64_t unannounced_to = noted->has_value() ? (*noted)->unannounced_to() : 0;
  if (absl::Status begun = engine->Begin(unannounced_to); !begun.ok()) return begun;
  engine->cleaner_->SetRule();
  Log(Level::kInfo, "store", "opened",
      {{"customers", report->customers},
       {"replayed_events", report->replayed_events},
       {"back_fill", engine->back_fill_ != nullptr},
       {"seconds", absl::ToDoubleSeconds(absl::Now() - begin)}});
  return engine;
}

// After the recovery: who has to be told of what is served now, and what is to be served next.
absl::Status FeatureStoreEngine::Begin(uint64_t unannounced_to) {
  {
    MutexLock lock(&live_.mutex);
    if (start_.other_values) unannounced_to = live_.table.change_sequence();
    SetUnannounced(unannounced_to, &live_);
  }
  if (start_.to_be_noted) {
    WriteSet changes;
    AddServedDeclarations(*start_.definitions.served, unannounced_to, &changes);
    if (absl::Status noted = parts_.storage->Write(changes, Durability::kSynced); !noted.ok()) return noted;
  }
  if (start_.definitions.next == nullptr) return absl::OkStatus();
  back_fill_reader_ = std::make_unique<BackFillReader>(
      BackFillReader::Surroundings{.live = &live_,
                                   .storage = parts_.storage.get(),
                                   .on_read = [this] { writer_->Wake(); },
                                   .on_failure = [this](absl::Status status) { Fail(std::move(status)); }});
  back_fill_ = std::make_unique<BackFill>(&live_, back_fill_reader_.get(), [this] { maintenance_->Wake(); });
  writer_->UseBackFill(back_fill_.get());
  return absl::OkStatus();
}

FeatureStoreEngine::FeatureStoreEngine(const Options& options, Parts parts, ServedAtStart start)
    : options_(options),
      parts_(std::move(parts)),
      start_(std::move(start)),
      pseudonyms_(parts_.secret),
      erasure_names_(parts_.source_id),
      identities_(IdentityKey(parts_.secret)),
      live_(start_.definitions, &pseudonyms_),
      clock_(&live_, parts_.clock, options.writer.clock_mode),
      vectors_(&live_, parts_.storage.get(), &pseudonyms_, options.vector_cache_bytes),
      changes_(&live_, &vectors_, erasure_names_.salt),
      history_reads_({.live = &live_,
                      .storage = parts_.storage.get(),
                      .pseudonyms = &pseudonyms_,
                      .clock = &clock_,
                      .vectors = &vectors_}),
      started_(parts_.clock->Now()) {
  const auto fail = [this](absl::Status status) { Fail(std::move(status)); };
  cleaner_ = std::make_unique<Cleaner>(
      CleanerOptions{.retention = options.writer.retention, .clock_mode = options.writer.clock_mode},
      Cleaner::Surroundings{
          .live = &live_, .storage = parts_.storage.get(), .clock = parts_.clock, .on_failure = fail});
  maintenance_ = std::make_unique<Maintenance>(options.maintenance,
                                               Maintenance::Surroundings{.live = &live_,
                                                                         .storage = parts_.storage.get(),
                                                                         .pseudonyms = &pseudonyms_,
                                                                         .on_sorted = [this] { writer_->Wake(); },
                                                                         .on_dropped = [this] { cleaner_->Wake(); },
                                                                         .on_next_saved = [this] { writer_->Wake(); },
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
  if (back_fill_reader_ != nullptr) back_fill_reader_->Start();
}

void FeatureStoreEngine::Abandon() {
  if (std::exchange(stopped_, true)) return;
  if (back_fill_reader_ != nullptr) back_fill_reader_->Stop();
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
  // So that the next start has little to read. The two share nothing but locks.
  absl::Status sorted;
  std::thread sorter([&] { sorted = maintenance_->SortWholeLog(); });
  absl::Status ended = maintenance_->WriteCheckpoint(Maintenance::Pace::kAtStop);
  sorter.join();
  ended.Update(sorted);
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

void FeatureStoreEngine::Ingest(std::string request, IngestDone done) {
  EventLimits limits;
  limits.max_ahead = options_.writer.max_ahead;
  limits.retention = options_.writer.retention;
  if (options_.writer.clock_mode == ClockMode::kWatermark) limits.store_clock = clock_.Now();
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
  return std::make_unique<StagedSnapshot>(&Served(), [importing = importing_] { importing->store(false); });
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
  for (auto& change : DiffDeclarations(Served(), *other)) *response.add_changes() = std::move(change);
  return response;
}

absl::Status FeatureStoreEngine::GetFeatures(const v1::GetFeaturesRequest& request,
                                             v1::GetFeaturesResponse* response) const {
  const int asked = request.customer_ids_size();
  if (asked < 1 || asked > kMaxCustomersAsked) {
    return InvalidField("customer_ids", absl::StrCat("has ", asked, " customers; must have 1 to ", kMaxCustomersAsked));
  }
  if (request.has_as_of()) return history_reads_.GetFeatures(request, response);
  return ReadUnderOne(&live_, [&](const CompiledDeclarations& declarations) {
    response->Clear();  // of what a call that went over had begun
    FeatureColumns columns(declarations.schema(), asked, response);
    return vectors_.ReadColumns(declarations, request.customer_ids(), &columns);
  });
}

absl::StatusOr<v1::GetFeaturesResponse> FeatureStoreEngine::GetFeatures(const v1::GetFeaturesRequest& request) const {
  v1::GetFeaturesResponse response;
  if (absl::Status read = GetFeatures(request, &response); !read.ok()) return read;
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
  const uint32_t count = [this] {
    ReaderMutexLock lock(&live_.mutex);
    return live_.table.folded_customers();
  }();
  const uint32_t last = static_cast<uint32_t>(std::min<uint64_t>(count, uint64_t{first} + size));
  std::vector<uint32_t> ids;
  for (uint32_t id = first; id < last; ++id) ids.push_back(id);
  std::vector<std::string> names(ids.size());
  const absl::Status visited = ReadUnderOne(&live_, [&](const CompiledDeclarations& declarations) {
    return VisitCustomers(&live_, *parts_.storage, declarations, ids,
                          [&](size_t i, const Customer& customer, uint64_t) { names[i] = customer.customer_id; });
  });
  if (!visited.ok()) return visited;
  v1::ListCustomersResponse response;
  for (std::string& name : names) {
    if (!name.empty()) response.add_customer_ids(std::move(name));  // else it was erased
  }
  if (last < count && first < last) response.set_next_page_token(absl::StrCat(last));
  return response;
}

CustomerWalk::Source FeatureStoreEngine::PresentWalk() const {
  CustomerWalk::Source source;
  source.view = parts_.storage->View();
  source.events = source.view->Scan(Family::kEvents, "", "");
  source.sorted_to = live_.sorted_to;
  source.position = live_.position;
  for (const auto& [pseudonym, record] : live_.erased) source.erased.insert(pseudonym);
  for (uint32_t id = live_.named_customers; id < live_.table.folded_customers(); ++id) {
    // Who neither is resident nor has events that wait was written, name and all, before it left memory.
    const CustomerRow& row = live_.table.row(id);
    if (row.erased) continue;
    if (row.resident != nullptr) {
      source.unnamed.emplace_back(row.pseudonym, row.resident->customer_id);
    } else if (row.waiting != WaitingEvents::kNone) {
      source.unnamed.emplace_back(row.pseudonym, live_.table.WaitingId(id));
    }
  }
  return source;
}

absl::StatusOr<std::unique_ptr<TrainingSetReader>> FeatureStoreEngine::ReadTrainingSet(
    const v1::ReadTrainingSetRequest& request) const {
  const auto field_of = [](int i) { return absl::StrCat("as_of[", i, "]"); };
  for (int i = 0; i < request.as_of_size(); ++i) {
    const absl::StatusOr<absl::Time> as_of = ReadAsOf(field_of(i), request.as_of(i), clock_.Now());
    if (!as_of.ok()) return as_of.status();
  }
  auto place = std::make_shared<BoundedPlace>(&training_sets_, options_.max_training_sets);
  if (!*place) {
    return WithRetryDelay(absl::ResourceExhaustedError(absl::StrCat(options_.max_training_sets,
                                                                    " training sets are being read, as many as may at "
                                                                    "once; try again when one has ended")),
                          absl::Seconds(5));
  }
  TrainingMoment moment;
  moment.source_id = parts_.source_id;
  moment.now_us = absl::ToUnixMicros(clock_.Now());
  CustomerWalk::Source source, purchases;
  std::set<std::pair<std::string, int64_t>> imports;
  {
    ReaderMutexLock lock(&live_.mutex);
    source = PresentWalk();
    if (request.next_month_revenue()) purchases = PresentWalk();
    moment.position = live_.position;
    moment.past_changed_at = live_.past_changed_at;
    moment.expired_before_us = live_.expired_before_us;
    moment.known_before_us = KnownBefore(options_.writer.clock_mode, live_.clock_us);
    imports = live_.imports;
  }
  for (int i = 0; i < request.as_of_size(); ++i) {  // only now: a walk of the retention may have begun meanwhile
    if (absl::Status kept = history_reads_.CheckKept(field_of(i), ToTime(request.as_of(i))); !kept.ok()) return kept;
  }
  for (const auto& [snapshot_id, as_of_us] : imports) {
    const bool kept = history_reads_.CheckKept("", absl::FromUnixMicros(as_of_us)).ok();
    if (kept) moment.import_times_us.push_back(as_of_us);
  }
  const CompiledDeclarations& declarations = Served();
  absl::StatusOr<TrainingSetPlan> plan = PlanTrainingSet(request, declarations, moment);
  if (!plan.ok()) return plan.status();
  if (plan->next_month_revenue && !plan->as_of.empty()) {
    const absl::StatusOr<int64_t> first = FirstPurchase(
        std::move(purchases), pseudonyms_, absl::ToUnixMicros(plan->as_of.front()), plan->begin.known_before_us());
    if (!first.ok()) return first.status();
    plan->first_purchase_us = *first;
  }
  auto repairs = RepairsSeen(*parts_.storage, imports, plan->as_of);
  if (!repairs.ok()) return repairs.status();
  plan->repairs = *std::move(repairs);
  return TrainingSetReader::Open(*std::move(plan), std::move(source), pseudonyms_, &declarations, std::move(place));
}

absl::StatusOr<std::unique_ptr<Verification>> FeatureStoreEngine::Verify(const v1::VerifyRequest& request) const {
  return Verification::Open(
      {.live = &live_, .storage = parts_.storage.get(), .vectors = &vectors_, .declarations = &Served()}, request,
      clock_.Now());
}

v1::StoreStats FeatureStoreEngine::Stats() const {
  return ReadStats({.live = &live_,
                    .storage = parts_.storage.get(),
                    .cleaner = cleaner_.get(),
                    .clock = &clock_,
                    .ingest = &ingest_figures_,
                    .watchers = &watchers_,
                    .vectors = &vectors_,
                    .back_fill = back_fill_.get(),
                    .started = started_});
}

const CompiledDeclarations* FeatureStoreEngine::Next() const {
  ReaderMutexLock lock(&live_.mutex);
  return live_.table.definitions().next;
}

uint64_t FeatureStoreEngine::change_sequence() const {
  ReaderMutexLock lock(&live_.mutex);
  return live_.table.change_sequence();
}

}  // namespace ebb::feature_store
