#include "runtime/resume_token.h"

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

constexpr ResumeToken kToken{0x0123456789abcdef, 1742};

// Pins the bytes: tokens outlive the process that made them. The checksum was computed with Python's zlib.crc32.
TEST(ResumeTokenTest, HasTheseBytes) {
  EXPECT_EQ(absl::BytesToHexString(kToken.Encode()), "010123456789abcdef00000000000006cea2795175");
  EXPECT_EQ(kToken.EncodeText(), "AQEjRWeJq83vAAAAAAAABs6ieVF1");
}

TEST(ResumeTokenTest, ComesBackAsItWas) {
  for (const ResumeToken& token : {kToken, ResumeToken{0, 0}, ResumeToken{UINT64_MAX, UINT64_MAX}}) {
    EXPECT_EQ(*ResumeToken::Decode(token.Encode()), token);
    EXPECT_EQ(*ResumeToken::DecodeText(token.EncodeText()), token);
  }
}

TEST(ResumeTokenTest, AnyChangedOrMissingByteIsNoticed) {
  const std::string bytes = kToken.Encode();
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_EQ(ResumeToken::Decode(changed).status().code(), absl::StatusCode::kInvalidArgument) << i << "." << bit;
    }
    EXPECT_EQ(ResumeToken::Decode(bytes.substr(0, i)).status().code(), absl::StatusCode::kInvalidArgument) << i;
  }
  EXPECT_EQ(ResumeToken::Decode(bytes + "x").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ResumeTokenTest, ANewerVersionIsToldFromRubbish) {
  std::string newer;
  ASSERT_TRUE(absl::Base64Unescape("AmxhdGVy1itF/A==", &newer));  // version 2, "later", checksum
  const absl::Status status = ResumeToken::Decode(newer).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), ::testing::StartsWith("has version 2, this server reads up to 1"));
}

TEST(ResumeTokenTest, AnErrorReadsOnAfterTheNameOfAField) {
  EXPECT_EQ(
      ResumeToken::Decode("rubbish").status().message(),
      "is not a token of Ebb: its checksum does not match; hand back the bytes as received, or none to start over");
}

TEST(ResumeTokenTest, TextHasOneSpelling) {
  const std::string text = kToken.EncodeText();
  for (const std::string& wrong : {std::string("hello!"), text + "=", " " + text, text.substr(1), std::string()}) {
    EXPECT_EQ(ResumeToken::DecodeText(wrong).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace ebb
