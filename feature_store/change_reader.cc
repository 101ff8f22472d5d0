#include "feature_store/change_reader.h"

#include "feature_store/event_time.h"

namespace ebb::feature_store {

absl::StatusOr<Changes> ChangeReader::After(uint64_t sequence, size_t max,
                                            google::protobuf::RepeatedPtrField<v1::CustomerFeatures>* customers) const {
  std::vector<ChangeList::Entry> entries;
  {
    ReaderMutexLock lock(&live_->mutex);
    entries = live_->table.ChangedAfter(sequence, max);
  }
  std::vector<uint32_t> ids;
  ids.reserve(entries.size());
  for (const ChangeList::Entry& entry : entries) ids.push_back(entry.id);
  Changes changes;
  absl::StatusOr<std::vector<ServedCustomer>> served;
  const absl::Status read = ReadUnderOne(live_, [&](const CompiledDeclarations& declarations) {
    changes.declarations = &declarations;
    served = vectors_->ReadCustomers(declarations, ids);
    return served.status();
  });
  if (!read.ok()) return read;
  changes.sequence = entries.empty() ? sequence : entries.back().sequence;
  changes.at_end = entries.size() < max;
  for (size_t i = 0; i < entries.size(); ++i) {
    const ServedCustomer& one = (*served)[i];
    if (!one.erased) {
      FillCustomerFeatures(*changes.declarations, one, entries[i].sequence, customers->Add());
      continue;
    }
    v1::ErasedCustomer& erased = changes.erased.emplace_back();
    erased.set_digest(one.digest.data(), one.digest.size());
    erased.set_salt(erasure_salt_);
    erased.set_sequence(static_cast<int64_t>(entries[i].sequence));
  }
  return changes;
}

void FillCustomerFeatures(const CompiledDeclarations& declarations, const ServedCustomer& served, uint64_t sequence,
                          v1::CustomerFeatures* features) {
  features->set_customer_id(served.customer_id);
  FillVector(declarations, served.values, features->mutable_vector());
  features->set_sequence(static_cast<int64_t>(sequence));
  *features->mutable_changed_at() = ToTimestamp(absl::FromUnixMicros(served.changed_us));
}

}  // namespace ebb::feature_store
