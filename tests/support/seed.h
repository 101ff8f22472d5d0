#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace ebb::testing {

// What a random test draws from: a new seed in every run, printed, or the one in EBB_TEST_SEED.
inline uint64_t SeedOfTheRun() {
  const char* given = std::getenv("EBB_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "seed " << seed << " (EBB_TEST_SEED=" << seed << " repeats it)" << std::endl;
  return seed;
}

}  // namespace ebb::testing
