#include "runtime/rocks/info_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/log.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What a database with such a log makes ours write, at the process's level.
std::string LinesAt(Level level) {
  SetLogLevel(level);
  RocksInfoLog log("registry");
  ::testing::internal::CaptureStderr();
  rocksdb::Header(&log, "%s", "its version");
  rocksdb::Info(&log, "%s", "a compaction");
  rocksdb::Warn(&log, "%s", "a stall");
  rocksdb::Error(&log, "%s of %d bytes", "a failed append", 512);
  SetLogLevel(Level::kInfo);
  return ::testing::internal::GetCapturedStderr();
}

TEST(RocksInfoLogTest, WarningsAndErrorsAreHeardAtTheUsualLevel) {
  const std::string lines = LinesAt(Level::kInfo);
  EXPECT_THAT(lines, HasSubstr(R"("level":"warning","component":"registry","message":"rocksdb","text":"a stall")"));
  EXPECT_THAT(lines, HasSubstr(R"("level":"error","component":"registry","message":"rocksdb",)"
                               R"("text":"a failed append of 512 bytes")"));
  EXPECT_THAT(lines, Not(HasSubstr("a compaction")));
  EXPECT_THAT(lines, Not(HasSubstr("its version")));
}

TEST(RocksInfoLogTest, TheRestIsHeardAtDebug) {
  const std::string lines = LinesAt(Level::kDebug);
  EXPECT_THAT(lines, HasSubstr(R"("level":"debug","component":"registry","message":"rocksdb","text":"a compaction")"));
  EXPECT_THAT(lines, HasSubstr("its version"));
}

TEST(RocksInfoLogTest, ALongLineIsCut) {
  RocksInfoLog log("registry");
  ::testing::internal::CaptureStderr();
  rocksdb::Error(&log, "%s", std::string(5'000, 'x').c_str());
  const std::string line = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, HasSubstr(std::string(1'000, 'x')));
  EXPECT_LT(line.size(), 1'500u);
}

}  // namespace
}  // namespace ebb
