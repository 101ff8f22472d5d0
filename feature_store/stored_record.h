// How a record is stored: a version byte, a codec byte, a protobuf of ebb/storage/v1/feature_store.proto.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace ebb::feature_store {

inline constexpr char kRecordVersion = 1;
enum class RecordCodec : char { kPlain = 0 };  // frozen; a compressed form gets the next number

std::string EncodeRecord(const google::protobuf::MessageLite& message);
// DATA_LOSS when the bytes are cut off or not such a message, FAILED_PRECONDITION when a newer version wrote them.
// `what` names the record in the message.
absl::Status DecodeRecord(absl::string_view bytes, absl::string_view what, google::protobuf::MessageLite* message);

// The message's bytes; false when the record is none of this version.
bool MessageOf(absl::string_view record, absl::string_view* message);

}  // namespace ebb::feature_store
