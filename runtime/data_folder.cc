// Files of ours in the folder:
//   LOCK      locked by flock(2) while a process uses the folder; holds its process id in decimal
//   CREATING  the folder is being created; everything in it may be thrown away
//   FORMAT    three lines: "service <name>", "format <decimal>", "source <16 hexadecimal digits>"
#include "runtime/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/digest.h"

namespace ebb {
namespace {

namespace fs = std::filesystem;

absl::Status SystemError(int error, absl::string_view action, absl::string_view path) {
  const std::string message = absl::StrCat("cannot ", action, " ", path, ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) {
    return absl::ResourceExhaustedError(absl::StrCat(message, "; free some space or choose another folder"));
  }
  if (error == EACCES || error == EPERM || error == EROFS) {
    return absl::PermissionDeniedError(absl::StrCat(message, "; choose a folder that this user may write"));
  }
  return absl::UnavailableError(message);
}

absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(errno, "open", path);
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  return result == 0 ? absl::OkStatus() : SystemError(error, "sync", path);
}

absl::Status WriteAndSync(int fd, absl::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError(errno, "write", path);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : SystemError(errno, "sync", path);
}

// All or nothing, also across a power cut.
absl::Status WriteFileDurably(const std::string& folder, const std::string& path, absl::string_view content) {
  const std::string unfinished = path + ".unfinished";
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return SystemError(errno, "create", unfinished);
  const absl::Status written = WriteAndSync(fd, content, unfinished);
  close(fd);
  if (!written.ok()) return written;
  if (rename(unfinished.c_str(), path.c_str()) != 0) return SystemError(errno, "rename", unfinished);
  return SyncFolder(folder);
}

std::string ReadSmallFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

absl::Status CreateFolder(const std::string& path) {
  std::error_code error;
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, error);
  if (error) return SystemError(error.value(), "create folder", parent.string());
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return SystemError(errno, "create folder", path);
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return SystemError(errno, "look at", path);
  if (!S_ISDIR(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat("data folder ", path, " is not a folder; choose another path"));
  }
  return absl::OkStatus();
}

// What others could read in a folder of our own is closed to them; one that belongs to another user (a mounted volume)
// is left to its owner.
absl::Status CloseToOthers(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return SystemError(errno, "look at", path);
  if ((info.st_mode & 077) == 0 || info.st_uid != geteuid() || chmod(path.c_str(), 0700) == 0) return absl::OkStatus();
  return SystemError(errno, "restrict access to", path);
}

}  // namespace

DataFolder::DataFolder(std::string path, std::string service, uint32_t format_version)
    : path_(std::move(path)), service_(std::move(service)), format_version_(format_version) {}

DataFolder::~DataFolder() {
  if (lock_fd_ >= 0) close(lock_fd_);  // the lock goes with it
}

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(const Options& options) {
  if (options.path.empty()) return absl::InvalidArgumentError("data folder: the path is empty; name a folder");
  fs::path path(options.path);
  if (!path.has_filename()) path = path.parent_path();  // "data/" is "data"
  std::unique_ptr<DataFolder> folder(new DataFolder(path.string(), options.service, options.format_version));
  if (absl::Status status = CreateFolder(folder->path_); !status.ok()) return status;
  if (absl::Status status = folder->Lock(); !status.ok()) return status;
  if (absl::Status status = folder->Identify(); !status.ok()) return status;
  if (absl::Status status = CloseToOthers(folder->path_); !status.ok()) return status;
  return folder;
}

std::string DataFolder::Path(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

absl::Status DataFolder::Lock() {
  const std::string lock_path = Path("LOCK");
  lock_fd_ = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ < 0) return SystemError(errno, "create", lock_path);
  if (flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return SystemError(errno, "lock", lock_path);
    const std::string holder = ReadSmallFile(lock_path);
    return absl::FailedPreconditionError(absl::StrCat("data folder ", path_, " is in use by process ",
                                                      holder.empty() ? "(unknown)" : holder,
                                                      "; stop it or choose another folder"));
  }
  const std::string pid = absl::StrCat(getpid());
  if (ftruncate(lock_fd_, 0) != 0) return SystemError(errno, "write", lock_path);
  if (pwrite(lock_fd_, pid.data(), pid.size(), 0) < 0) return SystemError(errno, "write", lock_path);
  return absl::OkStatus();
}

