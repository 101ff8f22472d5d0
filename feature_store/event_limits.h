// The numbers in event.proto's rules.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ebb::feature_store {

inline constexpr size_t kLongestCustomerId = 128;  // bytes
inline constexpr size_t kLongestEventId = 64;
inline constexpr size_t kLongestText = 256;  // of any other text
inline constexpr int64_t kMostQuantity = 1'000'000;
inline constexpr int64_t kMostMoney = 1'000'000'000'000;             // 10^12 minor units
inline constexpr int64_t kMostPurchase = 1'000'000'000'000'000;      // 10^15 minor units
inline constexpr int64_t kMostDurationMs = int64_t{24} * 3'600'000;  // a day
inline constexpr int kMostLines = 1'000;
// And in the header of an import.
inline constexpr int kMostRepairs = 1'000;
inline constexpr int64_t kMostRepairedRows = int64_t{1} << 53;

}  // namespace ebb::feature_store
