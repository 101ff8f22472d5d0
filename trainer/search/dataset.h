#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"

namespace ebb::trainer {

// The training table, by columns, in canonical order. Immutable: threads may share one.
// It holds no identifier: rows are ordered by a keyed hash of who and when, and from then on only the place in that
// order is known, and as of when a row is, which decides what is held out and is no input.
class Dataset {
 public:
  struct CategoryColumn {
    std::vector<std::string> values;  // sorted by bytes
    std::vector<int32_t> codes;       // one a row, index into values; -1: missing
  };

  const FeatureSchema& schema() const { return schema_; }
  size_t rows() const { return labels_.size(); }
  size_t positives() const;
  const std::vector<double>& Numbers(size_t feature) const { return numbers_[feature]; }  // NaN: missing
  const CategoryColumn& Categories(size_t feature) const { return categories_[feature]; }
  const std::vector<uint8_t>& labels() const { return labels_; }  // 1: positive (declined)
  // Of the calendar month after as-of, in the currency's unit, by row; NaN: not known. It is no feature.
  const std::vector<double>& next_month_revenue() const { return next_month_revenue_; }
  const std::vector<uint32_t>& groups() const { return groups_; }  // equal for the rows of one customer
  const std::vector<int64_t>& as_of_micros() const { return as_of_micros_; }

  FeatureVector Row(size_t row) const;
  Dataset Select(std::span<const uint32_t> rows) const;  // in the order given
  // The same rows in the same order without some features; unknown names are nothing. What is an input and for the
  // segments stays for the segments alone.
  Dataset Without(const std::set<std::string>& features) const;
  // The same table with a feature of the schema an input, whatever else it is for.
  Dataset WithInput(const std::string& feature) const;

  // SHA-256 of the table as 64 hex digits: equal for equal rows and seed, whatever the order they were added in. Times
  // are in it by the order that they give.
  std::string Digest() const;

 private:
  friend class DatasetBuilder;

  FeatureSchema schema_;
  std::vector<std::vector<double>> numbers_;  // by feature; empty for categories
  std::vector<CategoryColumn> categories_;    // by feature; empty for numbers
  std::vector<uint8_t> labels_;
  std::vector<double> next_month_revenue_;
  std::vector<uint32_t> groups_;
  std::vector<int64_t> as_of_micros_;
};

// 0 … rows - 1.
std::vector<uint32_t> AllRows(const Dataset& dataset);

// So many of these rows, evenly spaced: along the canonical order as good as drawn at random. All where they are fewer.
std::vector<uint32_t> SampleOf(std::span<const uint32_t> rows, size_t most);

// Collects rows in any order and puts them into the canonical one. Not for several threads at once.
class DatasetBuilder {
 public:
  explicit DatasetBuilder(FeatureSchema schema) : schema_(std::move(schema)) {}

  // INVALID_ARGUMENT when the vector does not have the schema's length or a number is infinite. `next_month_revenue`:
  // NaN where it is not known.
  absl::Status AddRow(std::string_view customer_id, int64_t as_of_micros, FeatureVector vector, bool declined,
                      double next_month_revenue = std::numeric_limits<double>::quiet_NaN());

  // INVALID_ARGUMENT when a customer stands twice with the same as-of.
  absl::StatusOr<Dataset> Build(uint64_t seed) &&;

 private:
  struct PendingRow {
    std::string customer_id;
    int64_t as_of_micros = 0;
    FeatureVector vector;
    bool declined = false;
    double next_month_revenue = 0;
  };

  FeatureSchema schema_;
  std::vector<PendingRow> pending_;
};

}  // namespace ebb::trainer
