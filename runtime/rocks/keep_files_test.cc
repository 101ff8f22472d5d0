#include "runtime/rocks/keep_files.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "rocksdb/file_system.h"

namespace ebb {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// Files that can be written but, from some moment on, not synced.
class FailingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<rocksdb::FSWritableFile> file, const bool* fails)
      : FSWritableFileOwnerWrapper(std::move(file)), fails_(fails) {}
  IOStatus Sync(const IOOptions& o, IODebugContext* c) override {
    return *fails_ ? IOStatus::IOError("no disk") : FSWritableFileOwnerWrapper::Sync(o, c);
  }

 private:
  const bool* const fails_;
};

class FailingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FailingFileSystem(const bool* fails) : FileSystemWrapper(rocksdb::FileSystem::Default()), fails_(fails) {}
  const char* Name() const override { return "test.FailingFileSystem"; }
  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) override {
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, c);
    if (status.ok()) *file = std::make_unique<FailingFile>(std::move(*file), fails_);
    return status;
  }

 private:
  const bool* const fails_;
};

TEST(KeepFilesAfterFailure, DeletesUntilASyncHasFailed) {
  bool fails = false;
  const std::unique_ptr<rocksdb::Env> disk = rocksdb::NewCompositeEnv(std::make_shared<FailingFileSystem>(&fails));
  const std::unique_ptr<rocksdb::Env> env = KeepFilesAfterFailure(disk.get());
  rocksdb::FileSystem& files = *env->GetFileSystem();
  const std::string folder = ::testing::TempDir() + "/keep_files_" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_TRUE(files.NewWritableFile(folder + name, rocksdb::FileOptions(), &file, nullptr).ok());
    EXPECT_TRUE(file->Append("bytes", IOOptions(), nullptr).ok());
    return file->Sync(IOOptions(), nullptr);
  };
  EXPECT_TRUE(write("/a").ok());
  EXPECT_TRUE(files.DeleteFile(folder + "/a", IOOptions(), nullptr).ok());
  EXPECT_FALSE(std::filesystem::exists(folder + "/a"));

  EXPECT_TRUE(write("/b").ok());
  fails = true;
  EXPECT_FALSE(write("/c").ok());
  fails = false;
  EXPECT_FALSE(files.DeleteFile(folder + "/b", IOOptions(), nullptr).ok()) << "also one that has nothing to do with it";
  EXPECT_TRUE(std::filesystem::exists(folder + "/b"));

  // The next process tidies up.
  const std::unique_ptr<rocksdb::Env> next = KeepFilesAfterFailure(disk.get());
  EXPECT_TRUE(next->GetFileSystem()->DeleteFile(folder + "/b", IOOptions(), nullptr).ok());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace ebb
