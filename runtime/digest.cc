#include "runtime/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "runtime/log.h"

namespace ebb {
namespace {

// OpenSSL's digests fail only when memory is gone or the installation is broken: nothing a caller could handle.
void Check(bool succeeded) {
  if (succeeded) return;
  Log(Level::kError, "digest", "OpenSSL cannot compute SHA-256: check the installed libcrypto");
  std::abort();
}

// Fetching by name costs more than digesting an identifier: done once.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Check(algorithm != nullptr);
  return algorithm;
}

EVP_MAC* HmacAlgorithm() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Check(algorithm != nullptr);
  return algorithm;
}

struct FreeMdContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeMacContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

}  // namespace

struct Sha256Stream::State {
  std::unique_ptr<EVP_MD_CTX, FreeMdContext> context{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  Check(state_->context != nullptr && EVP_DigestInit_ex2(state_->context.get(), Sha256Algorithm(), nullptr) == 1);
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Add(absl::string_view bytes) {
  Check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256Stream::Finish() {
  Sha256Digest digest;
  Check(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) == 1);
  return digest;
}

// A context costs as much as digesting some hundred bytes: each thread keeps one.
Sha256Digest Sha256(absl::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeMdContext> context(EVP_MD_CTX_new());
  Sha256Digest digest;
  Check(context != nullptr && EVP_DigestInit_ex2(context.get(), Sha256Algorithm(), nullptr) == 1 &&
        EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
        EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

std::string Sha256Hex(absl::string_view bytes) {
  const Sha256Digest digest = Sha256(bytes);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

Pseudonymizer::Pseudonymizer(absl::string_view secret) {
  const Sha256Digest digest = Sha256(secret);
  key_ = SipHash::Key::Of({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Pseudonym Pseudonymizer::Of(absl::string_view identifier) const {
  SipHash hash(key_);
  hash.AddLast(identifier);
  const auto [first, second] = hash.Finish();
  Pseudonym pseudonym;
  std::memcpy(pseudonym.data(), &first, sizeof(first));
  std::memcpy(pseudonym.data() + sizeof(first), &second, sizeof(second));
  return pseudonym;
}

// The context after its key was absorbed; each message starts from a copy.
struct TruncatedHmac::State {
  std::unique_ptr<EVP_MAC_CTX, FreeMacContext> keyed{EVP_MAC_CTX_new(HmacAlgorithm())};
};

TruncatedHmac::TruncatedHmac(absl::string_view key) : state_(std::make_unique<State>()) {
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                   OSSL_PARAM_construct_end()};
  // OpenSSL takes a null key for "no key": an empty key still has an address.
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
  Check(state_->keyed != nullptr && EVP_MAC_init(state_->keyed.get(), bytes, key.size(), parameters) == 1);
}

TruncatedHmac::~TruncatedHmac() = default;
TruncatedHmac::TruncatedHmac(TruncatedHmac&&) noexcept = default;
TruncatedHmac& TruncatedHmac::operator=(TruncatedHmac&&) noexcept = default;

Pseudonym TruncatedHmac::Of(absl::string_view message) const {
  const std::unique_ptr<EVP_MAC_CTX, FreeMacContext> context(EVP_MAC_CTX_dup(state_->keyed.get()));
  unsigned char mac[32];
  size_t size = 0;
  Check(context != nullptr &&
        EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1 &&
        EVP_MAC_final(context.get(), mac, &size, sizeof mac) == 1);
  Pseudonym pseudonym;
  std::copy_n(mac, pseudonym.size(), pseudonym.begin());
  return pseudonym;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t filled = 0; filled < count;) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    if (got > 0) filled += static_cast<size_t>(got);
    if (got < 0 && errno != EINTR) std::abort();
  }
  return bytes;
}

}  // namespace ebb
