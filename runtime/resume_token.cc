// token    := version source sequence checksum         21 bytes
// version  := 1 byte, now 1
// source   := 8 bytes, big-endian
// sequence := 8 bytes, big-endian
// checksum := CRC-32 (IEEE 802.3) of all bytes before it, 4 bytes, big-endian
//
// Every later version must also start with its number and end with this checksum, so that an old binary can tell
// "newer" from "rubbish".
#include "runtime/resume_token.h"

#include <zlib.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ebb {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kTokenBytes = 1 + 8 + 8 + kChecksumBytes;

uint32_t Crc32(absl::string_view bytes) {
  return static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

template <typename T>
void AppendBigEndian(T value, std::string* out) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

template <typename T>
T ReadBigEndian(absl::string_view bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return value;
}

absl::Status NotAToken(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("is not a token of Ebb: ", why, "; hand back the bytes as received, or none to start over"));
}

}  // namespace

std::string ResumeToken::Encode() const {
  std::string bytes(1, static_cast<char>(kVersion));
  AppendBigEndian(source_id, &bytes);
  AppendBigEndian(sequence, &bytes);
  AppendBigEndian(Crc32(bytes), &bytes);
  return bytes;
}

std::string ResumeToken::EncodeText() const { return absl::WebSafeBase64Escape(Encode()); }

absl::StatusOr<ResumeToken> ResumeToken::Decode(absl::string_view bytes) {
  if (bytes.size() <= 1 + kChecksumBytes) {
    return NotAToken(absl::StrCat(bytes.size(), " bytes where ", kTokenBytes, " are expected"));
  }
  const absl::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (ReadBigEndian<uint32_t>(bytes.substr(body.size())) != Crc32(body))
    return NotAToken("its checksum does not match");
  const uint8_t version = static_cast<uint8_t>(bytes[0]);
  if (version > kVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("has version ", version, ", this server reads up to ", kVersion,
                     ": it was written by a newer version; upgrade the server, or start over without a token"));
  }
  if (version != kVersion || bytes.size() != kTokenBytes) {
    return NotAToken(absl::StrCat("version ", version, " with ", bytes.size(), " bytes"));
  }
  return ResumeToken{ReadBigEndian<uint64_t>(bytes.substr(1)), ReadBigEndian<uint64_t>(bytes.substr(9))};
}

absl::StatusOr<ResumeToken> ResumeToken::DecodeText(absl::string_view text) {
  std::string bytes;
  // Abseil skips white space and padding; a token has one spelling only.
  if (!absl::WebSafeBase64Unescape(text, &bytes) || absl::WebSafeBase64Escape(bytes) != text) {
    return NotAToken("it is not base64url");
  }
  return Decode(bytes);
}

}  // namespace ebb
