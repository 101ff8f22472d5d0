#include "feature_store/training_chunk.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "feature_store/event_limits.h"
#include "feature_store/event_time.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kArenaBytes = 256 << 10;  // holds the events of most customers
constexpr size_t kLabelColumns = 3;        // customer_id, as_of, declined

static_assert(std::endian::native == std::endian::little, "digests are over little-endian numbers");

google::protobuf::ArenaOptions StartingWith(char* block) {
  google::protobuf::ArenaOptions options;
  options.initial_block = block;
  options.initial_block_size = kArenaBytes;
  return options;
}

std::vector<ColumnBuilder> ColumnsFor(const v1::FeatureSchema& schema, bool with_revenue) {
  std::vector<ColumnBuilder> columns;
  columns.emplace_back("customer_id", v1::ColumnBuffers::UTF8);
  columns.emplace_back("as_of", v1::ColumnBuffers::TIMESTAMP_MICROS);
  columns.emplace_back("declined", v1::ColumnBuffers::BOOL);
  if (with_revenue) columns.emplace_back("next_month_revenue", v1::ColumnBuffers::FLOAT64);
  for (const v1::FeatureSpec& feature : schema.features()) {
    columns.emplace_back(feature.name(),
                         feature.kind() == v1::CATEGORY ? v1::ColumnBuffers::UTF8 : v1::ColumnBuffers::FLOAT64);
  }
  return columns;
}

// Bytes of a row without its texts.
size_t FixedRowBytes(const CompiledDeclarations& declarations, bool with_revenue) {
  constexpr size_t kOffset = sizeof(int32_t), kBitsAtMost = 2;  // of validity and of a boolean, rounded up
  size_t bytes = kOffset + sizeof(int64_t) + kLabelColumns * kBitsAtMost;
  if (with_revenue) bytes += sizeof(double) + 1;
  for (const CompiledFeature& feature : declarations.features()) {
    bytes += (feature.kind == v1::CATEGORY ? kOffset : sizeof(double)) + 1;
  }
  return bytes;
}

// From minor units to the currency's.
Scale MoneyScaleOf(const CompiledDeclarations& declarations) {
  constexpr int kDefaultDecimals = 2;
  const v1::FeatureDeclarations::Shop& shop = declarations.source().shop();
  double minor_units = 1;
  for (int i = shop.has_money_scale() ? shop.money_scale() : kDefaultDecimals; i > 0; --i) minor_units *= 10;
  return *Scale::FromFactor(1 / minor_units);
}

