#include "scorer/news_watch.h"

#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

constexpr int64_t kNow = 1'700'000'000'000'000;

TEST(NewsWatch, NewsAreLateWhereAllThatWasToldLatelyIs) {
  NewsWatch news;
  EXPECT_FALSE(news.Any(kNow));
  EXPECT_FALSE(news.AreLate(kNow));
  news.Note(kNow - NewsWatch::kLateUs, kNow);
  EXPECT_TRUE(news.Any(kNow));
  EXPECT_FALSE(news.AreLate(kNow)) << "just in time";
  const int64_t later = kNow + NewsWatch::kTimelyCountsUs + 1;
  news.Note(later - NewsWatch::kLateUs - 1, later);
  EXPECT_TRUE(news.AreLate(later)) << "what came in time is long ago";
  EXPECT_TRUE(news.AreLate(later + NewsWatch::kLateCountsUs));
  EXPECT_FALSE(news.AreLate(later + NewsWatch::kLateCountsUs + 1)) << "nothing came since";
  EXPECT_FALSE(news.Any(later + NewsWatch::kLateCountsUs + 1));
}

TEST(NewsWatch, ASlowReaderDoesNotMakeTheOthersNewsLate) {
  NewsWatch news;
  news.Note(kNow - 3'600'000'000, kNow);
  EXPECT_TRUE(news.AreLate(kNow));
  news.Note(kNow - 1'000, kNow);
  EXPECT_FALSE(news.AreLate(kNow));
  news.Note(kNow - 3'600'000'000, kNow + 1);
  EXPECT_FALSE(news.AreLate(kNow + 1));
}

}  // namespace
}  // namespace ebb::scorer
