// Refuses what protobuf's JSON parser silently takes.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"

namespace ebb {

// Checks that the text is one JSON object by RFC 8259 (no single quotes, trailing commas, comments, NaN; valid UTF-8),
// nested at most 32 deep, that no key is repeated (`customer_id` and `customerId` are the same key), and that every key
// is a field of the message. INVALID_ARGUMENT names the column (in characters, from 1) and what is wrong; an unknown
// field also the nearest known one.
absl::Status CheckStrictJson(std::string_view text, const google::protobuf::Descriptor& message);

}  // namespace ebb
