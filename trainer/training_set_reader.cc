#include "trainer/training_set_reader.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/schema_message.h"
#include "trainer/arrow_column.h"

namespace ebb::trainer {
namespace {

// Columns before the features. Then there is the next month's revenue where the store tells it.
constexpr int kCustomerColumn = 0;
constexpr int kAsOfColumn = 1;
constexpr int kDeclinedColumn = 2;
constexpr int kRevenueColumn = 3;

v1::ColumnBuffers::Type TypeOf(const FeatureSpec& spec) {
  return spec.kind == FeatureKind::kNumber ? v1::ColumnBuffers::FLOAT64 : v1::ColumnBuffers::UTF8;
}

// The columns of one chunk, opened and in the order of the schema.
struct Columns {
  std::vector<ArrowColumn> all;
  bool has_revenue = false;

  const ArrowColumn& customer() const { return all[kCustomerColumn]; }
  const ArrowColumn& as_of() const { return all[kAsOfColumn]; }
  const ArrowColumn& declined() const { return all[kDeclinedColumn]; }
  double next_month_revenue(int64_t row) const {
    return has_revenue && !all[kRevenueColumn].IsNull(row) ? all[kRevenueColumn].Number(row)
                                                           : std::numeric_limits<double>::quiet_NaN();
  }
  const ArrowColumn& feature(size_t index) const { return all[kRevenueColumn + (has_revenue ? 1 : 0) + index]; }
};

absl::Status Append(const v1::ReadTrainingSetResponse& chunk, const std::string& name, v1::ColumnBuffers::Type type,
                    Columns* columns) {
  const v1::ColumnBuffers& buffers = chunk.columns(static_cast<int>(columns->all.size()));
  if (buffers.name() != name) {
    return absl::DataLossError(
        absl::StrCat("column ", columns->all.size(), " is `", buffers.name(), "`, expected `", name, "`"));
  }
  absl::StatusOr<ArrowColumn> column = ArrowColumn::Open(buffers, type, chunk.rows());
  if (!column.ok()) return column.status();
  const bool may_be_missing = columns->all.size() >= kRevenueColumn;
  if (!may_be_missing && column->null_count() > 0) {
    return absl::DataLossError(
        absl::StrCat("column `", name, "` has ", column->null_count(), " nulls, it may have none"));
  }
  columns->all.push_back(*column);
  return absl::OkStatus();
}

absl::StatusOr<Columns> OpenColumns(const v1::ReadTrainingSetResponse& chunk, const FeatureSchema& schema) {
  const auto came = static_cast<size_t>(chunk.columns_size()), expected = kRevenueColumn + schema.size();
  if (came != expected && came != expected + 1) {
    return absl::DataLossError(
        absl::StrCat("the chunk has ", came, " columns, expected ", expected, ", or one more with next_month_revenue"));
  }
  Columns columns;
  columns.all.reserve(came);
  columns.has_revenue = came > expected;
  absl::Status status = Append(chunk, "customer_id", v1::ColumnBuffers::UTF8, &columns);
  if (status.ok()) status = Append(chunk, "as_of", v1::ColumnBuffers::TIMESTAMP_MICROS, &columns);
  if (status.ok()) status = Append(chunk, "declined", v1::ColumnBuffers::BOOL, &columns);
  if (status.ok() && columns.has_revenue) {
    status = Append(chunk, "next_month_revenue", v1::ColumnBuffers::FLOAT64, &columns);
  }
  for (size_t i = 0; status.ok() && i < schema.size(); ++i) {
    status = Append(chunk, schema[i].name, TypeOf(schema[i]), &columns);
  }
  if (!status.ok()) return status;
  return columns;
}

FeatureVector VectorOf(const Columns& columns, const FeatureSchema& schema, int64_t row) {
  FeatureVector vector(schema.size());
  for (size_t i = 0; i < schema.size(); ++i) {
    const ArrowColumn& column = columns.feature(i);
    if (column.IsNull(row)) continue;
    if (schema[i].kind == FeatureKind::kNumber) {
      vector[i].number = column.Number(row);
    } else {
      vector[i].category = std::string(column.Text(row));
    }
  }
  return vector;
}

}  // namespace

absl::Status TrainingSetReader::AddChunk(const v1::ReadTrainingSetResponse& chunk) {
  absl::Status status;
  if (summary_) {
    status = absl::DataLossError("it follows the summary, which ends the training set");
  } else {
    status = ReadSchema(chunk);
    if (status.ok()) status = ReadRows(chunk);
    if (status.ok() && chunk.has_summary()) summary_ = chunk.summary();
  }
  if (!status.ok()) return Describe(status);
  ++chunks_;
  return absl::OkStatus();
}

absl::Status TrainingSetReader::ReadSchema(const v1::ReadTrainingSetResponse& chunk) {
  if (builder_) {
    if (!chunk.has_schema() || chunk.schema().fingerprint() == fingerprint_) return absl::OkStatus();
    return absl::DataLossError("the schema changed in the middle of the training set");
  }
  if (!chunk.has_schema()) return absl::DataLossError("the first chunk has no schema");
  absl::StatusOr<FeatureSchema> schema = SchemaFromMessage(chunk.schema());
  if (!schema.ok()) return absl::DataLossError(schema.status().message());
  schema_ = *std::move(schema);
  fingerprint_ = chunk.schema().fingerprint();
  builder_.emplace(schema_);
  return absl::OkStatus();
}

absl::Status TrainingSetReader::ReadRows(const v1::ReadTrainingSetResponse& chunk) {
  if (chunk.rows() < 0) return absl::DataLossError(absl::StrCat("`rows` is ", chunk.rows()));
  if (chunk.rows() == 0 && chunk.columns().empty()) return absl::OkStatus();  // a chunk with the summary alone
  if (chunk.rows() > max_rows_ - rows_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the training set has more than ", max_rows_,
                     " rows: ask for fewer as-of times or start the trainer with a greater --max-training-rows"));
  }
  absl::StatusOr<Columns> columns = OpenColumns(chunk, schema_);
  if (!columns.ok()) return columns.status();
  if (rows_ > 0 && columns->has_revenue != tells_revenue_) {
    return absl::DataLossError("next_month_revenue stands in some of the chunks only");
  }
  tells_revenue_ = columns->has_revenue;
  for (int64_t row = 0; row < chunk.rows(); ++row) {
    const std::string_view customer = columns->customer().Text(row);
    if (customer.empty()) return absl::DataLossError(absl::StrCat("row ", row, " has an empty customer_id"));
    const int64_t as_of = columns->as_of().Micros(row);
    const bool declined = columns->declined().Bit(row);
    absl::Status added =
        builder_->AddRow(customer, as_of, VectorOf(*columns, schema_, row), declined, columns->next_month_revenue(row));
    if (!added.ok()) return absl::DataLossError(absl::StrCat("row ", row, ": ", added.message()));
    as_of_micros_.insert(as_of);
    declined_ += declined;
  }
  rows_ += chunk.rows();
  return absl::OkStatus();
}

absl::StatusOr<TrainingSet> TrainingSetReader::Finish(uint64_t seed) && {
  if (!summary_) {
    return absl::DataLossError(
        absl::StrCat("the training set ended after ", chunks_, " chunks without its summary: it was cut off"));
  }
  if (summary_->rows() != rows_ || summary_->declined() != declined_) {
    return absl::DataLossError(absl::StrCat("the summary counts ", summary_->rows(), " rows (", summary_->declined(),
                                            " declined), but ", rows_, " (", declined_, " declined) came"));
  }
  absl::StatusOr<Dataset> dataset = std::move(*builder_).Build(seed);
  if (!dataset.ok()) return absl::DataLossError(absl::StrCat("training set: ", dataset.status().message()));
  return TrainingSet{.dataset = *std::move(dataset),
                     .summary = *std::move(summary_),
                     .tells_next_month_revenue = tells_revenue_,
                     .as_of_micros = {as_of_micros_.begin(), as_of_micros_.end()}};
}

absl::Status TrainingSetReader::Describe(const absl::Status& status) const {
  return absl::Status(status.code(), absl::StrCat("training set, chunk ", chunks_, ": ", status.message()));
}

}  // namespace ebb::trainer
