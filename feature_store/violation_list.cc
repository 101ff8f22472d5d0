#include "feature_store/violation_list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/clean_text.h"

namespace ebb::feature_store {

void ViolationList::Add(std::string field, std::string value, std::string rule) {
  if (violations_.size() == kMost) {
    ++unlisted_;
    return;
  }
  violations_.push_back({std::move(field), std::move(value), std::move(rule)});
}

void ViolationList::Text(const std::string& field, std::string_view text, TextRule rule) {
  if (text.empty()) {
    if (rule.required) Add(field, "", absl::StrCat("required; 1 to ", rule.most_bytes, " bytes"));
    return;
  }
  if (text.size() > rule.most_bytes) {
    Add(field, Shown(text), absl::StrCat("must have at most ", rule.most_bytes, " bytes, has ", text.size()));
  }
  if (!IsCleanText(text)) Add(field, Shown(text), "must be UTF-8 without control characters");
}

bool ViolationList::Range(const std::string& field, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return true;
  Add(field, absl::StrCat(value), absl::StrCat("must be ", least, " to ", most));
  return false;
}

bool ViolationList::Timestamp(const std::string& field, const google::protobuf::Timestamp& stamp) {
  constexpr int64_t kYear1 = -62'135'596'800;
  constexpr int64_t kYear10000 = 253'402'300'800;
  if (stamp.seconds() < kYear1 || stamp.seconds() >= kYear10000) {
    Add(field, absl::StrCat(stamp.seconds(), " s"), "must lie in the years 1 to 9999");
    return false;
  }
  if (stamp.nanos() < 0 || stamp.nanos() > 999'999'999) {
    Add(field, absl::StrCat(stamp.nanos(), " ns"), "nanos must be 0 to 999999999");
    return false;
  }
  return true;
}

std::vector<Violation> ViolationList::Take() {
  if (const size_t unlisted = std::exchange(unlisted_, 0); unlisted > 0) {
    violations_.push_back({"", "", absl::StrCat("and ", unlisted, " more; correct those listed first")});
  }
  return std::exchange(violations_, {});
}

}  // namespace ebb::feature_store
