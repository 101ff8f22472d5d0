#include "feature_store/training_set.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/invalid_field.h"

namespace ebb::feature_store {
namespace {

constexpr int kDefaultChunkRows = 8'192, kLeastChunkRows = 4'096, kMostChunkRows = 16'384;
constexpr int kMostTimes = 1'200;
constexpr size_t kMaxChunkBytes = 3 << 20;  // a client takes messages of 4 MiB unless it says otherwise

absl::StatusOr<LabelRule> RuleOf(const v1::ReadTrainingSetRequest& request) {
  switch (request.label_rule_case()) {
    case v1::ReadTrainingSetRequest::kImported:
      return LabelRule(request.imported());
    case v1::ReadTrainingSetRequest::kPurchaseDecline:
      return LabelRule(request.purchase_decline());
    case v1::ReadTrainingSetRequest::LABEL_RULE_NOT_SET:
      break;
  }
  return InvalidField("label_rule", "must be set: imported or purchase_decline");
}

absl::StatusOr<std::vector<absl::Time>> TimesOf(const v1::ReadTrainingSetRequest& request,
                                                const std::vector<int64_t>& import_times_us, absl::Time now) {
  std::vector<absl::Time> times;
  if (request.as_of_size() > kMostTimes) {
    return InvalidField("as_of",
                        absl::StrCat("has ", request.as_of_size(), " times; at most ", kMostTimes, " are taken"));
  }
  for (int i = 0; i < request.as_of_size(); ++i) {
    const absl::StatusOr<absl::Time> as_of = ReadAsOf(absl::StrCat("as_of[", i, "]"), request.as_of(i), now);
    if (!as_of.ok()) return as_of.status();
    times.push_back(*as_of);
  }
  if (times.empty()) {
    if (!request.has_imported()) return InvalidField("as_of", "needs at least one time with derived labels");
    for (const int64_t micros : import_times_us) times.push_back(absl::FromUnixMicros(micros));
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

std::vector<ColumnBuilder> ColumnsFor(const v1::FeatureSchema& schema) {
  std::vector<ColumnBuilder> columns;
  columns.emplace_back("customer_id", v1::ColumnBuffers::UTF8);
  columns.emplace_back("as_of", v1::ColumnBuffers::TIMESTAMP_MICROS);
  columns.emplace_back("declined", v1::ColumnBuffers::BOOL);
  for (const v1::FeatureSpec& feature : schema.features()) {
    columns.emplace_back(feature.name(),
                         feature.kind() == v1::CATEGORY ? v1::ColumnBuffers::UTF8 : v1::ColumnBuffers::FLOAT64);
  }
  return columns;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TrainingSetReader>> TrainingSetReader::Open(const v1::ReadTrainingSetRequest& request,
                                                                           Source source) {
  absl::StatusOr<LabelRule> rule = RuleOf(request);
  if (!rule.ok()) return rule.status();
  if (const std::vector<Violation> violations = CheckLabelRule(*rule); !violations.empty()) {
    return InvalidField("", violations);
  }
  absl::StatusOr<std::vector<absl::Time>> times = TimesOf(request, source.import_times_us, source.now);
  if (!times.ok()) return times.status();
  const int chunk_rows = request.chunk_rows() == 0 ? kDefaultChunkRows : request.chunk_rows();
  if (chunk_rows < kLeastChunkRows || chunk_rows > kMostChunkRows) {
    return InvalidField(
        "chunk_rows", absl::StrCat("is ", chunk_rows, "; must be 0 or from ", kLeastChunkRows, " to ", kMostChunkRows));
  }
  std::sort(source.customers.begin(), source.customers.end());
  return std::unique_ptr<TrainingSetReader>(
      new TrainingSetReader(std::move(source), *std::move(times), *std::move(rule), chunk_rows));
}

TrainingSetReader::TrainingSetReader(Source source, std::vector<absl::Time> as_of, LabelRule rule, int64_t chunk_rows)
    : source_(std::move(source)),
      as_of_(std::move(as_of)),
      rule_(std::move(rule)),
      chunk_rows_(chunk_rows),
      coverage_(source_.declarations),
      columns_(ColumnsFor(source_.declarations->schema())) {}

absl::StatusOr<bool> TrainingSetReader::Next(v1::ReadTrainingSetResponse* response) {
  if (finished_) return false;
  if (!std::exchange(started_, true)) *response->mutable_schema() = source_.declarations->schema();
  while (next_customer_ < source_.customers.size() && columns_[0].rows() < chunk_rows_ &&
         chunk_bytes_ < kMaxChunkBytes) {
    if (absl::Status added = AddCustomer(source_.customers[next_customer_++]); !added.ok()) return added;
  }
  FinishChunk(response);
  if (next_customer_ == source_.customers.size()) {
    finished_ = true;
    *response->mutable_summary() = Summary();
  }
  return true;
}

absl::Status TrainingSetReader::AddCustomer(const std::pair<Pseudonym, std::string>& customer) {
  const absl::StatusOr<std::vector<v1::Event>> events = source_.history.EventsOf(customer.second, customer.first);
  if (!events.ok()) return events.status();
  for (const v1::Event& event : *events) coverage_.Note(event);
  for (const absl::Time as_of : as_of_) {
    const auto row = BuildTrainingRow(*source_.declarations, *events, as_of, rule_, source_.now);
    if (const auto* exclusion = std::get_if<Exclusion>(&row)) {
      ++exclusions_[exclusion->reason];
    } else {
      AddRow(customer.second, as_of, std::get<TrainingRow>(row));
    }
  }
  return absl::OkStatus();
}

void TrainingSetReader::AddRow(const std::string& customer_id, absl::Time as_of, const TrainingRow& row) {
  columns_[0].AppendUtf8(customer_id);
  columns_[1].AppendTimestamp(absl::ToUnixMicros(as_of));
  columns_[2].AppendBool(row.declined);
  const v1::FeatureSchema& schema = source_.declarations->schema();
  for (int i = 0; i < schema.features_size(); ++i) {
    const v1::FeatureValue& value = row.vector.values(i);
    ColumnBuilder& column = columns_[3 + i];
    if (value.has_number()) {
      column.AppendFloat64(value.number());
    } else if (value.has_category()) {
      column.AppendUtf8(value.category());
      chunk_bytes_ += value.category().size();
    } else {
      column.AppendNull();
    }
    chunk_bytes_ += 8;
  }
  chunk_bytes_ += customer_id.size() + 12;
  ++rows_;
  declined_ += row.declined;
  // Over rows, not chunks: the digest does not depend on how they were cut.
  std::string line =
      absl::StrCat(customer_id.size(), ":", customer_id, absl::ToUnixMicros(as_of), row.declined ? "+" : "-");
  for (const v1::FeatureValue& value : row.vector.values()) {
    const std::string bytes = value.SerializeAsString();
    absl::StrAppend(&line, bytes.size(), ":", bytes);
  }
  digest_.Add(line);
}

void TrainingSetReader::FinishChunk(v1::ReadTrainingSetResponse* response) {
  response->set_rows(columns_[0].rows());
  for (ColumnBuilder& column : columns_) *response->add_columns() = column.Finish();
  chunk_bytes_ = 0;
}

v1::TrainingSetSummary TrainingSetReader::Summary() {
  v1::TrainingSetSummary summary;
  summary.set_rows(rows_);
  summary.set_declined(declined_);
  for (const auto& [reason, rows] : exclusions_) {
    v1::ExclusionCount* exclusion = summary.add_exclusions();
    exclusion->set_reason(reason);
    exclusion->set_rows(rows);
  }
  if (!as_of_.empty()) {
    for (std::string& feature : coverage_.Uncovered(as_of_.front())) {
      summary.add_uncovered_features(std::move(feature));
    }
  }
  const Sha256Digest digest = digest_.Finish();
  summary.set_content_digest(
      absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size())));
  return summary;
}

}  // namespace ebb::feature_store
