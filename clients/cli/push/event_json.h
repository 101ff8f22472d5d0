// Events as protobuf JSON.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "ebb/v1/event.pb.h"

namespace ebb {

// One event. INVALID_ARGUMENT says where and what is wrong with the text; whether the event makes sense is the store's
// to say.
absl::StatusOr<v1::Event> ParseEventJson(std::string_view text);

// On one line, with the names of the proto.
std::string FormatEventJson(const v1::Event& event);

}  // namespace ebb
