#pragma once

#include <cstdint>

namespace ebb::trainer {

// Numbers as good as drawn at random, the same ones on every machine; streams of different numbers have nothing to do
// with each other. SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014).
// The standard's distributions are no help: what they make of a generator is left to each library.
class RandomStream {
 public:
  RandomStream(uint64_t seed, uint64_t stream) : state_(Mix(seed + Mix(stream + kStep))) {}

  uint64_t Next() { return Mix(state_ += kStep); }
  // 0 … bound - 1; a bound far below 2^64 is not biased to speak of.
  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  // In [0, 1).
  double Share() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  static constexpr uint64_t kStep = 0x9e3779b97f4a7c15;
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_;
};

}  // namespace ebb::trainer
