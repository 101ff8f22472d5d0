#include "trainer/testing/synthetic_training_set.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "absl/strings/str_cat.h"

namespace ebb::trainer::testing {
namespace {

template <typename T>
void AppendBytes(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string Bits(const std::vector<bool>& values) {
  std::string bits((values.size() + 7) / 8, '\0');
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i]) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << (i % 8));
  }
  return bits;
}

v1::ColumnBuffers Column(const std::string& name, v1::ColumnBuffers::Type type, const std::vector<bool>& valid) {
  v1::ColumnBuffers column;
  column.set_name(name);
  column.set_type(type);
  const auto nulls = std::count(valid.begin(), valid.end(), false);
  column.set_null_count(nulls);
  if (nulls > 0) column.set_validity(Bits(valid));
  return column;
}

void AddFeature(v1::FeatureSchema* schema, const std::string& name, v1::FeatureKind kind, v1::FeatureRole role) {
  v1::FeatureSpec* feature = schema->add_features();
  feature->set_name(name);
  feature->set_kind(kind);
  feature->set_role(role);
  feature->set_group(v1::PURCHASE);
}

v1::FeatureSchema Schema() {
  v1::FeatureSchema schema;
  AddFeature(&schema, "minutes", v1::NUMBER, v1::INPUT);
  AddFeature(&schema, "noise", v1::NUMBER, v1::INPUT);
  AddFeature(&schema, "tier", v1::CATEGORY, v1::INPUT);
  AddFeature(&schema, "profit", v1::NUMBER, v1::SEGMENT);
  schema.set_fingerprint("synthetic-1");
  return schema;
}

struct Rows {
  std::vector<std::string> customers;
  std::vector<int64_t> as_of;
  std::vector<bool> declined;
  std::vector<double> minutes, noise, profit;
  std::vector<std::string> tier;
};

// Uniform in [0, 1), the same on every machine.
double Uniform(std::mt19937_64* random) { return static_cast<double>((*random)() >> 11) / 9007199254740992.0; }

Rows Draw(int count, double shift, int64_t as_of_micros, std::mt19937_64* random, int first_customer,
          int64_t* declined) {
  Rows rows;
  for (int i = 0; i < count; ++i) {
    const bool lost = Uniform(random) < 1.0 / 3;
    rows.customers.push_back(absl::StrCat("customer-", first_customer + i));
    rows.as_of.push_back(as_of_micros);
    rows.declined.push_back(lost);
    rows.minutes.push_back(shift + 10 * Uniform(random) + (lost ? 0 : 6));
    rows.noise.push_back(Uniform(random) < 0.1 ? std::nan("") : shift + Uniform(random));
    rows.tier.push_back(Uniform(random) < 0.7 ? "standard" : "premium");
    rows.profit.push_back(1000 * Uniform(random));
    *declined += lost;
  }
  return rows;
}

void AddColumns(const Rows& rows, v1::ReadTrainingSetResponse* chunk) {
  chunk->set_rows(static_cast<int64_t>(rows.customers.size()));
  *chunk->add_columns() = TextColumn("customer_id", rows.customers);
  *chunk->add_columns() = TimeColumn("as_of", rows.as_of);
  *chunk->add_columns() = BitColumn("declined", rows.declined);
  *chunk->add_columns() = NumberColumn("minutes", rows.minutes);
  *chunk->add_columns() = NumberColumn("noise", rows.noise);
  *chunk->add_columns() = TextColumn("tier", rows.tier);
  *chunk->add_columns() = NumberColumn("profit", rows.profit);
}

}  // namespace

v1::ColumnBuffers NumberColumn(const std::string& name, const std::vector<double>& values) {
  std::vector<bool> valid;
  for (double value : values) valid.push_back(!std::isnan(value));
  v1::ColumnBuffers column = Column(name, v1::ColumnBuffers::FLOAT64, valid);
  for (double value : values) AppendBytes(value, column.mutable_data());
  return column;
}

v1::ColumnBuffers TextColumn(const std::string& name, const std::vector<std::string>& values) {
  std::vector<bool> valid;
  for (const std::string& value : values) valid.push_back(!value.empty());
  v1::ColumnBuffers column = Column(name, v1::ColumnBuffers::UTF8, valid);
  AppendBytes<int32_t>(0, column.mutable_offsets());
  for (const std::string& value : values) {
    *column.mutable_data() += value;
    AppendBytes(static_cast<int32_t>(column.data().size()), column.mutable_offsets());
  }
  return column;
}

v1::ColumnBuffers TimeColumn(const std::string& name, const std::vector<int64_t>& micros) {
  v1::ColumnBuffers column = Column(name, v1::ColumnBuffers::TIMESTAMP_MICROS, {});
  for (int64_t value : micros) AppendBytes(value, column.mutable_data());
  return column;
}

v1::ColumnBuffers BitColumn(const std::string& name, const std::vector<bool>& values) {
  v1::ColumnBuffers column = Column(name, v1::ColumnBuffers::BOOL, {});
  column.set_data(Bits(values));
  return column;
}

std::vector<v1::ReadTrainingSetResponse> SyntheticTrainingSet(int rows, int chunk_rows, double shift,
                                                              int64_t as_of_micros) {
  std::mt19937_64 random(7);
  std::vector<v1::ReadTrainingSetResponse> chunks(1);
  *chunks.front().mutable_schema() = Schema();
  int64_t declined = 0;
  for (int first = 0; first < rows; first += chunk_rows) {
    if (first > 0) chunks.emplace_back();
    AddColumns(Draw(std::min(chunk_rows, rows - first), shift, as_of_micros, &random, first, &declined),
               &chunks.back());
  }
  v1::TrainingSetSummary* summary = chunks.back().mutable_summary();
  summary->set_rows(rows);
  summary->set_declined(declined);
  summary->set_content_digest(absl::StrCat("synthetic-", rows, "-", shift));
  return chunks;
}

void AddNextMonthRevenue(const std::function<bool(int row)>& known, std::vector<v1::ReadTrainingSetResponse>* chunks) {
  constexpr int kPlace = 3;  // behind `declined`, where `minutes` stands
  int row = 0;
  for (v1::ReadTrainingSetResponse& chunk : *chunks) {
    if (chunk.columns().empty()) continue;
    std::vector<double> revenue(static_cast<size_t>(chunk.rows()));
    std::memcpy(revenue.data(), chunk.columns(kPlace).data().data(), revenue.size() * sizeof(double));
    for (double& value : revenue) value = known(row++) ? 100 * value : std::nan("");
    *chunk.add_columns() = NumberColumn("next_month_revenue", revenue);
    for (int i = chunk.columns_size() - 1; i > kPlace; --i) chunk.mutable_columns()->SwapElements(i, i - 1);
  }
}

}  // namespace ebb::trainer::testing
