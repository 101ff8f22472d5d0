#include "runtime/digest.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

template <size_t N>
std::string Hex(const std::array<uint8_t, N>& bytes) {
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

// FIPS 180-2, appendix B.
TEST(Sha256Test, MatchesPublishedVectors) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PiecesGiveTheDigestOfTheWhole) {
  Sha256Stream stream;
  for (const char* piece : {"", "a", "bc", ""}) stream.Add(piece);
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
}

// RFC 4231, test cases 1, 2 and 6, cut to 16 bytes.
TEST(PseudonymizerTest, IsHmacSha256) {
  EXPECT_EQ(Hex(Pseudonymizer(std::string(20, '\x0b')).Of("Hi There")), "b0344c61d8db38535ca8afceaf0bf12b");
  EXPECT_EQ(Hex(Pseudonymizer("Jefe").Of("what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c7");
  EXPECT_EQ(Hex(Pseudonymizer(std::string(131, '\xaa')).Of("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f");
}

TEST(PseudonymizerTest, DependsOnSecretAndIdentifierOnly) {
  const Pseudonymizer one("one"), again("one"), other("other");
  EXPECT_EQ(one.Of("x"), again.Of("x"));
  EXPECT_EQ(one.Of("x"), one.Of("x")) << "a use leaves no trace";
  EXPECT_NE(one.Of("x"), one.Of("y"));
  EXPECT_NE(one.Of("x"), other.Of("x"));
  EXPECT_NE(Hex(one.Of("")), std::string(32, '0'));
  EXPECT_NE(one.Of(""), Pseudonymizer("").Of(""));
}

TEST(RandomBytesTest, AreAsManyAsAskedAndNeverTheSame) {
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(1000).size(), 1000);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

}  // namespace
}  // namespace ebb
