#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ebb::scorer {

// A model file and what the trainer says of it.
struct ModelFile {
  int64_t version = 0;
  std::string digest;  // SHA-256 of the bytes, lower-case hexadecimal
  std::string bytes;
};

// The champion's file on the scorer's own disk, so that a restart serves without the trainer. One file, replaced whole:
// after a crash there is the old one or the new one. Not thread-safe.
class ModelFolder {
 public:
  explicit ModelFolder(std::string path) : path_(std::move(path)) {}

  // Nothing where no model was kept yet. DATA_LOSS when the bytes do not match their digest.
  absl::StatusOr<std::optional<ModelFile>> Load() const;

  // On disk when it returns. INTERNAL names the file and what the system said.
  absl::Status Save(const ModelFile& file) const;

 private:
  const std::string path_;
};

}  // namespace ebb::scorer
