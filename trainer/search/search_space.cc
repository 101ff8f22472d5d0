#include "trainer/search/search_space.h"

#include "absl/strings/str_cat.h"

namespace ebb::trainer {

absl::StatusOr<Grid> GridOf(const SearchSpace& space) {
  Grid grid;
  for (const SettingSpace& part : space) {
    Grid settings = {part.base};
    for (const Dimension& dimension : part.dimensions) {
      if (dimension.values.empty()) {
        return absl::InvalidArgumentError(absl::StrCat("the search grid has no ", dimension.field,
                                                       "; a grid search needs the list, ", dimension.field,
                                                       "_range serves random searches only"));
      }
      Grid spread;
      for (const Setting& setting : settings) {
        for (const double value : dimension.values) {
          spread.push_back(setting);
          dimension.place(spread.back(), value);
        }
      }
      settings = std::move(spread);
    }
    grid.insert(grid.end(), settings.begin(), settings.end());
  }
  return grid;
}

}  // namespace ebb::trainer
