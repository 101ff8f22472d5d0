// One number for everything a store knows, a function of its events and a time alone.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// SHA-256 of a customer as of T: who, the state of the events before T with what no window reaches any more left out,
// the vector as of T, and which events lie ahead of T (in any order).
Sha256Digest CustomerDigest(const CompiledDeclarations& declarations, std::string_view customer_id, CustomerState state,
                            absl::Time as_of, std::span<const v1::Event* const> ahead);

// Adds digests up modulo 2^256, so that customers may come in any order and from any number of stores (AdHash: Bellare
// and Micciancio, "A New Paradigm for Collision-Free Hashing", 1997). It finds accidents; whoever can choose millions
// of customers freely could make two sets of them collide.
class StateHash {
 public:
  void Add(const Sha256Digest& digest);
  // 64 lower-case hexadecimal digits; zeros for no customer.
  std::string Hex() const;

 private:
  std::array<uint64_t, 4> sum_ = {};  // least significant first
};

}  // namespace ebb::feature_store
