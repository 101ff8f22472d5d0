#include "clients/cli/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace ebb {
namespace {

// Everything on the disk, or false with errno set.
bool WriteWhole(int file, const std::string& text) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t part = write(file, text.data() + written, text.size() - written);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return false;
    written += static_cast<size_t>(part);
  }
  return fsync(file) == 0;
}

}  // namespace

absl::Status WriteFileAtomically(const std::string& path, const std::string& text) {
  std::error_code ignored;
  const std::filesystem::file_status there = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(there)) {
    return absl::FailedPreconditionError(absl::StrCat("`", path, "` is a directory; name a file"));
  }
  // A rename would put a file in the place of a device or a pipe.
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", path, "` is not a file; name one, or - for standard output"));
  }
  const std::string temporary = absl::StrCat(path, ".", getpid(), ".tmp");
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot create `", path, "`: ", std::strerror(errno)));
  }
  bool whole = WriteWhole(file, text);
  int why = errno;
  if (close(file) != 0 && whole) whole = false, why = errno;
  if (whole && std::rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
  if (whole) why = errno;
  unlink(temporary.c_str());
  return absl::DataLossError(absl::StrCat("cannot write `", path, "`: ", std::strerror(why)));
}

}  // namespace ebb
