#include "feature_store/store_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "feature_store/rocks_storage.h"
#include "runtime/digest.h"

namespace ebb::feature_store {
namespace {

constexpr uint32_t kFormatVersion = 3;  // 1 kept customers under other pseudonyms, 2 knew no records that grow
constexpr size_t kSecretBytes = 32;

// The folder counts as being created until FinishCreation, so a half-written secret is thrown away with it.
absl::Status WriteSecret(const std::string& path, const std::string& secret) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot create ", path));
  const bool written = write(fd, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) && fsync(fd) == 0;
  const int error = errno;
  close(fd);
  return written ? absl::OkStatus() : absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
}

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string secret((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (secret.size() == kSecretBytes) return secret;
  return absl::DataLossError(absl::StrCat(path, " has ", secret.size(), " bytes instead of ", kSecretBytes,
                                          ": without it the events cannot be found; restore it from a backup"));
}

}  // namespace

absl::StatusOr<StoreFolder> OpenStoreFolder(const std::string& path, size_t cache_bytes) {
  absl::StatusOr<std::unique_ptr<DataFolder>> folder =
      DataFolder::Open({.path = path, .service = "ebb-feature-store", .format_version = kFormatVersion});
  if (!folder.ok()) return folder.status();
  if ((*folder)->format_version() < kFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("data folder ", path, " has format ", (*folder)->format_version(), ", which this build (format ",
                     kFormatVersion, ") does not read: start on a new folder and push or import the events again"));
  }
  const bool is_new = (*folder)->is_new();
  const std::string secret_path = (*folder)->Path("secret");
  if (is_new) {
    if (absl::Status written = WriteSecret(secret_path, RandomBytes(kSecretBytes)); !written.ok()) return written;
  }
  absl::StatusOr<std::string> secret = ReadSecret(secret_path);
  if (!secret.ok()) return secret.status();
  absl::StatusOr<std::unique_ptr<Storage>> storage =
      OpenRocksStorage({.path = (*folder)->Path("db"), .create = is_new, .cache_bytes = cache_bytes});
  if (!storage.ok()) return storage.status();
  if (is_new) {
    if (absl::Status finished = (*folder)->FinishCreation(); !finished.ok()) return finished;
  }
  return StoreFolder{*std::move(folder), *std::move(secret), *std::move(storage)};
}

}  // namespace ebb::feature_store
