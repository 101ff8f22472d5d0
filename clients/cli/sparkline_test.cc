#include "clients/cli/sparkline.h"

#include <gtest/gtest.h>

#include <vector>

namespace ebb {
namespace {

TEST(Sparkline, DrawsEachValueBetweenTheLeastAndTheGreatest) {
  const auto of = [](const std::vector<std::optional<double>>& values) { return Sparkline(values); };
  EXPECT_EQ(of({}), "");
  EXPECT_EQ(of({0, 1, 2, 3, 4, 5, 6, 7}), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(of({100, -100, 0}), "█▁▅");
  EXPECT_EQ(of({5, 5}), "▄▄");
  EXPECT_EQ(of({std::nullopt, 1, std::nullopt, 2}), "·▁·█");
  EXPECT_EQ(of({std::nullopt}), "·");
}

}  // namespace
}  // namespace ebb
