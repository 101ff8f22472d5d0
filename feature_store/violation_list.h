#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "feature_store/event_check.h"
#include "feature_store/event_limits.h"
#include "google/protobuf/timestamp.pb.h"

namespace ebb::feature_store {

// Collects violations while a message is checked: the first kMost, and how many more there are, because a message of a
// few bytes can break thousands of rules. Not thread-safe.
class ViolationList {
 public:
  static constexpr size_t kMost = 8;

  struct TextRule {
    bool required = false;
    size_t most_bytes = kLongestText;
  };

  void Add(std::string field, std::string value, std::string rule);
  void Text(const std::string& field, std::string_view text, TextRule rule);
  // Whether the value is in range.
  bool Range(const std::string& field, int64_t value, int64_t least, int64_t most);
  // Whether it is a time at all: years 1 to 9999, nanoseconds below a second.
  bool Timestamp(const std::string& field, const google::protobuf::Timestamp& stamp);

  // Those found. The last one, without a field, counts those that are not listed.
  std::vector<Violation> Take();

 private:
  std::vector<Violation> violations_;
  size_t unlisted_ = 0;
};

}  // namespace ebb::feature_store