absl::Status DataFolder::Identify() {
  if (Exists(Path("FORMAT"))) return ReadFormat(ReadSmallFile(Path("FORMAT")));
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, error)) {
    if (entry.path().filename() != "LOCK") found.push_back(entry.path());
  }
  if (error) return SystemError(error.value(), "list", path_);
  if (!found.empty() && !Exists(Path("CREATING"))) {
    unlink(Path("LOCK").c_str());  // leave a stranger's folder as it was
    return absl::FailedPreconditionError(
        absl::StrCat("data folder ", path_, " holds other files (", found.front().filename().string(),
                     ") and no FORMAT; choose an empty folder, or restore its FORMAT if it once held data"));
  }
  // The mark goes last, so that a crash in between finds it again.
  for (const fs::path& path : found) {
    if (path.filename() == "CREATING") continue;
    fs::remove_all(path, error);
    if (error) return SystemError(error.value(), "remove", path.string());
  }
  return BeginCreation();
}

absl::Status DataFolder::ReadFormat(const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  uint32_t version = 0;
  const auto value = [&](size_t line, absl::string_view key) -> std::string {
    if (line >= lines.size() || lines[line].rfind(absl::StrCat(key, " "), 0) != 0) return "";
    return lines[line].substr(key.size() + 1);
  };
  const std::string service = value(0, "service");
  const std::string source = value(2, "source");
  if (service.empty() || !absl::SimpleAtoi(value(1, "format"), &version) || version == 0) {
    return absl::DataLossError(absl::StrCat("data folder ", path_, ": FORMAT is damaged; restore it from a backup"));
  }
  if (service != service_) {
    return absl::FailedPreconditionError(
        absl::StrCat("data folder ", path_, " belongs to ", service, ", not to ", service_, "; choose another folder"));
  }
  // Before anything else of the file is read: only the first two lines are the same in every format.
  if (version > format_version_) {
    return absl::FailedPreconditionError(absl::StrCat("data folder ", path_, " has format ", version, ", newer than ",
                                                      format_version_, ", the newest that this ", service_,
                                                      " reads; run the newer version"));
  }
  if (source.size() != 16 || !absl::SimpleHexAtoi(source, &source_id_)) {
    return absl::DataLossError(absl::StrCat("data folder ", path_, ": FORMAT is damaged; restore it from a backup"));
  }
  format_version_ = version;
  unlink(Path("CREATING").c_str());  // a crash after FORMAT was written may have left it
  return absl::OkStatus();
}

absl::Status DataFolder::BeginCreation() {
  const std::string random = RandomBytes(sizeof source_id_);
  std::memcpy(&source_id_, random.data(), sizeof source_id_);
  is_new_ = true;
  // Made at once under its own name, since it has no content: whenever the process is killed, the next one finds either
  // the mark or nothing at all.
  const int fd = open(Path("CREATING").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return SystemError(errno, "create", Path("CREATING"));
  close(fd);
  return SyncFolder(path_);
}

absl::Status DataFolder::FinishCreation() {
  if (!is_new_) return absl::OkStatus();
  const std::string content = absl::StrCat("service ", service_, "\nformat ", format_version_, "\nsource ",
                                           absl::Hex(source_id_, absl::kZeroPad16), "\n");
  if (absl::Status status = WriteFileDurably(path_, Path("FORMAT"), content); !status.ok()) return status;
  unlink(Path("CREATING").c_str());
  is_new_ = false;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> DataFolder::FreeBytes() const {
  struct statvfs info;
  if (statvfs(path_.c_str(), &info) != 0) return SystemError(errno, "ask for the free space of", path_);
  return uint64_t{info.f_bavail} * info.f_frsize;
}

}  // namespace ebb
