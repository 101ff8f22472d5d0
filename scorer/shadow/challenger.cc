#include "scorer/shadow/challenger.h"

#include <algorithm>
#include <utility>

namespace ebb::scorer {

std::vector<Challenger> FollowList(std::vector<Challenger> present, std::span<const v1::Model> list, size_t most,
                                   std::vector<Challenger>* ended) {
  std::vector<Challenger> next;
  for (const v1::Model& told : list.first(std::min(most, list.size()))) {
    const auto known = std::find_if(present.begin(), present.end(), [&](const Challenger& challenger) {
      return challenger.told.version() == told.version() && challenger.told.digest() == told.digest();
    });
    if (known == present.end()) {
      next.emplace_back().told = told;
    } else {
      next.push_back(std::move(*known));
      present.erase(known);
    }
  }
  *ended = std::move(present);
  return next;
}

absl::Duration WaitAfter(const absl::Status& problem) {
  switch (problem.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kResourceExhausted:
      return absl::Minutes(1);
    default:
      return absl::Minutes(10);
  }
}

}  // namespace ebb::scorer
