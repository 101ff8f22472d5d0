// Where a reader of a stream stopped, as opaque bytes it can hand back after a reconnect or a restart of either side.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ebb {

// A sequence means something only within its source: `source_id` is the random id of the data folder that counted it.
struct ResumeToken {
  uint64_t source_id = 0;
  uint64_t sequence = 0;

  // The bytes for the wire; their grammar stands in resume_token.cc.
  std::string Encode() const;
  // Base64url without padding, for command lines and JSON.
  std::string EncodeText() const;

  // Messages begin after the field's name ("is not a token of Ebb: ..."), which only the caller knows.
  // INVALID_ARGUMENT: not a token (also cut off, or a byte changed); FAILED_PRECONDITION: written by a newer version.
  static absl::StatusOr<ResumeToken> Decode(absl::string_view bytes);
  static absl::StatusOr<ResumeToken> DecodeText(absl::string_view text);

  friend bool operator==(const ResumeToken&, const ResumeToken&) = default;
};

}  // namespace ebb
