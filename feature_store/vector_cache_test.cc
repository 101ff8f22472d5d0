#include "feature_store/vector_cache.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"

namespace ebb::feature_store {
namespace {

FeatureValues ValuesOf(double number, std::string_view category = "toys") {
  FeatureValues values;
  values.Reset(3);
  values.SetNumber(0, number, v1::PRESENT);
  values.SetCategory(1, category, v1::DEFAULT);
  values.SetMissing(2, v1::NEVER_SEEN);
  values.as_of_us = 7;
  values.last_event_us = 5;
  return values;
}

TEST(VectorCacheTest, GivesBackWhatItWasGivenUntilTheCustomerChanges) {
  VectorCache cache(1 << 20);
  FeatureValues read;
  EXPECT_FALSE(cache.Get(3, 1, &read));
  cache.Put(3, 1, ValuesOf(1.5));
  ASSERT_TRUE(cache.Get(3, 1, &read));
  EXPECT_TRUE(SameValues(read, ValuesOf(1.5)));
  EXPECT_EQ(read.as_of_us, 7);
  EXPECT_EQ(read.last_event_us, 5);
  EXPECT_EQ(read.category(1), "toys");
  EXPECT_TRUE(read.missing(2));

  EXPECT_FALSE(cache.Get(3, 2, &read)) << "of an older change";
  EXPECT_FALSE(cache.Get(4, 1, &read)) << "of another customer";
  cache.Put(3, 2, ValuesOf(2.5, "a category whose name is much longer than the one before"));
  ASSERT_TRUE(cache.Get(3, 2, &read));
  EXPECT_EQ(read.number(0), 2.5);
  cache.Clear();
  EXPECT_FALSE(cache.Get(3, 2, &read));
  EXPECT_EQ(cache.counts().bytes, 0u);
}

TEST(VectorCacheTest, KeepsToItsBudgetAndKeepsWhatIsRead) {
  constexpr size_t kBudget = 64 << 10;
  VectorCache cache(kBudget);
  FeatureValues read;
  for (uint32_t customer = 0; customer < 10'000; ++customer) {
    cache.Put(customer, 1, ValuesOf(customer, std::string(customer % 100, 'x')));
    ASSERT_LE(cache.counts().bytes, kBudget);
    if (customer >= 16) {
      ASSERT_TRUE(cache.Get(customer % 16, 1, &read)) << "one that is read all the time stays, at " << customer;
    }
  }
  EXPECT_GT(cache.counts().vectors, 50u);
  for (uint32_t customer = 0; customer < 10'000; ++customer) {
    if (cache.Get(customer, 1, &read)) {
      EXPECT_EQ(read.number(0), customer);
    }
  }
}

TEST(VectorCacheTest, WithoutABudgetItKeepsNothing) {
  VectorCache cache(0);
  FeatureValues read;
  cache.Put(1, 1, ValuesOf(1));
  EXPECT_FALSE(cache.Get(1, 1, &read));
  EXPECT_EQ(cache.counts().bytes, 0u);
}

TEST(VectorCacheTest, ThreadsSeeWholeVectors) {
  VectorCache cache(20'000);
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&cache, thread] {
      FeatureValues read;
      for (uint64_t i = 0; i < 20'000; ++i) {
        const auto customer = static_cast<uint32_t>((i * 7 + thread) % 200);
        if (!cache.Get(customer, i % 3, &read)) {
          cache.Put(customer, i % 3, ValuesOf(static_cast<double>(customer * 3 + i % 3)));
        } else {
          ASSERT_EQ(read.number(0), static_cast<double>(customer * 3 + i % 3));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace ebb::feature_store
