#include "clients/cli/generate/event_lines.h"

#include <google/protobuf/util/json_util.h>

#include <ostream>
#include <string>

namespace ebb::generate {

absl::Status WriteEventLine(const v1::Event& event, std::ostream& out) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string line;
  const auto made = google::protobuf::util::MessageToJsonString(event, &line, options);
  if (!made.ok()) return absl::InternalError(made.ToString());
  line += '\n';
  if (!out.write(line.data(), static_cast<std::streamsize>(line.size()))) {
    return absl::DataLossError("cannot write the events: is the disk full?");
  }
  return absl::OkStatus();
}

}  // namespace ebb::generate
