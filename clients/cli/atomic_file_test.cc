#include "clients/cli/atomic_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AtomicFileTest : public ::testing::Test {
 protected:
  AtomicFileTest()
      : folder_(::testing::TempDir() + "ebb_atomic_file_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }
  ~AtomicFileTest() override { fs::remove_all(folder_); }

  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  size_t Files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  const std::string folder_;
};

TEST_F(AtomicFileTest, ReplacesAFileAndLeavesNothingElse) {
  const std::string path = folder_ + "/page.html";
  ASSERT_TRUE(WriteFileAtomically(path, "first, longer").ok());
  ASSERT_TRUE(WriteFileAtomically(path, "second").ok());
  EXPECT_EQ(Read(path), "second");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(AtomicFileTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(WriteFileAtomically(folder_, "x").message(), "`" + folder_ + "` is a directory; name a file");
  EXPECT_THAT(std::string(WriteFileAtomically("/dev/null", "x").message()), HasSubstr("`/dev/null` is not a file"));
  EXPECT_THAT(std::string(WriteFileAtomically(folder_ + "/none/page.html", "x").message()),
              HasSubstr("cannot create `" + folder_ + "/none/page.html`: No such file or directory"));
  EXPECT_EQ(Files(), 0u);
}

}  // namespace
}  // namespace ebb
