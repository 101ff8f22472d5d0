#include "feature_store/served_declarations.h"

#include <string>
#include <utility>

#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "google/protobuf/util/message_differencer.h"

namespace ebb::feature_store {
namespace {

using google::protobuf::util::MessageDifferencer;

// Then there is nothing that another file would have to be back-filled from.
bool HoldsNobody(const StorageView& view) {
  const auto states = view.Scan(Family::kState, "", ""), log = view.Scan(Family::kLog, "", "");
  return !states->Valid() && states->status().ok() && !log->Valid() && log->status().ok();
}

// Of declarations that fold alike.
bool SameDefaults(const CompiledDeclarations& a, const CompiledDeclarations& b) {
  for (size_t i = 0; i < a.features().size(); ++i) {
    if (!MessageDifferencer::Equals(a.features()[i].default_value, b.features()[i].default_value)) return false;
  }
  return true;
}

}  // namespace

ServedAtStart DecideServed(const std::optional<storage::v1::ServedDeclarations>& noted,
                           const CompiledDeclarations& file) {
  ServedAtStart start;
  start.definitions.served = &file;
  start.to_be_noted = !noted.has_value() || !MessageDifferencer::Equals(noted->declarations(), file.source());
  if (!noted.has_value() || !start.to_be_noted) return start;
  auto before = std::make_unique<const CompiledDeclarations>(noted->declarations());
  if (before->state_fingerprint() == file.state_fingerprint()) {
    start.other_values = !SameDefaults(*before, file);
    return start;
  }
  start.to_be_noted = false;
  start.before = std::move(before);
  start.definitions = {.served = start.before.get(), .next = &file};
  return start;
}

absl::StatusOr<std::optional<storage::v1::ServedDeclarations>> ReadServedDeclarations(const Storage& storage) {
  const absl::StatusOr<std::optional<std::string>> bytes = storage.Get(Family::kMeta, kDeclarationsKey);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value() || HoldsNobody(*storage.View())) return std::nullopt;
  storage::v1::ServedDeclarations noted;
  if (absl::Status read = DecodeRecord(**bytes, "the declarations that are served", &noted); !read.ok()) return read;
  return noted;
}

void AddServedDeclarations(const CompiledDeclarations& served, uint64_t unannounced_to, WriteSet* changes) {
  storage::v1::ServedDeclarations noted;
  *noted.mutable_declarations() = served.source();
  noted.set_unannounced_to(unannounced_to);
  changes->Add(Family::kMeta, std::string(kDeclarationsKey), EncodeRecord(noted));
}

}  // namespace ebb::feature_store
