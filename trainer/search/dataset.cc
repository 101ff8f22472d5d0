#include "trainer/search/dataset.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"

namespace ebb::trainer {
namespace {

void Append(std::string& out, const void* bytes, size_t size) { out.append(static_cast<const char*>(bytes), size); }

template <typename Number>
void Append(std::string& out, Number value) {
  Append(out, &value, sizeof(value));
}

void AppendText(std::string& out, const std::string& text) {
  Append<uint64_t>(out, text.size());
  out += text;
}

void AppendNumbers(std::string& out, const std::vector<double>& numbers) {
  for (double value : numbers) {
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();  // of the many NaNs one
    Append(out, value);
  }
}

Sha256Digest OrderKey(uint64_t seed, const std::string& customer_id, int64_t as_of_micros) {
  std::string text;
  Append(text, seed);
  Append(text, as_of_micros);
  text += customer_id;
  return Sha256(text);
}

}  // namespace

size_t Dataset::positives() const { return std::accumulate(labels_.begin(), labels_.end(), size_t{0}); }

FeatureVector Dataset::Row(size_t row) const {
  FeatureVector vector(schema_.size());
  for (size_t f = 0; f < schema_.size(); ++f) {
    if (schema_[f].kind == FeatureKind::kNumber) {
      vector[f].number = numbers_[f][row];
    } else if (const int32_t code = categories_[f].codes[row]; code >= 0) {
      vector[f].category = categories_[f].values[code];
    }
  }
  return vector;
}

Dataset Dataset::Select(std::span<const uint32_t> rows) const {
  Dataset part;
  part.schema_ = schema_;
  part.numbers_.resize(schema_.size());
  part.categories_.resize(schema_.size());
  for (size_t f = 0; f < schema_.size(); ++f) {
    if (schema_[f].kind == FeatureKind::kNumber) {
      for (const uint32_t row : rows) part.numbers_[f].push_back(numbers_[f][row]);
    } else {
      part.categories_[f].values = categories_[f].values;
      for (const uint32_t row : rows) part.categories_[f].codes.push_back(categories_[f].codes[row]);
    }
  }
  for (const uint32_t row : rows) {
    part.labels_.push_back(labels_[row]);
    part.next_month_revenue_.push_back(next_month_revenue_[row]);
    part.groups_.push_back(groups_[row]);
    part.as_of_micros_.push_back(as_of_micros_[row]);
  }
  return part;
}

Dataset Dataset::Without(const std::set<std::string>& features) const {
  Dataset rest;
  std::vector<FeatureSpec> specs;
  for (size_t f = 0; f < schema_.size(); ++f) {
    FeatureSpec spec = schema_[f];
    if (features.contains(spec.name)) {
      if (spec.role != FeatureRole::kInputAndSegment) continue;
      spec.role = FeatureRole::kSegment;
    }
    specs.push_back(std::move(spec));
    rest.numbers_.push_back(numbers_[f]);
    rest.categories_.push_back(categories_[f]);
  }
  rest.schema_ = FeatureSchema(std::move(specs));
  rest.labels_ = labels_;
  rest.next_month_revenue_ = next_month_revenue_;
  rest.groups_ = groups_;
  rest.as_of_micros_ = as_of_micros_;
  return rest;
}

Dataset Dataset::WithInput(const std::string& feature) const {
  std::vector<FeatureSpec> specs = schema_.specs();
  for (FeatureSpec& spec : specs) {
    if (spec.name == feature && !IsInput(spec.role)) spec.role = FeatureRole::kInputAndSegment;
  }
  Dataset changed = *this;
  changed.schema_ = FeatureSchema(std::move(specs));
  return changed;
}

std::string Dataset::Digest() const {
  std::string text;
  Append(text, schema_.Fingerprint());
  Append<uint64_t>(text, rows());
  for (size_t f = 0; f < schema_.size(); ++f) {
    AppendNumbers(text, numbers_[f]);
    for (const std::string& value : categories_[f].values) AppendText(text, value);
    for (const int32_t code : categories_[f].codes) Append(text, code);
  }
  Append(text, labels_.data(), labels_.size());
  for (const uint32_t group : groups_) Append(text, group);
  if (!std::ranges::all_of(next_month_revenue_, [](double value) { return std::isnan(value); })) {
    AppendNumbers(text, next_month_revenue_);
  }
  return Sha256Hex(text);
}

std::vector<uint32_t> AllRows(const Dataset& dataset) {
  std::vector<uint32_t> rows(dataset.rows());
  std::iota(rows.begin(), rows.end(), uint32_t{0});
  return rows;
}

std::vector<uint32_t> SampleOf(std::span<const uint32_t> rows, size_t most) {
  if (rows.size() <= most) return {rows.begin(), rows.end()};
  std::vector<uint32_t> sample;
  for (size_t i = 0; i < most; ++i) sample.push_back(rows[i * rows.size() / most]);
  return sample;
}

absl::Status DatasetBuilder::AddRow(std::string_view customer_id, int64_t as_of_micros, FeatureVector vector,
                                    bool declined, double next_month_revenue) {
  if (vector.size() != schema_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a training row has ", vector.size(), " features; its schema has ", schema_.size()));
  }
  for (size_t f = 0; f < schema_.size(); ++f) {
    if (schema_[f].kind == FeatureKind::kNumber && std::isinf(vector[f].number)) {
      return absl::InvalidArgumentError(absl::StrCat("a training row has ", schema_[f].name, " = ", vector[f].number,
                                                     "; a number must be finite, or NaN where it is missing"));
    }
  }
  if (std::isinf(next_month_revenue)) {
    return absl::InvalidArgumentError(
        "a training row has an infinite next_month_revenue; it must be finite, or NaN where it is missing");
  }
  pending_.push_back({std::string(customer_id), as_of_micros, std::move(vector), declined, next_month_revenue});
  return absl::OkStatus();
}

absl::StatusOr<Dataset> DatasetBuilder::Build(uint64_t seed) && {
  std::vector<std::pair<Sha256Digest, const PendingRow*>> order;
  order.reserve(pending_.size());
  for (const PendingRow& row : pending_) order.emplace_back(OrderKey(seed, row.customer_id, row.as_of_micros), &row);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i].first == order[i - 1].first) {
      return absl::InvalidArgumentError(absl::StrCat("customer ", order[i].second->customer_id,
                                                     " has two training rows as of ", order[i].second->as_of_micros,
                                                     " us; there must be one a customer and as-of time"));
    }
  }

  Dataset dataset;
  dataset.schema_ = schema_;
  dataset.numbers_.resize(schema_.size());
  dataset.categories_.resize(schema_.size());
  for (size_t f = 0; f < schema_.size(); ++f) {
    if (schema_[f].kind == FeatureKind::kNumber) {
      // -0 is 0: equal values must have equal bytes.
      for (const auto& [key, row] : order) dataset.numbers_[f].push_back(row->vector[f].number + 0.0);
      continue;
    }
    Dataset::CategoryColumn& column = dataset.categories_[f];
    std::map<std::string, int32_t> codes;
    for (const auto& [key, row] : order) codes.emplace(row->vector[f].category, 0);
    codes.erase("");
    for (auto& [value, code] : codes) {
      code = static_cast<int32_t>(column.values.size());
      column.values.push_back(value);
    }
    for (const auto& [key, row] : order) {
      const auto code = codes.find(row->vector[f].category);
      column.codes.push_back(code == codes.end() ? -1 : code->second);
    }
  }
  std::map<std::string_view, uint32_t> groups;
  for (const auto& [key, row] : order) {
    dataset.labels_.push_back(row->declined ? 1 : 0);
    dataset.next_month_revenue_.push_back(row->next_month_revenue + 0.0);
    dataset.groups_.push_back(groups.emplace(row->customer_id, groups.size()).first->second);
    dataset.as_of_micros_.push_back(row->as_of_micros);
  }
  return dataset;
}

}  // namespace ebb::trainer
