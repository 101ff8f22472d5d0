// SHA-256, and pseudonyms. OpenSSL stays in digest.cc.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/sip_hash.h"

namespace ebb {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(absl::string_view bytes);
// 64 lower-case hexadecimal digits.
std::string Sha256Hex(absl::string_view bytes);

// Digests what arrives in pieces. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  void Add(absl::string_view bytes);
  // Ends the stream; call once.
  Sha256Digest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A stable, unguessable stand-in for an identifier.
using Pseudonym = std::array<uint8_t, 16>;

// SipHash-2-4 with 128 bits under a secret. Who has not the secret cannot go from an identifier to its pseudonym; equal
// identifiers under equal secrets give equal pseudonyms. About 20 ns each. Thread-safe (immutable).
class Pseudonymizer {
 public:
  // `secret` should be 32 random bytes (see RandomBytes); the key is made of its SHA-256.
  explicit Pseudonymizer(absl::string_view secret);

  Pseudonym Of(absl::string_view identifier) const;

 private:
  SipHash::Key key_;
};

// HMAC-SHA256 cut to its first 16 bytes: the keyed digest for what goes over the wire, because any language has it.
// About a microsecond each. Thread-safe.
class TruncatedHmac {
 public:
  explicit TruncatedHmac(absl::string_view key);
  ~TruncatedHmac();
  TruncatedHmac(TruncatedHmac&&) noexcept;
  TruncatedHmac& operator=(TruncatedHmac&&) noexcept;

  Pseudonym Of(absl::string_view message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// From the system's generator; never fails once the system has booted.
std::string RandomBytes(size_t count);

}  // namespace ebb
