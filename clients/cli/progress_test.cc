#include "clients/cli/progress.h"

#include <algorithm>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

struct Screen {
  std::ostringstream err;
  absl::Time now = absl::FromUnixSeconds(1'000);
};

TEST(ProgressTest, ABarShowsShareRateAndRemainingTime) {
  Screen screen;
  Progress progress(
      screen.err, Progress::Mode::kBar, 120, [&] { return screen.now; }, "push", 2'000, "events");
  screen.now += absl::Seconds(2);
  progress.Update(1'000);
  EXPECT_EQ(screen.err.str(), "\r\x1b[Kpush  ████████████░░░░░░░░░░░░   50%  1.0k/2.0k events  500/s  2s left");
  screen.now += absl::Milliseconds(50);
  progress.Update(1'100);
  EXPECT_EQ(screen.err.str().find("1.1k"), std::string::npos) << "drawn again too soon";
}

TEST(ProgressTest, PlainLinesComeATenthAtATime) {
  Screen screen;
  Progress progress(
      screen.err, Progress::Mode::kLines, 120, [&] { return screen.now; }, "push", 100, "events");
  for (int i = 1; i <= 100; ++i) {
    screen.now += absl::Milliseconds(10);
    progress.Update(i);
  }
  progress.Finish();
  const std::string text = screen.err.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11) << text;
  EXPECT_THAT(text, ::testing::EndsWith("push  100%  100/100 events  100/s\n"));
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(ProgressTest, WithoutATotalItCounts) {
  Screen screen;
  Progress progress(
      screen.err, Progress::Mode::kLines, 120, [&] { return screen.now; }, "push", 0, "events");
  screen.now += absl::Seconds(11);
  progress.Update(22, "a note");
  EXPECT_EQ(screen.err.str(), "push  22 events  2/s  a note\n");
}

TEST(ProgressTest, SilentIsSilent) {
  Screen screen;
  Progress progress(
      screen.err, Progress::Mode::kSilent, 120, [&] { return screen.now; }, "push", 10, "events");
  progress.Update(5);
  progress.Finish();
  EXPECT_EQ(screen.err.str(), "");
}

}  // namespace
}  // namespace ebb
