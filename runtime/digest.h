// SHA-256, plain and keyed. OpenSSL stays in digest.cc.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

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

// HMAC-SHA256 under a secret, cut to its first 16 bytes. Who has not the secret cannot go from an identifier to its
// pseudonym; equal identifiers under equal secrets give equal pseudonyms. Thread-safe.
class Pseudonymizer {
 public:
  // `secret` is copied; it should be 32 random bytes (see RandomBytes).
  explicit Pseudonymizer(absl::string_view secret);
  ~Pseudonymizer();
  Pseudonymizer(Pseudonymizer&&) noexcept;
  Pseudonymizer& operator=(Pseudonymizer&&) noexcept;

  Pseudonym Of(absl::string_view identifier) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// From the system's generator; never fails once the system has booted.
std::string RandomBytes(size_t count);

}  // namespace ebb
