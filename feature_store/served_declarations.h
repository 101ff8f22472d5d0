// What the store keeps of its declarations, and what a start makes of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/definitions.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// What a start serves.
struct ServedAtStart {
  // What the folder was last served with, where the file folds customers in another way; null: the file is served at
  // once.
  std::unique_ptr<const CompiledDeclarations> before;
  Definitions definitions;    // of these two
  bool other_values = false;  // the file is served at once, and vectors may differ all the same: in their defaults
  bool to_be_noted = false;   // the file is served at once and is not what the folder has noted
};

// `noted` is what the folder says it was last served with; nothing in an empty one. The file is borrowed. Pure.
ServedAtStart DecideServed(const std::optional<storage::v1::ServedDeclarations>& noted,
                           const CompiledDeclarations& file);

// Nothing in a folder that holds no customer and no event.
absl::StatusOr<std::optional<storage::v1::ServedDeclarations>> ReadServedDeclarations(const Storage& storage);

// That these declarations are served; everybody whose last change is not after `unannounced_to` has to be told of.
void AddServedDeclarations(const CompiledDeclarations& served, uint64_t unannounced_to, WriteSet* changes);

}  // namespace ebb::feature_store
