#include "feature_store/invalid_field.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/violation_list.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

std::string Text(const Violation& violation) {
  return violation.value.empty() ? violation.rule : absl::StrCat("found `", violation.value, "`; ", violation.rule);
}

}  // namespace

absl::Status InvalidField(absl::string_view field, absl::string_view rule) {
  return WithFieldViolation(absl::InvalidArgumentError(absl::StrCat(field, ": ", rule)), field, rule);
}

absl::Status InvalidField(absl::string_view path, const std::vector<Violation>& violations) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(path, violations[0].field, ": ", Text(violations[0])));
  for (const Violation& violation : violations) {
    status = WithFieldViolation(std::move(status), absl::StrCat(path, violation.field), Text(violation));
  }
  return status;
}

absl::StatusOr<absl::Time> ReadTime(absl::string_view field, const google::protobuf::Timestamp& stamp) {
  ViolationList list;
  if (!list.Timestamp(std::string(field), stamp)) return InvalidField("", list.Take());
  return ToTime(stamp);
}

absl::StatusOr<absl::Time> ReadAsOf(absl::string_view field, const google::protobuf::Timestamp& stamp,
                                    absl::Time store_clock) {
  absl::StatusOr<absl::Time> time = ReadTime(field, stamp);
  if (!time.ok() || *time <= store_clock) return time;
  return InvalidField(
      field,
      absl::StrCat("is ", absl::FormatTime(*time, absl::UTCTimeZone()), "; must not be after the store's clock, ",
                   absl::FormatTime(store_clock, absl::UTCTimeZone()), ": what is known then is not settled yet"));
}

}  // namespace ebb::feature_store
