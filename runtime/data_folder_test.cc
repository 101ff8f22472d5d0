#include "runtime/data_folder.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DataFolderTest : public ::testing::Test {
 protected:
  DataFolderTest() {
    std::string pattern = ::testing::TempDir() + "/data_folder_XXXXXX";
    root_ = mkdtemp(pattern.data());
    path_ = absl::StrCat(root_, "/deep/data");
  }
  ~DataFolderTest() override { fs::remove_all(root_); }

  absl::StatusOr<std::unique_ptr<DataFolder>> Open(const std::string& service = "ebb-x", uint32_t version = 3) {
    return DataFolder::Open({path_, service, version});
  }
  std::string OpenError(const std::string& service = "ebb-x", uint32_t version = 3) {
    return std::string(Open(service, version).status().message());
  }
  void Create() {
    const auto folder = Open();
    ASSERT_TRUE(folder.ok()) << folder.status();
    ASSERT_TRUE((*folder)->FinishCreation().ok());
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(absl::StrCat(path_, "/", name)) << text;
  }
  bool Has(const std::string& name) const { return fs::exists(absl::StrCat(path_, "/", name)); }

  std::string root_;
  std::string path_;
};

TEST_F(DataFolderTest, IsCreatedForItsUserAlone) {
  const auto folder = Open();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_TRUE((*folder)->is_new());
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700);
  EXPECT_EQ((*folder)->Path("db"), path_ + "/db");
}

TEST_F(DataFolderTest, KeepsItsIdentity) {
  uint64_t source_id;
  {
    const auto folder = Open();
    ASSERT_TRUE(folder.ok());
    source_id = (*folder)->source_id();
    ASSERT_TRUE((*folder)->FinishCreation().ok());
    EXPECT_FALSE((*folder)->is_new());
  }
  path_ += "/";  // people write it so
  const auto again = Open();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE((*again)->is_new());
  EXPECT_EQ((*again)->source_id(), source_id);
  EXPECT_EQ((*again)->format_version(), 3);
}

TEST_F(DataFolderTest, AnOlderFormatIsReadAndNamed) {
  Create();
  const auto folder = Open("ebb-x", 5);
  ASSERT_TRUE(folder.ok());
  EXPECT_EQ((*folder)->format_version(), 3);
}

TEST_F(DataFolderTest, ASecondUserIsRefusedWithTheFirstOnesProcess) {
  const auto first = Open();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(OpenError(), absl::StrCat("data folder ", path_, " is in use by process ", getpid(),
                                      "; stop it or choose another folder"));
}

TEST_F(DataFolderTest, ANewerFormatIsRefusedByName) {
  Create();
  EXPECT_EQ(OpenError("ebb-x", 2), absl::StrCat("data folder ", path_,
                                                " has format 3, newer than 2, the newest that "
                                                "this ebb-x reads; run the newer version"));
}

TEST_F(DataFolderTest, AnotherServicesFolderIsRefused) {
  Create();
  EXPECT_THAT(OpenError("ebb-y"), HasSubstr("belongs to ebb-x, not to ebb-y"));
}

TEST_F(DataFolderTest, AnUnfinishedCreationStartsAgainFromNothing) {
  {
    const auto folder = Open();
    ASSERT_TRUE(folder.ok());
    Write("CURRENT", "names a file that a power cut took");
    fs::create_directory((*folder)->Path("db"));
    Write("db/part", "x");
  }
  const auto again = Open();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE((*again)->is_new());
  EXPECT_FALSE(Has("CURRENT"));
  EXPECT_FALSE(Has("db"));
}

// A file between them would be a stranger's to the next start, if the process is killed there.
TEST_F(DataFolderTest, NothingIsMadeBetweenTheLockAndTheMark) {
  fs::create_directories(path_);
  const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(inotify_add_watch(watch, path_.c_str(), IN_CREATE | IN_MOVED_TO), 0);
  ASSERT_TRUE(Open().ok());
  alignas(inotify_event) char buffer[4096];
  const ssize_t bytes = read(watch, buffer, sizeof(buffer));
  close(watch);
  std::vector<std::string> names;
  for (ssize_t at = 0; at < bytes;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    names.emplace_back(event->name);
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("LOCK", "CREATING"));
}

TEST_F(DataFolderTest, AFinishedFolderIsNeverEmptied) {
  Create();
  Write("db", "precious");
  Write("CREATING", "");  // a crash between FORMAT and the removal of the mark
  const auto folder = Open();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_FALSE((*folder)->is_new());
  EXPECT_TRUE(Has("db"));
  EXPECT_FALSE(Has("CREATING"));
}

TEST_F(DataFolderTest, AStrangersFolderIsLeftAsItWas) {
  fs::create_directories(path_);
  Write("photos.txt", "precious");
  chmod(path_.c_str(), 0755);
  const absl::Status status = Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("holds other files (photos.txt) and no FORMAT"));
  EXPECT_TRUE(Has("photos.txt"));
  EXPECT_FALSE(Has("LOCK"));
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0755);
}

TEST_F(DataFolderTest, ADamagedFormatIsRefused) {
  for (const char* text : {"", "service ebb-x\n", "service ebb-x\nformat x\nsource 0123456789abcdef\n",
                           "service ebb-x\nformat 0\nsource 0123456789abcdef\n", "service ebb-x\nformat 3\nsource 12\n",
                           "service ebb-x\nformat 3\nsource zzzzzzzzzzzzzzzz\n"}) {
    fs::create_directories(path_);
    Write("FORMAT", text);
    const absl::Status status = Open().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("FORMAT is damaged"));
  }
}

TEST_F(DataFolderTest, AFileIsNoFolder) {
  std::ofstream(root_ + "/file") << "x";
  path_ = root_ + "/file";
  EXPECT_THAT(OpenError(), HasSubstr("is not a folder"));
  path_ = root_ + "/file/below";
  EXPECT_THAT(OpenError(), HasSubstr("cannot create folder"));
  path_ = "";
  EXPECT_THAT(OpenError(), HasSubstr("the path is empty"));
}

TEST_F(DataFolderTest, KnowsTheFreeSpace) {
  const auto folder = Open();
  ASSERT_TRUE(folder.ok());
  EXPECT_EQ(*(*folder)->FreeBytes() / (1 << 30), fs::space(path_).available / (1 << 30));
}

}  // namespace
}  // namespace ebb
