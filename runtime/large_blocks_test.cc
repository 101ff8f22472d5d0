#include "runtime/large_blocks.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace ebb {
namespace {

TEST(LargeBlocksTest, AdviceLeavesWhatABlockHoldsAsItIs) {
  std::string block(9 << 20, 'x');
  PreferHugePages(block.data(), block.size());
  EXPECT_EQ(block, std::string(9 << 20, 'x'));
  PreferHugePages(block.data(), 1);
  PreferHugePages(nullptr, 0);
}

TEST(LargeBlocksTest, ReservedRoomTakesSoManyElementsWithoutMoving) {
  constexpr size_t kElements = 1 << 20;
  std::vector<uint64_t> numbers;
  ReserveHuge(kElements, &numbers);
  const uint64_t* const begin = numbers.data();
  for (size_t i = 0; i < kElements; ++i) numbers.push_back(i);
  EXPECT_EQ(numbers.data(), begin);
  EXPECT_EQ(numbers.back(), kElements - 1);
}

TEST(LargeBlocksTest, AContainerCanTakeItsMemoryThere) {
  std::vector<uint64_t, HugePageAllocator<uint64_t>> squares;
  for (uint64_t i = 0; i < 1'000'000; ++i) squares.push_back(i * i);
  for (uint64_t i = 0; i < squares.size(); ++i) ASSERT_EQ(squares[i], i * i);
}

}  // namespace
}  // namespace ebb
