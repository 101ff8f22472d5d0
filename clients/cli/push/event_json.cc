#include "clients/cli/push/event_json.h"

#include "absl/strings/str_cat.h"
#include "clients/cli/strict_json.h"
#include "google/protobuf/util/json_util.h"

namespace ebb {

absl::StatusOr<v1::Event> ParseEventJson(std::string_view text) {
  if (absl::Status status = CheckStrictJson(text, *v1::Event::descriptor()); !status.ok()) return status;
  v1::Event event;
  const auto parsed = google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &event);
  if (!parsed.ok()) return absl::InvalidArgumentError(std::string(parsed.message()));
  return event;
}

std::string FormatEventJson(const v1::Event& event) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(event, &json, options).ok()) return "null";
  return json;
}

}  // namespace ebb
