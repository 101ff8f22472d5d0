// What the feature store needs of an embedded, ordered key-value store; rocks_storage.h has the one it runs on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::feature_store {

// Separate key spaces, each with the layout that suits its use.
enum class Family {
  kLog,     // accepted batches in order of arrival; short-lived
  kState,   // one record a customer: the last checkpoint
  kEvents,  // history, sorted by customer and time; only added to by AddSorted
  kMeta,    // a few small records: positions, committed imports
  kNames,   // customer_id by pseudonym: whose events the history holds
};
inline constexpr int kFamilyCount = 5;

// Borrowed.
struct RecordView {
  absl::string_view key;
  absl::string_view value;
  bool appends = false;  // to what the key has: see WriteSet::Put
};

// Changes that are applied together or not at all.
struct WriteSet {
  struct Put {
    Family family;
    std::string key;
    std::string value;
    // Of Family::kState: the record's message goes behind that of the record that is there, which is not read for it.
    bool appends = false;
  };
  std::vector<Put> puts;

  void Add(Family family, std::string key, std::string value, bool appends = false) {
    puts.push_back({family, std::move(key), std::move(value), appends});
  }
};

enum class Durability {
  kBuffered,  // may be lost with the process or the machine, but never out of order: an earlier write is not lost
              // before a later one
  kSynced,    // on disk, with everything written before, when the call returns OK
};

// Walks keys in ascending byte order. Views returned by key() and value() hold until Next.
//   for (; cursor->Valid(); cursor->Next()) …; if (!cursor->status().ok()) …
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual void Seek(absl::string_view key) = 0;  // first key at or after it
  virtual absl::string_view key() const = 0;
  virtual absl::string_view value() const = 0;
  // DATA_LOSS or INTERNAL: the walk ended early.
  virtual absl::Status status() const = 0;
};

// Whether a record of the history has to go. Called by many threads, for every record that a compaction reads.
using ObsoleteRule = std::function<bool(absl::string_view key, absl::string_view value)>;

// All families as they were at one moment. Must go before the storage it came from.
class StorageView {
 public:
  virtual ~StorageView() = default;
  // Keys in [from, to); an empty `to` is the end.
  virtual std::unique_ptr<Cursor> Scan(Family family, absl::string_view from, absl::string_view to) const = 0;
};

// Thread-safe. Errors: DATA_LOSS for what a checksum refused, RESOURCE_EXHAUSTED
// for a full disk, INTERNAL for any other failure of the file system. After a failed Write what was to be written
// may or may not be there, and nothing further can be written until the storage is opened again: the process has to
// end.
class Storage {
 public:
  virtual ~Storage() = default;

  virtual absl::Status Write(const WriteSet& changes, Durability durability) = 0;
  // Adds many records at once, past the write-ahead log. Keys ascend strictly; records that exist already are replaced
  // or grow. Synced when OK.
  virtual absl::Status AddSorted(Family family, std::span<const RecordView> records) = 0;
  // Forgets keys in [from, to) and gives their space back.
  virtual absl::Status Drop(Family family, absl::string_view from, absl::string_view to) = 0;

  virtual absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const = 0;
  // Element i is the value of keys[i]; nothing where there is none.
  virtual absl::StatusOr<std::vector<std::optional<std::string>>> GetMany(Family family,
                                                                          std::span<const std::string> keys) const = 0;
  // Element i tells whether keys[i] exists.
  virtual absl::StatusOr<std::vector<bool>> Contains(Family family, std::span<const std::string> keys) const = 0;
  virtual std::unique_ptr<StorageView> View() const = 0;

  // Everything written so far is in sorted files, and no journal has to be read to find it.
  virtual absl::Status Flush() = 0;

  // The three ways in which records leave the disk and not only sight. Each returns when it is done.
  //
  // From now on no compaction writes records of kEvents that the rule names, even where an open view shows them. Null:
  // all are kept.
  virtual void SetObsolete(std::shared_ptr<const ObsoleteRule> rule) = 0;
  // Rewrites files that reach into [from, to), without what was overwritten, dropped, or is obsolete. What a view older
  // than the change still shows is kept (OldestView): look, and call again. Ends early where `stop`, asked before each
  // file, says so.
  virtual absl::Status Rewrite(Family family, absl::string_view from, absl::string_view to,
                               const std::function<bool()>& stop) = 0;
  // No journal of the database holds anything any more that its sorted files do not.
  virtual absl::Status ForgetJournals() = 0;
  // Grows with each change.
  virtual uint64_t Sequence() const = 0;
  // Of the oldest open view: its Sequence; without one the greatest number.
  virtual uint64_t OldestView() const = 0;

  // Bytes of live files.
  virtual uint64_t DiskBytes() const = 0;
  // What the database says of itself; takes some file look-ups.
  virtual v1::DatabaseFigures Figures() const = 0;
};

}  // namespace ebb::feature_store
