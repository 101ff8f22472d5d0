#include "clients/cli/nearest.h"

#include <algorithm>

#include "clients/cli/edit_distance.h"

namespace ebb {
namespace {

constexpr size_t kMostEdits = 3;

}  // namespace

std::string Nearest(std::string_view text, const std::vector<std::string>& candidates) {
  // Names of commands and options are ASCII; in what was typed, a byte stands for a character well enough.
  const std::u32string typed(text.begin(), text.end());
  std::string nearest;
  size_t least = kMostEdits + 1;
  int completions = 0;
  std::string completion;
  for (const std::string& candidate : candidates) {
    if (!text.empty() && candidate.starts_with(text)) {
      ++completions;
      completion = candidate;
    }
    const size_t allowed = std::clamp<size_t>(candidate.size() / 3, 1, kMostEdits);
    const size_t distance = EditDistance(typed, std::u32string(candidate.begin(), candidate.end()), allowed);
    if (distance <= allowed && distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest.empty() && completions == 1 ? completion : nearest;
}

std::string DidYouMean(std::string_view text, const std::vector<std::string>& candidates) {
  const std::string nearest = Nearest(text, candidates);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

}  // namespace ebb
