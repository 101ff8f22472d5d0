#include "scorer/shadow/customer_sample.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/string_view.h"
#include "runtime/digest.h"

namespace ebb::scorer {

uint64_t SampleHash(std::string_view customer_id) {
  // No secret: the key only parts this choice of customers from others, such as the holdout's.
  static const auto* const hash = new Pseudonymizer("customers that challengers are compared on");
  const Pseudonym bytes = hash->Of(absl::string_view(customer_id.data(), customer_id.size()));
  uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

uint64_t BoundOfShare(double share) {
  if (share >= 1) return std::numeric_limits<uint64_t>::max();
  return static_cast<uint64_t>(std::ldexp(share, 64));
}

double ShareOfBound(uint64_t bound) { return std::ldexp(static_cast<double>(bound), -64); }

}  // namespace ebb::scorer
