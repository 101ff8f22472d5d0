// The folder in which a service keeps its data: whose it is, in which format, and that only one process uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ebb {

// Holds the folder's lock from Open until destruction. Thread-safe after Open.
//
// A folder is created in two steps, because a crash while a database is created for the first time can leave files that
// no database opens: Open marks an empty folder as being created; the service creates its files and calls
// FinishCreation, which writes the file FORMAT. A folder still marked at the next Open never acknowledged anything: it
// is emptied and created again. One that has a FORMAT is never emptied.
class DataFolder {
 public:
  struct Options {
    std::string path;         // created if absent, mode 0700; missing parents too
    std::string service;      // such as `ebb-scorer`; a folder belongs to one service
    uint32_t format_version;  // the newest format this binary writes and reads
  };

  // FAILED_PRECONDITION: in use by another process, of another service, of a newer format, or neither empty nor ours;
  // DATA_LOSS: its FORMAT is damaged; PERMISSION_DENIED, RESOURCE_EXHAUSTED (disk full) or UNAVAILABLE from the file
  // system. Messages name the folder and what to do.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(const Options& options);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  // True until FinishCreation: the service has to create its files.
  bool is_new() const { return is_new_; }
  // After the service has created and synced its files: from now on the folder counts as holding data.
  absl::Status FinishCreation();

  // The path of a file or folder in it.
  std::string Path(absl::string_view name) const;
  const std::string& path() const { return path_; }
  // Random, chosen when the folder was created, kept for its life: the source of resume tokens.
  uint64_t source_id() const { return source_id_; }
  // The format found; less than the binary's where an upgrade is due.
  uint32_t format_version() const { return format_version_; }

  // What the file system still grants to this process.
  absl::StatusOr<uint64_t> FreeBytes() const;

 private:
  DataFolder(std::string path, std::string service, uint32_t format_version);

  absl::Status Lock();
  absl::Status Identify();
  absl::Status ReadFormat(const std::string& text);
  absl::Status BeginCreation();

  const std::string path_;
  const std::string service_;
  uint32_t format_version_;
  uint64_t source_id_ = 0;
  bool is_new_ = false;
  int lock_fd_ = -1;
};

}  // namespace ebb
