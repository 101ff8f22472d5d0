#include "scorer/open_inference/input_batch.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"
#include "scorer/open_inference/input_tensor.h"

namespace ebb::scorer {
namespace {

// Contents are raw for all inputs or typed for all.
absl::Status CheckContents(const inference::ModelInferRequest& request) {
  if (request.inputs().empty()) {
    return InvalidField("inputs", "is empty: send at least one input, which says how many rows there are");
  }
  const int raw = request.raw_input_contents_size();
  for (int i = 0; i < request.inputs_size(); ++i) {
    const auto& input = request.inputs(i);
    if (input.parameters().contains("shared_memory_region")) {
      return InvalidField(absl::StrCat("inputs[", i, "].parameters"),
                          "has shared_memory_region, which is not served: send the contents");
    }
    if (raw != 0 && input.has_contents()) {
      return InvalidField(absl::StrCat("inputs[", i, "].contents"),
                          "stands beside raw_input_contents: send raw or typed contents, not both");
    }
  }
  if (raw != 0 && raw != request.inputs_size()) {
    return InvalidField("raw_input_contents", absl::StrCat("has ", raw, " entries beside ", request.inputs_size(),
                                                           " inputs: send one for each input, or none and typed "
                                                           "contents in each"));
  }
  return absl::OkStatus();
}

// Where the model has an input of this name.
absl::StatusOr<size_t> PlaceOf(const InputTensor& input, const FeatureSchema& schema) {
  const std::string& name = input.tensor.name();
  const std::optional<size_t> place = schema.IndexOf(name);
  if (place.has_value() && IsInput(schema[*place].role)) return *place;
  return InvalidField(absl::StrCat(input.field, ".name"),
                      absl::StrCat("is \"", name, "\", no input of the model: ModelMetadata lists them"));
}

template <typename T>
absl::Status MoveTo(std::vector<T>* values, absl::StatusOr<std::vector<T>> read) {
  if (read.ok()) *values = *std::move(read);
  return read.status();
}

}  // namespace

absl::StatusOr<InputBatch> InputBatch::Read(const inference::ModelInferRequest& request, const FeatureSchema& schema) {
  if (absl::Status status = CheckContents(request); !status.ok()) return status;
  InputBatch batch;
  std::vector<bool> given(schema.size());
  for (int i = 0; i < request.inputs_size(); ++i) {
    const InputTensor input{.tensor = request.inputs(i),
                            .raw = request.raw_input_contents().empty() ? nullptr : &request.raw_input_contents(i),
                            .field = absl::StrCat("inputs[", i, "]")};
    const absl::StatusOr<size_t> place = PlaceOf(input, schema);
    if (!place.ok()) return place.status();
    if (given[*place]) {
      return InvalidField(absl::StrCat(input.field, ".name"),
                          absl::StrCat("is \"", input.tensor.name(), "\" a second time"));
    }
    given[*place] = true;

    const absl::StatusOr<size_t> rows = RowsOf(input, kMostRows);
    if (!rows.ok()) return rows.status();
    if (i == 0) batch.rows_ = *rows;
    if (*rows != batch.rows_) {
      return InvalidField(absl::StrCat(input.field, ".shape"),
                          absl::StrCat("has ", *rows, " rows, inputs[0] has ", batch.rows_));
    }

    Column column{.feature = *place, .numbers = {}, .categories = {}};
    const bool is_number = schema[*place].kind == FeatureKind::kNumber;
    const absl::Status read = is_number ? MoveTo(&column.numbers, ReadNumbers(input, *rows))
                                        : MoveTo(&column.categories, ReadCategories(input, *rows));
    if (!read.ok()) return read;
    batch.columns_.push_back(std::move(column));
  }
  return batch;
}

void InputBatch::Fill(size_t first, std::span<FeatureVector> vectors) const {
  for (const Column& column : columns_) {
    for (size_t i = 0; i < vectors.size(); ++i) {
      FeatureValue& value = vectors[i][column.feature];
      if (!column.numbers.empty()) value.number = column.numbers[first + i];
      if (!column.categories.empty()) value.category.assign(column.categories[first + i]);
    }
  }
}

}  // namespace ebb::scorer
