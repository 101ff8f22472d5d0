#include "clients/cli/generate/keyed_random.h"

namespace ebb::generate {
namespace {

// SplitMix64's step and finaliser.
constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;

uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

KeyedRandom::KeyedRandom(std::initializer_list<uint64_t> key) {
  for (const uint64_t part : key) state_ = Mix(state_ + kGolden + part);
}

uint64_t KeyedRandom::Bits() {
  state_ += kGolden;
  return Mix(state_);
}

double KeyedRandom::Uniform() { return static_cast<double>(Bits() >> 11) * 0x1p-53; }

int64_t KeyedRandom::Below(int64_t n) { return static_cast<int64_t>(Uniform() * static_cast<double>(n)); }

double KeyedRandom::Normal() {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += Uniform();
  return sum;
}

}  // namespace ebb::generate
