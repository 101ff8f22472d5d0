// A model file, all numbers little-endian:
//
//   offset  bytes
//   0       8      "EBBMODEL"
//   8       4      format version, now 2
//   12      8      size of the payload
//   20      32     SHA-256 of bytes 0 to 19 and the payload
//   52      …      payload: ebb.v1.ModelFile, serialised deterministically
//
// These 52 bytes keep their meaning in every version, so an older program can tell a newer file from a damaged one.
#include "model/model_file.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"
#include "model/model_message.h"
#include "runtime/digest.h"

namespace ebb {
namespace {

constexpr std::string_view kMagic = "EBBMODEL";
constexpr uint32_t kVersion = 2;
constexpr size_t kVersionOffset = 8, kSizeOffset = 12, kDigestOffset = 20, kPayloadOffset = 52;

void AppendLittleEndian(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t ReadLittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  return value;
}

std::string Digest(std::string_view head, std::string_view payload) {
  const Sha256Digest digest = Sha256(std::string(head).append(payload));
  return {digest.begin(), digest.end()};
}

}  // namespace

std::string SerializeModelFile(const TrainedModel& model) {
  std::string payload;
  {
    google::protobuf::io::StringOutputStream stream(&payload);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    ToMessage(model).SerializeToCodedStream(&coded);
  }
  std::string bytes(kMagic);
  AppendLittleEndian(bytes, kVersion, 4);
  AppendLittleEndian(bytes, payload.size(), 8);
  bytes += Digest(bytes, payload);
  bytes += payload;
  return bytes;
}

absl::StatusOr<TrainedModel> ParseModelFile(std::string_view bytes) {
  if (bytes.size() < kPayloadOffset) {
    return absl::DataLossError(
        absl::StrCat("the model file is cut off: ", bytes.size(), " bytes, its header alone has ", kPayloadOffset));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError("the model file does not begin with EBBMODEL: it is no model file, or damaged");
  }
  const std::string_view payload = bytes.substr(kPayloadOffset);
  const uint64_t size = ReadLittleEndian(bytes.substr(kSizeOffset, 8));
  if (size != payload.size()) {
    return absl::DataLossError(
        absl::StrCat("the model file announces ", size, " bytes of payload and has ", payload.size()));
  }
  if (Digest(bytes.substr(0, kDigestOffset), payload) != bytes.substr(kDigestOffset, kPayloadOffset - kDigestOffset)) {
    return absl::DataLossError("the model file's SHA-256 does not fit its content: it is damaged; fetch it again");
  }
  const uint64_t version = ReadLittleEndian(bytes.substr(kVersionOffset, 4));
  if (version > kVersion) {
    return absl::FailedPreconditionError(absl::StrCat("the model file has format version ", version,
                                                      ", this program reads up to ", kVersion,
                                                      "; it was written by a newer Ebb: update this one"));
  }
  v1::ModelFile message;
  if (version == 0 || !message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::DataLossError(
        absl::StrCat("the model file's payload is not a ModelFile message of format version ", version));
  }
  return FromMessage(message);
}

}  // namespace ebb
