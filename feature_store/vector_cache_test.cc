#include "feature_store/vector_cache.h"

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "tests/support/seed.h"

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

// One vector; false where it is not there.
bool Get(VectorCache& cache, uint32_t customer, uint64_t version, FeatureValues* values) {
  bool found = false;
  cache.Read(std::vector<VectorCache::Key>{{customer, version}}, [&](size_t, const FeatureValues& read) {
    *values = read;
    found = true;
  });
  return found;
}

TEST(VectorCacheTest, GivesBackWhatItWasGivenUntilTheCustomerChanges) {
  VectorCache cache(1 << 20);
  FeatureValues read;
  EXPECT_FALSE(Get(cache, 3, 1, &read));
  cache.Put({3, 1}, ValuesOf(1.5));
  ASSERT_TRUE(Get(cache, 3, 1, &read));
  EXPECT_TRUE(SameValues(read, ValuesOf(1.5)));
  EXPECT_EQ(read.as_of_us, 7);
  EXPECT_EQ(read.last_event_us, 5);
  EXPECT_EQ(read.category(1), "toys");
  EXPECT_TRUE(read.missing(2));

  EXPECT_FALSE(Get(cache, 3, 2, &read)) << "of an older change";
  EXPECT_FALSE(Get(cache, 4, 1, &read)) << "of another customer";
  cache.Put({3, 2}, ValuesOf(2.5, "a category whose name is much longer than the one before"));
  ASSERT_TRUE(Get(cache, 3, 2, &read));
  EXPECT_EQ(read.number(0), 2.5);
  const VectorCache::Key by_others{3, 2, reinterpret_cast<const CompiledDeclarations*>(&cache)};
  cache.Read({&by_others, 1}, [](size_t, const FeatureValues&) { ADD_FAILURE() << "by other declarations"; });
}

TEST(VectorCacheTest, GivesManyInTheOrderAsked) {
  VectorCache cache(1 << 20);
  std::vector<VectorCache::Key> keys;
  for (uint32_t customer = 0; customer < 100; ++customer) {
    cache.Put({customer, 1}, ValuesOf(customer));
    keys.push_back({99 - customer, customer % 3 == 0 ? 2u : 1u});
  }
  std::vector<size_t> hits;
  cache.Read(keys, [&](size_t i, const FeatureValues& values) {
    EXPECT_EQ(values.number(0), 99 - i);
    hits.push_back(i);
  });
  EXPECT_EQ(hits.size(), 66u) << "every third was asked for in another version";
  EXPECT_TRUE(std::is_sorted(hits.begin(), hits.end()));
  EXPECT_EQ(cache.counts().hits, 66u);
  EXPECT_EQ(cache.counts().misses, 34u);
}

TEST(VectorCacheTest, PackedVectorsAreTheSameBits) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  std::mt19937_64 random(seed);
  SCOPED_TRACE(seed);
  FeatureValues unpacked;
  for (int round = 0; round < 1'000; ++round) {
    FeatureValues values;
    const size_t features = random() % 40;
    values.Reset(features);
    values.as_of_us = static_cast<int64_t>(random());
    values.last_event_us = static_cast<int64_t>(random());
    for (size_t i = 0; i < features; ++i) {
      const auto status = static_cast<v1::FeatureStatus>(1 + random() % 4);
      const double numbers[] = {0.0, -0.0, 1.5, std::numeric_limits<double>::quiet_NaN()};
      switch (random() % 3) {
        case 0:
          values.SetNumber(i, numbers[random() % 4], status);
          break;
        case 1:
          values.SetCategory(i, std::string(random() % 300, 'x'), status);
          break;
        default:
          values.SetMissing(i, status);
      }
    }
    std::string packed(values.PackedSize(), '\0');
    values.Pack(packed.data());
    EXPECT_EQ(FeatureValues::PackedSize(packed.data()), packed.size());
    unpacked.Unpack(packed.data());
    ASSERT_TRUE(SameValues(unpacked, values));
    EXPECT_EQ(unpacked.size(), features);
    EXPECT_EQ(unpacked.as_of_us, values.as_of_us);
    EXPECT_EQ(unpacked.last_event_us, values.last_event_us);
  }
}

TEST(VectorCacheTest, KeepsToItsBudgetAndKeepsWhatIsRead) {
  constexpr size_t kBudget = 64 << 10;
  VectorCache cache(kBudget);
  FeatureValues read;
  for (uint32_t customer = 0; customer < 10'000; ++customer) {
    cache.Put({customer, 1}, ValuesOf(customer, std::string(customer % 100, 'x')));
    ASSERT_LE(cache.counts().bytes, kBudget);
    if (customer >= 16) {
      ASSERT_TRUE(Get(cache, customer % 16, 1, &read)) << "one that is read all the time stays, at " << customer;
    }
  }
  EXPECT_GT(cache.counts().vectors, 50u);
  cache.Put({3, 1}, ValuesOf(3), kBudget - (4 << 10));
  EXPECT_LE(cache.counts().bytes, kBudget - (4 << 10)) << "a tighter bound holds at once";
  EXPECT_EQ(cache.bytes(), cache.counts().bytes);
  for (uint32_t customer = 0; customer < 10'000; ++customer) {
    if (Get(cache, customer, 1, &read)) {
      EXPECT_EQ(read.number(0), customer);
    }
  }
}

TEST(VectorCacheTest, WithoutABudgetItKeepsNothing) {
  VectorCache cache(0);
  FeatureValues read;
  cache.Put({1, 1}, ValuesOf(1));
  EXPECT_FALSE(Get(cache, 1, 1, &read));
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
        if (!Get(cache, customer, i % 3, &read)) {
          cache.Put({customer, i % 3}, ValuesOf(static_cast<double>(customer * 3 + i % 3)));
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
