#include "runtime/digest.h"

#include <cstring>

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
// Vectors of the reference implementation: key 00 01 … 0f, inputs of the bytes 0, 1, 2 and so on.
TEST(SipHashTest, EqualsItsReference) {
  std::string key, input;
  for (int i = 0; i < 16; ++i) key.push_back(static_cast<char>(i));
  const auto hash = [&] {
    SipHash sip(SipHash::Key::Of(key));
    sip.AddLast(input);
    const auto [first, second] = sip.Finish();
    std::string bytes(16, '\0');
    std::memcpy(bytes.data(), &first, 8);
    std::memcpy(bytes.data() + 8, &second, 8);
    return absl::BytesToHexString(bytes);
  };
  EXPECT_EQ(hash(), "a3817f04ba25a8e66df67214c7550293");
  input = std::string(1, '\0');
  EXPECT_EQ(hash(), "da87c1d86b99af44347659119b22fc45");
  for (int i = 1; i < 8; ++i) input.push_back(static_cast<char>(i));
  EXPECT_EQ(hash(), "3b62a9ba6258f5610f83e264f31497b4") << "exactly one word";
}

// RFC 4231, test cases 1, 2 and 6, cut to 16 bytes.
TEST(TruncatedHmacTest, IsHmacSha256) {
  EXPECT_EQ(Hex(TruncatedHmac(std::string(20, '\x0b')).Of("Hi There")), "b0344c61d8db38535ca8afceaf0bf12b");
  EXPECT_EQ(Hex(TruncatedHmac("Jefe").Of("what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c7");
  EXPECT_EQ(Hex(TruncatedHmac(std::string(131, '\xaa')).Of("Test Using Larger Than Block-Size Key - Hash Key First")),
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
