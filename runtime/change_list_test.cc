#include "runtime/change_list.h"

#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace ebb {
namespace {

using Entry = ChangeList::Entry;

std::string Print(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) absl::StrAppend(&text, text.empty() ? "" : " ", entry.id, "@", entry.sequence);
  return text;
}

// The id's next change.
uint64_t Touch(ChangeList* list, uint32_t id) {
  list->TouchAt(id, list->last_sequence() + 1);
  return list->last_sequence();
}

TEST(ChangeListTest, EachIdOnceAtItsLatestChange) {
  ChangeList list;
  EXPECT_EQ(Print(list.ReadAfter(0, 10)), "");
  EXPECT_EQ(Touch(&list, 5), 1);
  EXPECT_EQ(Touch(&list, 2), 2);
  EXPECT_EQ(Touch(&list, 9), 3);
  EXPECT_EQ(Touch(&list, 2), 4);
  EXPECT_EQ(Print(list.ReadAfter(0, 10)), "5@1 9@3 2@4");
  EXPECT_EQ(Print(list.ReadAfter(0, 2)), "5@1 9@3");
  EXPECT_EQ(Print(list.ReadAfter(2, 10)), "9@3 2@4");
  EXPECT_EQ(Print(list.ReadAfter(4, 10)), "");
  EXPECT_EQ(Print(list.ReadAfter(99, 10)), "");
  EXPECT_EQ(list.SequenceOf(2), 4);
  EXPECT_EQ(list.SequenceOf(3), std::nullopt);
  EXPECT_EQ(list.size(), 3);
}

TEST(ChangeListTest, AReaderContinuesAtItsEntryEvenAfterThatChanged) {
  ChangeList list;
  for (const uint32_t id : {0, 1, 2, 3}) Touch(&list, id);
  const std::vector<Entry> first = list.ReadAfter(0, 2);
  EXPECT_EQ(Print(list.ReadAfter(first.back(), 10)), "2@3 3@4");
  Touch(&list, 1);
  EXPECT_EQ(Print(list.ReadAfter(first.back(), 10)), "2@3 3@4 1@5");
}

TEST(ChangeListTest, GivenSequencesMayLeaveGaps) {
  ChangeList list;
  list.TouchAt(4, 100);
  list.TouchAt(1, 1000);
  EXPECT_EQ(Print(list.ReadAfter(50, 10)), "4@100 1@1000");
  EXPECT_EQ(Touch(&list, 4), 1001);
}

TEST(ChangeListTest, RestoresInAnyOrder) {
  ChangeList list;
  ASSERT_TRUE(list.Restore({{7, 30}, {1, 10}, {3, 20}}, 35).ok());
  EXPECT_EQ(Print(list.ReadAfter(10, 10)), "3@20 7@30");
  EXPECT_EQ(Touch(&list, 1), 36);
}

TEST(ChangeListTest, RefusesToRestoreWhatCannotBe) {
  ChangeList list;
  Touch(&list, 8);
  const struct {
    std::vector<Entry> entries;
    const char* message;
  } cases[] = {
      {{{1, 1}, {1, 2}}, "change list: entry (id 1, sequence 2) names an id twice"},
      {{{1, 2}, {2, 2}}, "change list: entry (id 2, sequence 2) has a sequence that is zero or occurs twice"},
      {{{1, 0}}, "change list: entry (id 1, sequence 0) has a sequence that is zero or occurs twice"},
      {{{1, 6}}, "change list: entry (id 1, sequence 6) is beyond the last sequence, 5"},
  };
  for (const auto& [entries, message] : cases) {
    const absl::Status status = list.Restore(entries, 5);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(std::string(status.message()), message);
  }
  EXPECT_EQ(Print(list.ReadAfter(0, 10)), "8@1") << "a refused restore changes nothing";
}

// The model: what a list of ids by sequence must be.
struct Model {
  std::map<uint64_t, uint32_t> by_sequence;
  std::map<uint32_t, uint64_t> by_id;

  void Touch(uint32_t id, uint64_t sequence) {
    if (const auto found = by_id.find(id); found != by_id.end()) by_sequence.erase(found->second);
    by_id[id] = sequence;
    by_sequence[sequence] = id;
  }
  std::vector<Entry> ReadAfter(uint64_t sequence, size_t max) const {
    std::vector<Entry> entries;
    for (auto it = by_sequence.upper_bound(sequence); it != by_sequence.end() && entries.size() < max; ++it) {
      entries.push_back({it->second, it->first});
    }
    return entries;
  }
};

void CompareWithModel(uint32_t seed, uint32_t ids, int steps) {
  SCOPED_TRACE(absl::StrCat("seed ", seed, ", ids ", ids));
  std::mt19937 random(seed);
  const auto below = [&](uint64_t bound) { return std::uniform_int_distribution<uint64_t>(0, bound - 1)(random); };
  ChangeList list;
  Model model;
  Entry reader;
  for (int step = 0; step < steps; ++step) {
    // Half of the touches go to a few hot ids, the others leave cold ones behind: both empty and crowded stretches
    // appear.
    const auto id = static_cast<uint32_t>(below(2) ? below(ids) : below(1 + ids / 50));
    const uint64_t action = below(100);
    if (action < 85) {
      model.Touch(id, Touch(&list, id));
    } else if (action < 95) {
      const uint64_t sequence = below(list.last_sequence() + 2);
      const size_t max = below(40);
      ASSERT_EQ(list.ReadAfter(sequence, max), model.ReadAfter(sequence, max)) << "after " << sequence;
    } else if (action < 99 || step % 50 != 0) {
      const std::vector<Entry> read = list.ReadAfter(reader, 10);
      ASSERT_EQ(read, model.ReadAfter(reader.sequence, 10));
      reader = read.empty() ? Entry{} : read.back();
    } else {
      std::vector<Entry> persisted = list.ReadAfter(0, SIZE_MAX);
      std::shuffle(persisted.begin(), persisted.end(), random);
      ASSERT_TRUE(list.Restore(persisted, list.last_sequence()).ok());
    }
    ASSERT_EQ(list.size(), model.by_id.size());
    // The bound that makes resuming cheap without costing memory.
    ASSERT_LE(list.marker_count(), 2 * (list.size() / ChangeList::kMarkerGap + 1) + 1);
  }
  ASSERT_EQ(list.ReadAfter(0, SIZE_MAX), model.ReadAfter(0, SIZE_MAX));
}

TEST(ChangeListTest, BehavesLikeAMapBySequence) {
  const auto seed = static_cast<uint32_t>(testing::SeedOfTheRun());
  CompareWithModel(seed, 3, 3'000);
  CompareWithModel(seed + 1, 200, 10'000);
  CompareWithModel(seed + 2, 5'000, 40'000);
}

// Resuming must not walk the list: with a walk from either end this takes minutes, not a moment.
TEST(ChangeListTest, ResumesAnywhereInALongListQuickly) {
  constexpr uint32_t kIds = 300'000;
  ChangeList list;
  for (uint32_t id = 0; id < kIds; ++id) Touch(&list, id);
  std::mt19937 random(1);
  for (int i = 0; i < 300'000; ++i) {
    const uint64_t sequence = random() % kIds;
    ASSERT_EQ(list.ReadAfter(sequence, 1).front().sequence, sequence + 1);
  }
}

}  // namespace
}  // namespace ebb
