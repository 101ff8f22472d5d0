// Random numbers that depend on a key alone, so that any customer's day can be made by itself, in any order, with the
// same result.
//
// std's distributions differ between standard libraries; these give the same bits everywhere (integers, additions and
// multiplications only; nothing of libm). Not thread-safe; make one where it is used.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace ebb::generate {

class KeyedRandom {
 public:
  // Such as {seed, customer, purpose}.
  explicit KeyedRandom(std::initializer_list<uint64_t> key);

  uint64_t Bits();
  // In [0, 1), 53 bits.
  double Uniform();
  // In [0, n); n must be above 0.
  int64_t Below(int64_t n);
  // In [low, high].
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool Chance(double probability) { return Uniform() < probability; }
  // Mean 0, variance 1, within ±6: the sum of twelve uniforms.
  double Normal();

 private:
  uint64_t state_ = 0;
};

}  // namespace ebb::generate
