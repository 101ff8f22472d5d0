#include "clients/cli/nearest.h"

#include <algorithm>

namespace ebb {

int EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<int>> distance(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) distance[i][0] = static_cast<int>(i);
  for (size_t j = 0; j <= b.size(); ++j) distance[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replaced = distance[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      distance[i][j] = std::min({distance[i - 1][j] + 1, distance[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        distance[i][j] = std::min(distance[i][j], distance[i - 2][j - 2] + 1);
      }
    }
  }
  return distance[a.size()][b.size()];
}

std::string Nearest(std::string_view text, const std::vector<std::string>& candidates) {
  std::string nearest;
  int least = 4;
  int completions = 0;
  std::string completion;
  for (const std::string& candidate : candidates) {
    if (!text.empty() && candidate.starts_with(text)) {
      ++completions;
      completion = candidate;
    }
    const int allowed = std::clamp(static_cast<int>(candidate.size()) / 3, 1, 3);
    const int distance = EditDistance(text, candidate);
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