template <typename Number>
void AppendNumber(Number value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

size_t MostCustomerBytes(const CompiledDeclarations& declarations, size_t dates, bool with_revenue) {
  const auto categories = std::count_if(declarations.features().begin(), declarations.features().end(),
                                        [](const CompiledFeature& feature) { return feature.kind == v1::CATEGORY; });
  return dates * (FixedRowBytes(declarations, with_revenue) + kLongestCustomerId +
                  static_cast<size_t>(categories) * kLongestText);
}

void TrainingCounts::Add(const TrainingCounts& other) {
  rows += other.rows;
  declined += other.declined;
  for (const auto& [reason, count] : other.exclusions) exclusions[reason] += count;
}

TrainingChunkBuilder::TrainingChunkBuilder(const CompiledDeclarations* declarations, const LabelRule& rule,
                                           std::span<const LabelDate> dates, const Knowledge& knowledge,
                                           bool with_revenue)
    : declarations_(declarations),
      with_revenue_(with_revenue),
      first_feature_(kLabelColumns + (with_revenue ? 1 : 0)),
      money_(MoneyScaleOf(*declarations)),
      rows_(declarations, rule, dates, knowledge, with_revenue),
      columns_(ColumnsFor(declarations->schema(), with_revenue)),
      coverage_(declarations),
      fixed_row_bytes_(FixedRowBytes(*declarations, with_revenue)),
      most_customer_bytes_(MostCustomerBytes(*declarations, dates.size(), with_revenue)),
      arena_block_(std::make_unique<char[]>(kArenaBytes)),
      arena_(StartingWith(arena_block_.get())) {}

absl::StatusOr<std::vector<TrainingChunk>> TrainingChunkBuilder::Build(const CustomerBlock& block) {
  std::vector<TrainingChunk> chunks;
  const size_t customers = block.customers().size();
  for (size_t i = 0; i < customers; ++i) {
    if (chunk_bytes_ > 0 && chunk_bytes_ + most_customer_bytes_ > kMostChunkBytes) {
      chunks.push_back(Finish(block.customers()[i - 1].pseudonym));
    }
    if (absl::Status added = AddCustomer(block, i); !added.ok()) return added;
  }
  if (customers > 0) chunks.push_back(Finish(block.customers().back().pseudonym));
  return chunks;
}

absl::Status TrainingChunkBuilder::AddCustomer(const CustomerBlock& block, size_t customer) {
  if (absl::Status read = block.ReadEvents(customer, &arena_, &events_); !read.ok()) return read;
  const std::string& customer_id = block.customers()[customer].customer_id;
  rows_kept_ = 0;
  rows_.Build(events_, [&](const LabelDate& date, const Label& label, const FeatureValues* values) {
    if (const auto* exclusion = std::get_if<Exclusion>(&label)) {
      Exclude(exclusion->reason);
    } else {
      KeepRow(date, std::get<bool>(label), *values);
    }
  });
  for (const HistoryEvent& event : rows_.events()) coverage_.Note(*event.view);
  if (rows_kept_ == 0) return absl::OkStatus();
  customer_digests_.push_back(DigestRows(customer_id));
  AddRows(customer_id);
  return absl::OkStatus();
}

void TrainingChunkBuilder::Exclude(std::string_view reason) {
  const auto known = counts_.exclusions.find(reason);
  if (known != counts_.exclusions.end()) {
    ++known->second;
  } else {
    counts_.exclusions.emplace(reason, 1);
  }
}

void TrainingChunkBuilder::KeepRow(const LabelDate& date, bool declined, const FeatureValues& values) {
  if (rows_kept_ == kept_.size()) kept_.emplace_back();
  Row& row = kept_[rows_kept_++];
  row.as_of_us = date.as_of_us;
  row.declined = declined;
  const std::optional<int64_t> minor = rows_.RevenueAfter(date);
  row.revenue = minor ? std::optional(money_.Apply(*minor)) : std::nullopt;
  row.values = values;
}

// Name, then of each row T, label, revenue where asked, and values.
Sha256Digest TrainingChunkBuilder::DigestRows(const std::string& customer_id) {
  row_bytes_.clear();
  AppendNumber(static_cast<uint32_t>(customer_id.size()), &row_bytes_);
  row_bytes_ += customer_id;
  for (const Row& row : std::span(kept_).first(rows_kept_)) {
    AppendNumber(row.as_of_us, &row_bytes_);
    row_bytes_.push_back(row.declined ? 1 : 0);
    if (with_revenue_) {
      row_bytes_.push_back(row.revenue ? 1 : 0);
      AppendNumber(row.revenue.value_or(0), &row_bytes_);
    }
    row.values.AppendContent(&row_bytes_);
  }
  return Sha256(row_bytes_);
}

// Column by column: each is in the caches for all rows of the customer.
void TrainingChunkBuilder::AddRows(const std::string& customer_id) {
  const auto rows = std::span(kept_).first(rows_kept_);
  for (const Row& row : rows) {
    columns_[0].AppendUtf8(customer_id);
    columns_[1].AppendTimestamp(row.as_of_us);
    columns_[2].AppendBool(row.declined);
    counts_.declined += row.declined;
  }
  counts_.rows += static_cast<int64_t>(rows.size());
  chunk_bytes_ += rows.size() * (fixed_row_bytes_ + customer_id.size());
  if (with_revenue_) AddRevenue(rows);
  for (size_t i = 0; i + first_feature_ < columns_.size(); ++i) {
    ColumnBuilder& column = columns_[first_feature_ + i];
    const bool category = column.type() == v1::ColumnBuffers::UTF8;
    for (const Row& row : rows) {
      if (row.values.missing(i)) {
        column.AppendNull();
      } else if (category) {
        const std::string_view text = row.values.category(i);
        column.AppendUtf8({text.data(), text.size()});
        chunk_bytes_ += text.size();
      } else {
        column.AppendFloat64(row.values.number(i));
      }
    }
  }
}

void TrainingChunkBuilder::AddRevenue(std::span<const Row> rows) {
  for (const Row& row : rows) {
    if (row.revenue) {
      columns_[kLabelColumns].AppendFloat64(*row.revenue);
    } else {
      columns_[kLabelColumns].AppendNull();
    }
  }
}

TrainingChunk TrainingChunkBuilder::Finish(const Pseudonym& last_customer) {
  TrainingChunk chunk(std::exchange(coverage_, EventCoverage(declarations_)));
  chunk.rows = columns_[0].rows();
  for (ColumnBuilder& column : columns_) chunk.columns.push_back(column.Finish());
  chunk.counts = std::exchange(counts_, {});
  chunk.customer_digests = std::exchange(customer_digests_, {});
  chunk.last_customer = last_customer;
  chunk_bytes_ = 0;
  return chunk;
}

}  // namespace ebb::feature_store
