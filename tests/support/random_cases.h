#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ebb::testing {

// Calls `run_case(seed)` with `usual` seeds in a row, new ones in every run, until one fails: its seed is in the
// message. EBB_TEST_SEED runs that one alone, EBB_TEST_CASES sets how many run.
template <typename RunCase>
void RunRandomCases(uint64_t usual, const RunCase& run_case) {
  const char* const one = std::getenv("EBB_TEST_SEED");
  const char* const cases = std::getenv("EBB_TEST_CASES");
  const uint64_t first = one != nullptr ? std::strtoull(one, nullptr, 10) : std::random_device{}();
  uint64_t count = cases != nullptr ? std::strtoull(cases, nullptr, 10) : usual;
  if (one != nullptr) count = 1;
  for (uint64_t seed = first; seed - first < count && !::testing::Test::HasFailure(); ++seed) {
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, absl::StrCat("EBB_TEST_SEED=", seed));
    run_case(seed);
  }
}

}  // namespace ebb::testing
