#include "model/explain/players.h"

#include <algorithm>

namespace ebb {

Players::Players(const Preprocessing& preprocessing) {
  const auto add_column = [this](size_t feature) {
    const auto known = std::find(features_.begin(), features_.end(), feature);
    const auto player = static_cast<size_t>(known - features_.begin());
    if (known == features_.end()) {
      features_.push_back(feature);
      columns_.emplace_back();
    }
    columns_[player].push_back(of_column_.size());
    of_column_.push_back(player);
  };
  for (const NumberColumn& number : preprocessing.numbers) add_column(number.feature);
  for (const CategoryColumns& category : preprocessing.categories) {
    for (size_t i = 0; i < category.values.size(); ++i) add_column(category.feature);
  }
}

}  // namespace ebb
