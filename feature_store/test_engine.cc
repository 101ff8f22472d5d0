#include "feature_store/test_engine.h"

#include <stdlib.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/declarations.h"
#include "feature_store/event_time.h"
#include "feature_store/rocks_storage.h"
#include "google/protobuf/text_format.h"

namespace ebb::feature_store {
namespace {

std::string NewFolder() {
  std::string path = std::filesystem::exists("/dev/shm") ? "/dev/shm/ebb-store-XXXXXX" : "/tmp/ebb-store-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return path;
}

const CompiledDeclarations& DefaultDeclarations() {
  static const auto* const compiled =
      new CompiledDeclarations(*CompileDeclarations(DefaultDeclarationsText(), "built-in features"));
  return *compiled;
}

std::string TextOf(const v1::FeatureValue& value) {
  if (value.status() != v1::PRESENT) return v1::FeatureStatus_Name(value.status());
  if (value.has_category()) return value.category();
  return value.has_number() ? absl::StrCat(value.number()) : "missing";
}

}  // namespace

google::protobuf::Timestamp Stamp(const std::string& rfc3339) { return ToTimestamp(At(rfc3339)); }

v1::Event EventOfBody(const std::string& customer, const std::string& id, const std::string& time,
                      const std::string& body) {
  v1::Event event;
  if (!google::protobuf::TextFormat::ParseFromString(body, &event)) throw std::runtime_error("no event: " + body);
  event.set_customer_id(customer);
  event.set_event_id(id);
  *event.mutable_event_time() = Stamp(time);
  return event;
}

v1::Event PageViewOf(const std::string& customer, const std::string& id, const std::string& time) {
  v1::Event event;
  event.set_customer_id(customer);
  event.set_event_id(id);
  *event.mutable_event_time() = Stamp(time);
  event.mutable_page_view()->set_visit_id(absl::StrCat("visit-", id));
  event.mutable_page_view()->set_category("toys");
  return event;
}

v1::Event PurchaseOf(const std::string& customer, const std::string& id, const std::string& time,
                     int64_t amount_minor) {
  v1::Event event;
  event.set_customer_id(customer);
  event.set_event_id(id);
  *event.mutable_event_time() = Stamp(time);
  event.mutable_purchase()->set_order_id(absl::StrCat("order-", id));
  v1::PurchaseLine* line = event.mutable_purchase()->add_lines();
  line->set_product_id("p1");
  line->set_category("toys");
  line->set_quantity(1);
  line->set_unit_price_minor(amount_minor);
  return event;
}

v1::SnapshotRow RowOf(const std::string& customer, const std::string& feature, const std::string& decimal) {
  v1::SnapshotRow row;
  row.set_customer_id(customer);
  v1::ImportedValue* value = row.mutable_snapshot()->add_values();
  value->set_feature(feature);
  value->set_decimal(decimal);
  return row;
}

absl::StatusOr<ToldChanges> ChangesAfter(const FeatureStoreEngine& engine, uint64_t sequence, size_t max) {
  ToldChanges told;
  absl::StatusOr<Changes> changes = engine.ReadChanges(sequence, max, &told.customers);
  if (!changes.ok()) return changes.status();
  static_cast<Changes&>(told) = *std::move(changes);
  return told;
}

std::string Describe(const FeatureStoreEngine& engine) {
  std::string text;
  const auto changes = ChangesAfter(engine, 0, 1'000'000);
  if (!changes.ok()) return changes.status().ToString();
  for (const v1::CustomerFeatures& change : changes->customers) {
    absl::StrAppend(&text, change.sequence(), " ", change.customer_id(), " ",
                    absl::FormatTime("%Y-%m-%dT%H:%M:%E*S", ToTime(change.vector().as_of()), absl::UTCTimeZone()));
    for (int i = 0; i < change.vector().values_size(); ++i) {
      if (change.vector().values(i).status() != v1::PRESENT) continue;
      absl::StrAppend(&text, " ", changes->declarations->schema().features(i).name(), "=",
                      TextOf(change.vector().values(i)));
    }
    text += "\n";
  }
  return text;
}

TestEngine::TestEngine(FeatureStoreEngine::Options options, rocksdb::Env* env)
    : declarations(&DefaultDeclarations()), path(NewFolder()), options_(options), env_(env) {
  if (absl::Status opened = Reopen(); !opened.ok()) throw std::runtime_error(opened.ToString());
}

TestEngine::~TestEngine() {
  engine_.reset();
  std::filesystem::remove_all(path);
}

absl::StatusOr<v1::IngestResponse> TestEngine::Ingest(const std::vector<v1::Event>& events, bool backfill) {
  v1::IngestRequest request;
  for (const v1::Event& event : events) *request.add_events() = event;
  request.set_backfill(backfill);
  return IngestBytes(request.SerializeAsString());
}

absl::StatusOr<v1::IngestResponse> TestEngine::IngestBytes(std::string request) {
  std::optional<absl::StatusOr<v1::IngestResponse>> answer;
  engine_->Ingest(std::move(request),
                  [&](absl::StatusOr<v1::IngestResponse> response) { answer = std::move(response); });
  if (!answer.has_value()) engine_->writer().RunOnce();
  if (!answer.has_value()) return absl::DeadlineExceededError("one step of the writer did not answer the batch");
  return *std::move(answer);
}

absl::StatusOr<v1::ImportSnapshotResponse> TestEngine::Import(const std::string& snapshot_id, const std::string& as_of,
                                                              const std::vector<v1::SnapshotRow>& rows,
                                                              const std::vector<v1::DataRepair>& repairs) {
  absl::StatusOr<std::unique_ptr<StagedSnapshot>> snapshot = engine_->BeginSnapshot();
  if (!snapshot.ok()) return snapshot.status();
  v1::ImportSnapshotRequest header, body, commit;
  header.mutable_header()->set_snapshot_id(snapshot_id);
  if (!as_of.empty()) *header.mutable_header()->mutable_as_of() = Stamp(as_of);
  for (const v1::DataRepair& repair : repairs) *header.mutable_header()->add_repairs() = repair;
  for (const v1::SnapshotRow& row : rows) *body.mutable_rows()->add_rows() = row;
  commit.mutable_commit()->set_row_count(static_cast<int64_t>(rows.size()));
  for (const v1::ImportSnapshotRequest* message : {&header, &body, &commit}) {
    if (absl::Status taken = (*snapshot)->Take(*message); !taken.ok()) return taken;
  }
  std::optional<absl::StatusOr<v1::ImportSnapshotResponse>> answer;
  engine_->CommitSnapshot(*std::move(snapshot),
                          [&](absl::StatusOr<v1::ImportSnapshotResponse> response) { answer = std::move(response); });
  engine_->writer().RunOnce();
  if (!answer.has_value()) return absl::DeadlineExceededError("one step of the writer did not answer the import");
  return *std::move(answer);
}

absl::StatusOr<v1::EraseCustomerResponse> TestEngine::Erase(const std::string& customer, const std::string& reason) {
  v1::EraseCustomerRequest request;
  request.set_customer_id(customer);
  request.set_reason(reason);
  std::optional<absl::StatusOr<v1::EraseCustomerResponse>> answer;
  engine_->EraseCustomer(request,
                         [&](absl::StatusOr<v1::EraseCustomerResponse> response) { answer = std::move(response); });
  if (!answer.has_value()) engine_->writer().RunOnce();
  if (!answer.has_value()) return absl::DeadlineExceededError("one step of the writer did not answer the erasure");
  return *std::move(answer);
}

std::string TestEngine::Feature(const std::string& customer, const std::string& feature, const std::string& as_of) {
  v1::GetFeaturesRequest request;
  request.add_customer_ids(customer);
  if (!as_of.empty()) *request.mutable_as_of() = Stamp(as_of);
  const absl::StatusOr<v1::GetFeaturesResponse> response = engine_->GetFeatures(request);
  if (!response.ok()) return response.status().ToString();
  for (int i = 0; i < response->feature_names_size(); ++i) {
    if (response->feature_names(i) != feature) continue;
    const v1::FeatureColumn& column = response->columns(i);
    v1::FeatureValue value;
    value.set_status(column.statuses(0));
    if (column.categories_size() > 0) {
      value.set_category(column.categories(0));
    } else {
      value.set_number(column.numbers(0));
    }
    return TextOf(value);
  }
  return "no such feature";
}

void TestEngine::Restart() {
  engine_->Stop();
  if (absl::Status opened = Reopen(); !opened.ok()) throw std::runtime_error(opened.ToString());
}

void TestEngine::Kill() {
  engine_->Abandon();
  engine_.reset();
}

absl::Status TestEngine::Reopen() {
  engine_.reset();
  failure = absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Storage>> storage =
      OpenRocksStorage({.path = path + "/db", .create = !created_, .preallocate = false, .env = env_});
  if (!storage.ok()) return storage.status();
  created_ = true;
  absl::StatusOr<std::unique_ptr<FeatureStoreEngine>> engine = FeatureStoreEngine::Open(
      options_, {.storage = *std::move(storage),
                 .declarations = declarations,
                 .clock = &clock,
                 .source_id = 42,
                 .secret = "0123456789abcdef0123456789abcdef",
                 .free_bytes = [this]() -> absl::StatusOr<uint64_t> { return free_bytes.load(); },
                 .on_failure = [this](absl::Status status) { failure = std::move(status); }});
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  return absl::OkStatus();
}

absl::Status TestEngine::Maintain() {
  Maintenance& maintenance = engine_->maintenance();
  if (absl::Status sorted = maintenance.SortFullSegments(); !sorted.ok()) return sorted;
  if (absl::Status saved = maintenance.WriteCheckpoint(); !saved.ok()) return saved;
  if (absl::Status dropped = maintenance.DropOldLog(); !dropped.ok()) return dropped;
  return engine_->cleaner().RunOnce();
}

bool TestEngine::BackFillSome() {
  if (engine_->Next() == nullptr) return false;
  engine_->back_fill_reader()->RunOnce();
  engine_->writer().RunOnce();
  return engine_->Next() != nullptr;
}

absl::Status TestEngine::BackFillAll() {
  while (BackFillSome()) {
    const v1::BackFillProgress progress = engine_->Stats().back_fill();
    if (progress.customers_done() < progress.customers()) continue;
    if (absl::Status saved = engine_->maintenance().WriteCheckpoint(); !saved.ok()) return saved;
  }
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
