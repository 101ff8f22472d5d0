// For tests: random features of every kind over random windows, random events and snapshots.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/compiled_declarations.h"

namespace ebb::feature_store {

// A shop in one of five time zones, in a time with a leap day or a change of the clock in its midst. The same seed
// gives the same shop.
class RandomShop {
 public:
  explicit RandomShop(uint64_t seed);

  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  template <typename T, size_t N>
  T Pick(const T (&choices)[N]) {
    return choices[Below(static_cast<int>(N))];
  }
  std::mt19937_64& random() { return random_; }
  const absl::TimeZone& zone() const { return zone_; }

  // Features of every field and of every aggregation, over random windows.
  std::string Declarations();
  // Nine months around the centre; often a midnight, or a microsecond before one.
  absl::Time Time();
  // `number` makes its id unique; how ids are ordered says nothing about their order.
  v1::Event Event(int number, absl::Time time);
  v1::Event Snapshot(int number, absl::Time time, const CompiledDeclarations& declarations);

 private:
  const char* WindowFor(int recipe);
  std::string Lines(bool purchase);
  std::string Body(absl::Time time);

  std::mt19937_64 random_;
  std::string zone_name_;
  absl::TimeZone zone_;
  absl::CivilDay centre_;
};

}  // namespace ebb::feature_store
