#include "feature_store/stored_record.h"

#include "absl/strings/str_cat.h"

namespace ebb::feature_store {

std::string EncodeRecord(const google::protobuf::MessageLite& message) {
  std::string bytes = {kRecordVersion, static_cast<char>(RecordCodec::kPlain)};
  message.AppendToString(&bytes);
  return bytes;
}

absl::Status DecodeRecord(absl::string_view bytes, absl::string_view what, google::protobuf::MessageLite* message) {
  if (bytes.size() < 2) return absl::DataLossError(absl::StrCat(what, " has only ", bytes.size(), " bytes"));
  if (bytes[0] != kRecordVersion || bytes[1] != static_cast<char>(RecordCodec::kPlain)) {
    return absl::FailedPreconditionError(absl::StrCat(what, " has version ", static_cast<int>(bytes[0]), " and codec ",
                                                      static_cast<int>(bytes[1]), "; this binary reads version ",
                                                      static_cast<int>(kRecordVersion), ", codec 0: use a newer one"));
  }
  if (!message->ParseFromArray(bytes.data() + 2, static_cast<int>(bytes.size() - 2))) {
    return absl::DataLossError(
        absl::StrCat(what, " cannot be read: ", bytes.size(), " bytes that are not its message"));
  }
  return absl::OkStatus();
}

bool MessageOf(absl::string_view record, absl::string_view* message) {
  if (record.size() < 2 || record[0] != kRecordVersion || record[1] != static_cast<char>(RecordCodec::kPlain)) {
    return false;
  }
  *message = record.substr(2);
  return true;
}

}  // namespace ebb::feature_store
