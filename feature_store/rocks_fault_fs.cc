#include "feature_store/rocks_fault_fs.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace ebb::feature_store {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class FaultFs::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path, FaultFs* fs)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)), path_(std::move(path)), fs_(fs) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& o, IODebugContext* c) override {
    if (IOStatus gate = fs_->Gate(); !gate.ok()) return gate;
    return Wrote(data.size(), rocksdb::FSWritableFileOwnerWrapper::Append(data, o, c));
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& o, const rocksdb::DataVerificationInfo& v,
                  IODebugContext* c) override {
    if (IOStatus gate = fs_->Gate(); !gate.ok()) return gate;
    return Wrote(data.size(), rocksdb::FSWritableFileOwnerWrapper::Append(data, o, v, c));
  }
  IOStatus Truncate(uint64_t size, const IOOptions& o, IODebugContext* c) override {
    const IOStatus status = rocksdb::FSWritableFileOwnerWrapper::Truncate(size, o, c);
    MutexLock lock(&fs_->mutex_);
    if (status.ok()) fs_->files_[path_].written = size;
    return status;
  }
  IOStatus Sync(const IOOptions& o, IODebugContext* c) override { return Synced(o, c); }
  IOStatus Fsync(const IOOptions& o, IODebugContext* c) override { return Synced(o, c); }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  IOStatus Wrote(size_t size, const IOStatus& status) {
    MutexLock lock(&fs_->mutex_);
    if (status.ok()) fs_->files_[path_].written += size;
    return status;
  }
  // No real sync is needed: the books say what survives.
  IOStatus Synced(const IOOptions& o, IODebugContext* c) {
    if (IOStatus gate = fs_->Gate(); !gate.ok()) return gate;
    const IOStatus status = rocksdb::FSWritableFileOwnerWrapper::Flush(o, c);
    MutexLock lock(&fs_->mutex_);
    Content& content = fs_->files_[path_];
    if (status.ok() && !fs_->lie_) content.synced = content.written;
    return status;
  }

  const std::string path_;
  FaultFs* const fs_;
};

class FaultFs::Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(std::unique_ptr<rocksdb::FSDirectory> folder, std::string path, FaultFs* fs)
      : rocksdb::FSDirectoryWrapper(std::move(folder)), path_(std::move(path)), fs_(fs) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return Synced(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*, const rocksdb::DirFsyncOptions&) override {
    return Synced();
  }

 private:
  IOStatus Synced() {
    if (IOStatus gate = fs_->Gate(); !gate.ok()) return gate;
    MutexLock lock(&fs_->mutex_);
    if (fs_->lie_) return IOStatus::OK();
    std::erase_if(fs_->unsynced_names_, [&](const std::string& name) {
      return std::filesystem::path(name).parent_path() == std::filesystem::path(path_ + "/").parent_path();
    });
    return IOStatus::OK();
  }

  const std::string path_;
  FaultFs* const fs_;
};

void FaultFs::PowerLoss(uint64_t torn) {
  MutexLock lock(&mutex_);
  for (const std::string& name : unsynced_names_) {
    std::filesystem::remove(name);
    files_.erase(name);
  }
  unsynced_names_.clear();
  for (auto& [path, content] : files_) {
    const uint64_t left = std::min(content.written, content.synced + torn);
    std::error_code error;
    if (std::filesystem::exists(path, error)) std::filesystem::resize_file(path, left);
    content = {left, left};
  }
}

void FaultFs::FailFrom(int64_t operation) {
  MutexLock lock(&mutex_);
  operations_ = 0;
  fail_from_ = operation;
}

void FaultFs::LieAboutSync(bool lie) {
  MutexLock lock(&mutex_);
  lie_ = lie;
}

int64_t FaultFs::operations() const {
  MutexLock lock(&mutex_);
  return operations_;
}

IOStatus FaultFs::Gate() {
  MutexLock lock(&mutex_);
  ++operations_;
  return fail_from_ > 0 && operations_ >= fail_from_ ? IOStatus::IOError("injected fault") : IOStatus::OK();
}

void FaultFs::Created(const std::string& path, uint64_t size) {
  MutexLock lock(&mutex_);
  files_[path] = {size, size};
  unsynced_names_.insert(path);
}

IOStatus FaultFs::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                  std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) {
  const IOStatus status = rocksdb::FileSystemWrapper::NewWritableFile(path, options, file, c);
  if (!status.ok()) return status;
  Created(path, 0);
  *file = std::make_unique<File>(std::move(*file), path, this);
  return status;
}

IOStatus FaultFs::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                     std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) {
  const IOStatus status = rocksdb::FileSystemWrapper::ReopenWritableFile(path, options, file, c);
  if (status.ok()) *file = std::make_unique<File>(std::move(*file), path, this);
  return status;
}

IOStatus FaultFs::ReuseWritableFile(const std::string& path, const std::string& old_path,
                                    const rocksdb::FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    IODebugContext* c) {
  const IOStatus status = rocksdb::FileSystemWrapper::ReuseWritableFile(path, old_path, options, file, c);
  if (!status.ok()) return status;
  Created(path, 0);
  *file = std::make_unique<File>(std::move(*file), path, this);
  return status;
}

IOStatus FaultFs::NewDirectory(const std::string& path, const IOOptions& options,
                               std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext* c) {
  const IOStatus status = rocksdb::FileSystemWrapper::NewDirectory(path, options, folder, c);
  if (status.ok()) *folder = std::make_unique<Folder>(std::move(*folder), path, this);
  return status;
}

IOStatus FaultFs::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                             IODebugContext* c) {
  const IOStatus status = rocksdb::FileSystemWrapper::RenameFile(from, to, options, c);
  if (!status.ok()) return status;
  MutexLock lock(&mutex_);
  files_[to] = files_[from];
  files_.erase(from);
  // Replacing a name is atomic: before the folder's sync the old content may come back, which the callers allow for, so
  // only a wholly new name can vanish.
  if (unsynced_names_.erase(from) > 0 && files_[to].synced == 0) unsynced_names_.insert(to);
  return status;
}

IOStatus FaultFs::LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                           IODebugContext* c) {
  const IOStatus status = rocksdb::FileSystemWrapper::LinkFile(from, to, options, c);
  if (!status.ok()) return status;
  MutexLock lock(&mutex_);
  files_[to] = files_[from];
  unsynced_names_.insert(to);
  return status;
}

IOStatus FaultFs::DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* c) {
  const IOStatus status = rocksdb::FileSystemWrapper::DeleteFile(path, options, c);
  MutexLock lock(&mutex_);
  files_.erase(path);
  unsynced_names_.erase(path);
  return status;
}

namespace {

class FaultEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultEnv(std::unique_ptr<rocksdb::Env> env) : rocksdb::EnvWrapper(env.get()), env_(std::move(env)) {}
  void SleepForMicroseconds(int) override {}

 private:
  const std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> NewFaultEnv(const std::shared_ptr<FaultFs>& fs) {
  return std::make_unique<FaultEnv>(rocksdb::NewCompositeEnv(fs));
}

}  // namespace ebb::feature_store
