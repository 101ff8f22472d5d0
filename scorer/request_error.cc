#include "scorer/request_error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace ebb::scorer {
namespace {

constexpr char kField[] = "ebb.scorer/field";
constexpr char kReason[] = "ebb.scorer/reason";

std::string PayloadOf(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

absl::Status InvalidField(absl::string_view field, absl::string_view rule) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(field, " ", rule));
  status.SetPayload(kField, absl::Cord(field));
  return status;
}

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  status.SetPayload(kReason, absl::Cord(reason));
  return status;
}

std::string FieldOf(const absl::Status& status) { return PayloadOf(status, kField); }
std::string ReasonOf(const absl::Status& status) { return PayloadOf(status, kReason); }

}  // namespace ebb::scorer
