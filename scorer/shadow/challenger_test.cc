#include "scorer/shadow/challenger.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

v1::Model Told(int64_t version, const std::string& digest) {
  v1::Model model;
  model.set_version(version);
  model.set_digest(digest);
  return model;
}

std::string TextOf(const std::vector<Challenger>& challengers) {
  std::string text;
  for (const Challenger& challenger : challengers) {
    absl::StrAppend(&text, challenger.told.version(), challenger.told.digest(), ":", challenger.comparison.customers(),
                    " ");
  }
  return text;
}

TEST(ChallengerList, WhoStaysKeepsWhatIsKnownAndTheRestEnds) {
  std::vector<Challenger> ended;
  std::vector<Challenger> present = FollowList({}, std::vector{Told(3, "c"), Told(2, "b")}, 4, &ended);
  EXPECT_EQ(TextOf(present), "3c:0 2b:0 ");
  EXPECT_TRUE(ended.empty());
  present[0].comparison.Put(1, {0.5, 0.6});
  present[1].comparison.Put(1, {0.5, 0.6});
  present[1].comparison.Put(2, {0.5, 0.6});
  present = FollowList(std::move(present), std::vector{Told(4, "d"), Told(3, "c")}, 4, &ended);
  EXPECT_EQ(TextOf(present), "4d:0 3c:1 ");
  EXPECT_EQ(TextOf(ended), "2b:2 ");
  present = FollowList(std::move(present), std::vector{Told(4, "d"), Told(3, "other bytes")}, 1, &ended);
  EXPECT_EQ(TextOf(present), "4d:0 ") << "no more than asked for";
  EXPECT_EQ(TextOf(ended), "3c:1 ");
  present = FollowList(std::move(present), std::vector{Told(4, "other bytes")}, 1, &ended);
  EXPECT_EQ(TextOf(present), "4other bytes:0 ");
  EXPECT_EQ(TextOf(ended), "4d:0 ") << "a version of another registry is another model";
  present = FollowList(std::move(present), {}, 1, &ended);
  EXPECT_EQ(TextOf(present), "");
}

TEST(ChallengerList, AnAwayTrainerIsTriedAgainSoonerThanABadFile) {
  EXPECT_EQ(WaitAfter(absl::UnavailableError("gone")), absl::Minutes(1));
  EXPECT_EQ(WaitAfter(absl::FailedPreconditionError("no such feature")), absl::Minutes(10));
  EXPECT_EQ(WaitAfter(absl::DataLossError("damaged")), absl::Minutes(10));
}

}  // namespace
}  // namespace ebb::scorer
