// Events as `ebb push` reads them: protobuf JSON, one a line.
#pragma once

#include <iosfwd>

#include "absl/status/status.h"
#include "ebb/v1/event.pb.h"

namespace ebb::generate {

// Field names are those of the proto files. DATA_LOSS if the stream takes no more (a full disk, a closed pipe).
absl::Status WriteEventLine(const v1::Event& event, std::ostream& out);

}  // namespace ebb::generate
