#include "feature_store/waiting_events.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb::feature_store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> BytesOf(const std::vector<WaitingEvent>& events) {
  std::vector<std::string> bytes;
  for (const WaitingEvent& event : events) bytes.push_back(event.bytes);
  return bytes;
}

TEST(WaitingEvents, KeepsEachChainInOrder) {
  WaitingEvents waiting;
  uint32_t anna = waiting.Add(WaitingEvents::kNone, 1, 10, "a1");
  uint32_t boris = waiting.Add(WaitingEvents::kNone, 2, 20, "b1");
  anna = waiting.Add(anna, 3, 30, "a2");
  EXPECT_THAT(BytesOf(waiting.All(anna)), ElementsAre("a1", "a2"));
  EXPECT_THAT(BytesOf(waiting.All(boris)), ElementsAre("b1"));
  EXPECT_EQ(waiting.EndOf(anna), 3u);
  EXPECT_EQ(waiting.ClockOf(anna), 30);
  EXPECT_EQ(waiting.CountOf(anna), 2u);
  EXPECT_EQ(waiting.CountOf(WaitingEvents::kNone), 0u);
}

TEST(WaitingEvents, TakesWhatIsNewOnce) {
  WaitingEvents waiting;
  uint32_t chain = waiting.Add(WaitingEvents::kNone, 1, 10, "1");
  chain = waiting.Add(chain, 2, 20, "2");
  EXPECT_THAT(waiting.TakeNew(chain), ElementsAre("1", "2"));
  EXPECT_THAT(waiting.TakeNew(chain), IsEmpty());
  chain = waiting.Add(chain, 3, 30, "3");
  EXPECT_THAT(waiting.TakeNew(chain), ElementsAre("3"));
  EXPECT_THAT(BytesOf(waiting.All(chain)), ElementsAre("1", "2", "3")) << "what was taken still waits";
}

TEST(WaitingEvents, HoldsEventsOfAnySizeAndCountsTheirMemory) {
  WaitingEvents waiting;
  const std::string large(1 << 20, 'x');
  uint32_t chain = WaitingEvents::kNone;
  for (int i = 0; i < 300; ++i) chain = waiting.Add(chain, i, i, i % 100 == 0 ? large : "small");
  const std::vector<WaitingEvent> all = waiting.All(chain);
  ASSERT_EQ(all.size(), 300u);
  EXPECT_EQ(all[200].bytes, large);
  EXPECT_EQ(all[201].bytes, "small");
  EXPECT_EQ(waiting.CountOf(chain), 255u) << "no longer counted";
  EXPECT_GT(waiting.MemoryBytes(), 3 * large.size());
  waiting.Clear();
  EXPECT_TRUE(waiting.empty());
  EXPECT_LT(waiting.MemoryBytes(), 1'000u);
}

}  // namespace
}  // namespace ebb::feature_store
