// SipHash-2-4 with 128 bits of output: a keyed hash that is a pseudo-random function of short inputs, at some
// nanoseconds each. From its specification (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, and its
// reference code).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/string_view.h"

namespace ebb {

// Hashes what arrives in pieces; the input is the sequence of its 8-byte little-endian words. Not thread-safe.
class SipHash {
 public:
  struct Key {
    uint64_t low = 0;
    uint64_t high = 0;
    // The first 16 bytes of `bytes`, which must have as many.
    static Key Of(absl::string_view bytes) {
      Key key;
      std::memcpy(&key.low, bytes.data(), sizeof(key.low));
      std::memcpy(&key.high, bytes.data() + sizeof(key.low), sizeof(key.high));
      return key;
    }
  };

  explicit SipHash(const Key& key)
      : a_(key.low ^ 0x736f6d6570736575),
        b_(key.high ^ 0x646f72616e646f6d ^ 0xee),
        c_(key.low ^ 0x6c7967656e657261),
        d_(key.high ^ 0x7465646279746573) {}

  void Add(uint64_t word) {
    d_ ^= word;
    Round(), Round();
    a_ ^= word;
  }

  // Whole words of the text; what is left over goes, with the text's length modulo 256, into one more, as the
  // specification ends every input.
  void AddLast(absl::string_view bytes, size_t length_so_far = 0) {
    const uint64_t length = length_so_far + bytes.size();
    uint64_t word;
    for (; bytes.size() >= sizeof(word); bytes.remove_prefix(sizeof(word))) {
      std::memcpy(&word, bytes.data(), sizeof(word));
      Add(word);
    }
    word = 0;
    if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
    Add(word | length << 56);
  }

  // The digest's first and second 8 bytes, little-endian.
  std::pair<uint64_t, uint64_t> Finish() {
    c_ ^= 0xee;
    for (int i = 0; i < 4; ++i) Round();
    const uint64_t first = a_ ^ b_ ^ c_ ^ d_;
    b_ ^= 0xdd;
    for (int i = 0; i < 4; ++i) Round();
    return {first, a_ ^ b_ ^ c_ ^ d_};
  }

 private:
  void Round() {
    a_ += b_, b_ = std::rotl(b_, 13), b_ ^= a_, a_ = std::rotl(a_, 32);
    c_ += d_, d_ = std::rotl(d_, 16), d_ ^= c_;
    a_ += d_, d_ = std::rotl(d_, 21), d_ ^= a_;
    c_ += b_, b_ = std::rotl(b_, 17), b_ ^= c_, c_ = std::rotl(c_, 32);
  }

  uint64_t a_, b_, c_, d_;
};

}  // namespace ebb
