#pragma once

#include <cstdint>
#include <string_view>

namespace ebb::feature_store {

// 64-bit hash of a text (FNV-1a, then MurmurHash3's finaliser). It stands in stored states: it must never change.
// `seed` chains the parts of a composed key. Not for untrusted tables: who controls a customer's events can make that
// customer's own keys collide, nothing more.
inline uint64_t StableHash(std::string_view text, uint64_t seed = 0xcbf29ce484222325u) {
  uint64_t hash = seed;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
  return hash ^ (hash >> 33);
}

}  // namespace ebb::feature_store
