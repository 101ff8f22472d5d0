// Keys of stored records. They are frozen: a test pins their bytes.
//
//   log      u64 first sequence number
//   state    u32 dense id of the customer
//   events   16 bytes pseudonym · i64 event time, microseconds since 1970 UTC, sign bit flipped · event id
//   meta     text, see the constants; "erased/" is followed by 16 bytes pseudonym,
//            "import/" by the decimal as_of, "/" and the snapshot_id
//   names    16 bytes pseudonym
//
// Numbers are big-endian, so that byte order is number order.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

inline constexpr absl::string_view kCheckpointKey = "checkpoint";
inline constexpr absl::string_view kHistoryKey = "history";
inline constexpr absl::string_view kRetentionKey = "retention";
inline constexpr absl::string_view kDeclarationsKey = "declarations";
inline constexpr absl::string_view kImportPrefix = "import/";
inline constexpr absl::string_view kErasedPrefix = "erased/";

std::string LogKey(uint64_t sequence);
std::string StateKey(uint32_t customer);
void AppendEventKey(const Pseudonym& customer, int64_t event_time_us, absl::string_view event_id, std::string* out);
std::string EventKey(const Pseudonym& customer, int64_t event_time_us, absl::string_view event_id);
// What all keys of a customer's events begin with.
std::string EventPrefix(const Pseudonym& customer);
std::string ErasedKey(const Pseudonym& customer);
std::string ImportKey(int64_t as_of_us, absl::string_view snapshot_id);
// The first key that does not begin with `prefix`; empty: there is none.
std::string AfterPrefix(absl::string_view prefix);

// DATA_LOSS when the key is not of its kind.
absl::StatusOr<uint64_t> ParseLogKey(absl::string_view key);
absl::StatusOr<uint32_t> ParseStateKey(absl::string_view key);
absl::StatusOr<Pseudonym> ParseErasedKey(absl::string_view key);

struct ParsedEventKey {
  Pseudonym customer;
  int64_t event_time_us;
  absl::string_view event_id;  // borrowed from the key
};
absl::StatusOr<ParsedEventKey> ParseEventKey(absl::string_view key);

}  // namespace ebb::feature_store
