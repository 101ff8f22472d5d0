#include "runtime/rocks/keep_files.h"

#include <atomic>
#include <string>
#include <utility>

#include "rocksdb/file_system.h"

namespace ebb {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// Whether something failed; shared by the files, which may outlive the file system's user.
class Failure {
 public:
  IOStatus Note(IOStatus status) {
    if (!status.ok()) failed_ = true;
    return status;
  }
  bool failed() const { return failed_; }

 private:
  std::atomic<bool> failed_ = false;
};

class File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<Failure> failure)
      : FSWritableFileOwnerWrapper(std::move(file)), failure_(std::move(failure)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& o, IODebugContext* c) override {
    return failure_->Note(FSWritableFileOwnerWrapper::Append(data, o, c));
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& o, const rocksdb::DataVerificationInfo& v,
                  IODebugContext* c) override {
    return failure_->Note(FSWritableFileOwnerWrapper::Append(data, o, v, c));
  }
  IOStatus Flush(const IOOptions& o, IODebugContext* c) override {
    return failure_->Note(FSWritableFileOwnerWrapper::Flush(o, c));
  }
  IOStatus Sync(const IOOptions& o, IODebugContext* c) override {
    return failure_->Note(FSWritableFileOwnerWrapper::Sync(o, c));
  }
  IOStatus Fsync(const IOOptions& o, IODebugContext* c) override {
    return failure_->Note(FSWritableFileOwnerWrapper::Fsync(o, c));
  }
  IOStatus RangeSync(uint64_t offset, uint64_t bytes, const IOOptions& o, IODebugContext* c) override {
    return failure_->Note(FSWritableFileOwnerWrapper::RangeSync(offset, bytes, o, c));
  }
  IOStatus Close(const IOOptions& o, IODebugContext* c) override {
    return failure_->Note(FSWritableFileOwnerWrapper::Close(o, c));
  }

 private:
  const std::shared_ptr<Failure> failure_;
};

class Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(std::unique_ptr<rocksdb::FSDirectory> folder, std::shared_ptr<Failure> failure)
      : FSDirectoryWrapper(std::move(folder)), failure_(std::move(failure)) {}

  IOStatus Fsync(const IOOptions& o, IODebugContext* c) override {
    return failure_->Note(FSDirectoryWrapper::Fsync(o, c));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& o, IODebugContext* c, const rocksdb::DirFsyncOptions& how) override {
    return failure_->Note(FSDirectoryWrapper::FsyncWithDirOptions(o, c, how));
  }

 private:
  const std::shared_ptr<Failure> failure_;
};

class KeepingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit KeepingFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target) : FileSystemWrapper(target) {}
  const char* Name() const override { return "ebb.KeepingFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) override {
    return Watched(FileSystemWrapper::NewWritableFile(path, options, file, c), file);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) override {
    return Watched(FileSystemWrapper::ReopenWritableFile(path, options, file, c), file);
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) override {
    return Watched(FileSystemWrapper::ReuseWritableFile(path, old_path, options, file, c), file);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext* c) override {
    IOStatus status = FileSystemWrapper::NewDirectory(path, options, folder, c);
    if (status.ok()) *folder = std::make_unique<Folder>(std::move(*folder), failure_);
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* c) override {
    return failure_->Note(FileSystemWrapper::RenameFile(from, to, options, c));
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* c) override {
    if (failure_->failed()) return IOStatus::IOError("kept, because a write has failed", path);
    return FileSystemWrapper::DeleteFile(path, options, c);
  }

 private:
  IOStatus Watched(IOStatus status, std::unique_ptr<rocksdb::FSWritableFile>* file) {
    if (status.ok()) *file = std::make_unique<File>(std::move(*file), failure_);
    return status;
  }

  const std::shared_ptr<Failure> failure_ = std::make_shared<Failure>();
};

class KeepingEnv final : public rocksdb::EnvWrapper {
 public:
  explicit KeepingEnv(rocksdb::Env* env) : EnvWrapper(env) {
    file_system_ = std::make_shared<KeepingFileSystem>(env->GetFileSystem());
  }
  const char* Name() const override { return "ebb.KeepingEnv"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> KeepFilesAfterFailure(rocksdb::Env* env) { return std::make_unique<KeepingEnv>(env); }

}  // namespace ebb
