// For tests: a file system that forgets what was not synced, and fails on demand.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

// Writes go to the real file system; the books say what a power cut would leave. Thread-safe.
class FaultFs final : public rocksdb::FileSystemWrapper {
 public:
  FaultFs() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFs"; }

  // Cuts every file back to what was synced, plus up to `torn` bytes of what was not, and takes away files whose folder
  // was not synced since they were made. No file may be open.
  void PowerLoss(uint64_t torn);
  // The n-th append or sync from now on fails, and all after it; 0: none.
  void FailFrom(int64_t operation);
  // fsync says OK and does nothing: what a dishonest disk does.
  void LieAboutSync(bool lie);
  int64_t operations() const;

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* c) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* c) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* c) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder, rocksdb::IODebugContext* c) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* c) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* c) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* c) override;

 private:
  class File;
  class Folder;
  struct Content {
    uint64_t written = 0;
    uint64_t synced = 0;
  };

  rocksdb::IOStatus Gate();
  void Created(const std::string& path, uint64_t size);

  mutable Mutex mutex_;
  std::map<std::string, Content> files_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> unsynced_names_ ABSL_GUARDED_BY(mutex_);
  int64_t operations_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t fail_from_ ABSL_GUARDED_BY(mutex_) = 0;
  bool lie_ ABSL_GUARDED_BY(mutex_) = false;
};

// An Env over a FaultFs whose sleeps cost nothing: closing a database after an injected error sleeps a second a job
// otherwise.
std::unique_ptr<rocksdb::Env> NewFaultEnv(const std::shared_ptr<FaultFs>& fs);

}  // namespace ebb::feature_store
