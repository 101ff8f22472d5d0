#include "trainer/search/draw_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "model/arithmetic/exp_log.h"
#include "trainer/fit/random_stream.h"

namespace ebb::trainer {
namespace {

constexpr uint64_t kFirstStream = 0x73657474;  // of the families' streams; the folds draw from 0 and 1
constexpr int kMostRepeats = 100'000;          // in a row: what is left is too unlikely to be worth the wait

double FourDigits(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3e", value);
  return std::strtod(text, nullptr);
}

double Draw(const NumberRange& range, RandomStream& random) {
  const double share = random.Share();
  const double drawn = range.log ? Exp(Log(range.low) + share * (Log(range.high) - Log(range.low)))
                                 : range.low + share * (range.high - range.low);
  return range.whole ? std::round(drawn) : std::clamp(FourDigits(drawn), range.low, range.high);
}

Setting Draw(const SettingSpace& space, RandomStream& random) {
  Setting setting = space.base;
  for (const Dimension& dimension : space.dimensions) {
    const double value = dimension.range
                             ? Draw(*dimension.range, random)
                             : dimension.values[random.Below(static_cast<uint32_t>(dimension.values.size()))];
    dimension.place(setting, value);
  }
  return setting;
}

bool HasRange(const SettingSpace& space) {
  return std::any_of(space.dimensions.begin(), space.dimensions.end(),
                     [](const Dimension& dimension) { return dimension.range.has_value(); });
}

void AddNew(const Setting& setting, Grid& settings) {
  if (std::find(settings.begin(), settings.end(), setting) == settings.end()) settings.push_back(setting);
}

// All settings of the spaces without a range, where they are `most` or fewer; otherwise more than `most` of them.
Grid ListAll(const SearchSpace& spaces, size_t most) {
  const Grid listed = *GridOf(spaces);  // lists that are not there are there with ranges only
  Grid all;
  for (const Setting& setting : listed) {
    AddNew(setting, all);
    if (all.size() > most) break;
  }
  return all;
}

Grid DrawFamily(const SearchSpace& spaces, size_t trials, RandomStream random) {
  if (std::none_of(spaces.begin(), spaces.end(), HasRange)) {
    if (Grid all = ListAll(spaces, trials); all.size() <= trials) return all;
  }
  Grid drawn;
  int repeats = 0;
  while (drawn.size() < trials && repeats < kMostRepeats) {
    const size_t before = drawn.size();
    AddNew(Draw(spaces[random.Below(static_cast<uint32_t>(spaces.size()))], random), drawn);
    repeats = drawn.size() > before ? 0 : repeats + 1;
  }
  return drawn;
}

}  // namespace

Grid DrawSettings(const SearchSpace& space, int trials, uint64_t seed) {
  Grid drawn;
  for (size_t family = 0; family < kFamilies; ++family) {
    SearchSpace of_family;
    for (const SettingSpace& part : space) {
      if (part.base.family.index() == family) of_family.push_back(part);
    }
    if (of_family.empty()) continue;
    const Grid settings = DrawFamily(of_family, static_cast<size_t>(trials), RandomStream(seed, kFirstStream + family));
    drawn.insert(drawn.end(), settings.begin(), settings.end());
  }
  return drawn;
}

}  // namespace ebb::trainer
