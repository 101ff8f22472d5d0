#pragma once

#include <cstdint>
#include <string_view>

// Which customers are compared: those whose hash is not above a bound. The hash is always the same, so the same
// customers are compared over time, and a smaller share is a part of a larger one. Pure functions.
namespace ebb::scorer {

// Evenly spread over all values. Equal for two customers by accident only.
uint64_t SampleHash(std::string_view customer_id);

// The greatest hash of a share above 0 and at most 1.
uint64_t BoundOfShare(double share);
double ShareOfBound(uint64_t bound);

}  // namespace ebb::scorer
