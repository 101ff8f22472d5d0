// What happened, read from the events by brute force: the oracle's eyes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"

namespace ebb::feature_store {

// One value of a field: when, by which event, how much, of what.
struct Occurrence {
  absl::Time at;
  absl::Time stamped;
  std::string id;
  int64_t value = 1;
  std::string key;
  bool counts = true;  // A refund has a value, but is no purchase.
};

// All values of `field` in the events, in their order; those of the feature's filters alone where `filtered`.
std::vector<Occurrence> NaiveOccurrences(std::span<const v1::Event> events, const v1::FeatureDefinition& feature,
                                         v1::EventField field, bool filtered, absl::TimeZone zone);

}  // namespace ebb::feature_store
