#include "feature_store/erasure.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/invalid_field.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "runtime/log.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kMaxReasonBytes = 256;

v1::EraseCustomerResponse ResponseOf(const storage::v1::ErasedCustomer& record, bool already) {
  v1::EraseCustomerResponse response;
  *response.mutable_erased_at() = ToTimestamp(absl::FromUnixMicros(record.erased_us()));
  response.set_already_erased(already);
  response.set_removed(record.removed());
  if (record.removed()) response.set_events_removed(record.events());
  return response;
}

WriteSet Changes(const storage::v1::ErasedCustomer& record, const EntryPosition& entry, const Pseudonym& pseudonym,
                 const Pseudonym& digest) {
  storage::v1::LogEntry header;
  header.set_arrived_us(entry.clock_us);
  header.set_clock_us(entry.clock_us);
  header.set_span(entry.end - entry.begin);
  header.mutable_erasure()->set_customer(record.customer());
  header.mutable_erasure()->set_pseudonym(pseudonym.data(), pseudonym.size());
  header.mutable_erasure()->set_digest(digest.data(), digest.size());
  WriteSet changes;
  changes.Add(Family::kLog, LogKey(entry.begin), EncodeRecord(header));
  changes.Add(Family::kMeta, ErasedKey(pseudonym), EncodeRecord(record));
  return changes;
}

}  // namespace

ErasureNames::ErasureNames(uint64_t source_id) : salt(absl::StrCat("ebb erasure ", source_id)), digest(salt) {}

absl::Status CheckErasure(const v1::EraseCustomerRequest& request) {
  if (request.customer_id().empty()) return InvalidField("customer_id", "must not be empty");
  if (request.reason().size() > kMaxReasonBytes) {
    return InvalidField("reason", absl::StrCat("has ", request.reason().size(), " bytes; at most ", kMaxReasonBytes));
  }
  if (absl::StrContains(request.reason(), request.customer_id())) {
    return InvalidField("reason", "contains the customer_id, which nothing may keep after the erasure; leave it out");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::EraseCustomerResponse> CommitErasure(const v1::EraseCustomerRequest& request,
                                                        const WriterOptions& options, const Pseudonymizer& pseudonyms,
                                                        const ErasureNames& names, LogTail* tail, Residency* residency,
                                                        LiveState* live) {
  if (!tail->failure().ok()) return tail->failure();
  const Pseudonym pseudonym = pseudonyms.Of(request.customer_id());
  storage::v1::ErasedCustomer record;
  {
    ReaderMutexLock lock(&live->mutex);
    if (const auto before = live->erased.find(pseudonym); before != live->erased.end()) {
      return ResponseOf(before->second, true);
    }
    const uint32_t id = live->table.Find(request.customer_id());
    if (id >= live->table.folded_customers()) {
      return absl::NotFoundError(
          absl::StrCat("customer_id: the store knows no customer `", request.customer_id(), "`"));
    }
    record.set_customer(id);
  }
  if (absl::Status loaded = residency->Load({record.customer()}); !loaded.ok()) return loaded;
  const EntryPosition entry{tail->next(), tail->next() + 1, tail->NowUs()};
  record.set_position(entry.end);
  record.set_erased_us(absl::ToUnixMicros(tail->WallTime()));
  record.set_reason(request.reason());
  const Pseudonym digest = names.digest.Of(request.customer_id());
  if (absl::Status written = tail->Write(Changes(record, entry, pseudonym, digest), Durability::kSynced);
      !written.ok()) {
    return written;
  }
  tail->MoveTo(entry);
  Log(Level::kInfo, "store", "a customer is erased", {{"position", entry.begin}, {"reason", request.reason()}});
  MutexLock lock(&live->mutex);
  live->table.Erase(entry, record.customer(), digest);
  live->goods.Forget(request.customer_id());
  live->position = entry.end;
  live->clock_us = entry.clock_us;
  live->past_changed_at = entry.end;
  live->erased.emplace(pseudonym, record);
  ++live->pending_erasures;
  CountInSegment(live, entry.end, options.segment_events, options.segment_events);
  return ResponseOf(record, false);
}

int64_t LeaveOutErased(std::vector<v1::SnapshotRow>* rows, LiveState* live) {
  ReaderMutexLock lock(&live->mutex);
  const auto first =
      std::remove_if(rows->begin(), rows->end(), [&](const v1::SnapshotRow& row) ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return live->table.IsErased(row.customer_id());
      });
  const int64_t erased = rows->end() - first;
  rows->erase(first, rows->end());
  return erased;
}

}  // namespace ebb::feature_store
