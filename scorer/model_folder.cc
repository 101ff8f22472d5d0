// The file: `ebb-champion 1 <version> <digest>\n`, then the model file's own bytes.
#include "scorer/model_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/digest.h"

namespace ebb::scorer {
namespace {

constexpr absl::string_view kMagic = "ebb-champion";
constexpr absl::string_view kFormat = "1";

absl::Status SystemError(absl::string_view doing, const std::string& path) {
  return absl::InternalError(absl::StrCat(doing, " ", path, ": ", std::strerror(errno)));
}

absl::Status WriteAndSync(const std::string& path, absl::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return SystemError("creating", path);
  absl::Status status;
  while (!bytes.empty() && status.ok()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      status = SystemError("writing", path);
    }
  }
  if (status.ok() && fsync(fd) != 0) status = SystemError("syncing", path);
  close(fd);
  return status;
}

absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError("opening", path);
  absl::Status status;
  if (fsync(fd) != 0) status = SystemError("syncing", path);
  close(fd);
  return status;
}

}  // namespace

absl::StatusOr<std::optional<ModelFile>> ModelFolder::Load() const {
  const std::string path = path_ + "/champion";
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream content;
  content << in.rdbuf();
  const std::string bytes = std::move(content).str();
  const size_t end = bytes.find('\n');
  const std::vector<std::string> words = absl::StrSplit(bytes.substr(0, end), ' ');
  ModelFile file;
  if (end == std::string::npos || words.size() != 4 || words[0] != kMagic || words[1] != kFormat ||
      !absl::SimpleAtoi(words[2], &file.version)) {
    return absl::DataLossError(
        absl::StrCat(path, " does not begin as a kept champion does: delete it to fetch it from the trainer again"));
  }
  file.digest = words[3];
  file.bytes = bytes.substr(end + 1);
  if (Sha256Hex(file.bytes) != file.digest) {
    return absl::DataLossError(
        absl::StrCat(path, " does not match its digest: delete it to fetch it from the trainer again"));
  }
  return file;
}

absl::Status ModelFolder::Save(const ModelFile& file) const {
  const std::string path = path_ + "/champion";
  const std::string fresh = path + ".new";
  const std::string bytes = absl::StrCat(kMagic, " ", kFormat, " ", file.version, " ", file.digest, "\n", file.bytes);
  if (absl::Status status = WriteAndSync(fresh, bytes); !status.ok()) return status;
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return SystemError("replacing", path);
  return SyncFolder(path_);
}

}  // namespace ebb::scorer
