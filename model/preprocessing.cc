#include "model/preprocessing.h"

namespace ebb {

size_t Preprocessing::width() const {
  size_t width = numbers.size();
  for (const CategoryColumns& category : categories) width += category.values.size();
  return width;
}

void Preprocessing::Transform(const FeatureVector& vector, std::span<double> out) const {
  size_t column = 0;
  for (const NumberColumn& number : numbers) out[column++] = number.Apply(vector[number.feature].number);
  for (const CategoryColumns& category : categories) {
    const std::string& given = vector[category.feature].category;
    const std::string& value = given.empty() ? category.most_frequent : given;
    for (const std::string& known : category.values) out[column++] = known == value ? 1.0 : 0.0;
  }
}

}  // namespace ebb
