// The whole history in one walk: what is sorted, and what still waits in the log.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "feature_store/segment_sorter.h"
#include "feature_store/storage.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Records of events in order of their keys, each once, as they were at one moment. Not thread-safe.
//   for (; walk->Valid(); walk->Next()) …; if (!walk->status().ok()) …
class HistoryWalk {
 public:
  // `view` is borrowed, and `sorted` a cursor over all of its events. It was taken while the history held exactly the
  // log before `sorted_to` or more, and the log everything up to `position`. The events in between are kept sorted in
  // memory: a few hundred bytes each, bounded by what the log may hold unsorted (WriterOptions). `pseudonyms` is used
  // by Open alone.
  static absl::StatusOr<std::unique_ptr<HistoryWalk>> Open(const StorageView& view, std::unique_ptr<Cursor> sorted,
                                                           const Pseudonymizer& pseudonyms, uint64_t sorted_to,
                                                           uint64_t position);

  bool Valid() const { return from_ != From::kEnd; }
  void Next();
  void Seek(absl::string_view key);  // first record at or after it
  // Borrowed until the walk moves.
  absl::string_view key() const { return from_ == From::kTail ? tail_[next_in_tail_].key : sorted_->key(); }
  absl::string_view value() const { return from_ == From::kTail ? tail_[next_in_tail_].value : sorted_->value(); }
  absl::Status status() const { return sorted_->status(); }

 private:
  enum class From { kSorted, kTail, kEnd };
  HistoryWalk(std::unique_ptr<Cursor> sorted, std::unique_ptr<SegmentSorter> waiting);
  void Choose();

  const std::unique_ptr<Cursor> sorted_;
  const std::unique_ptr<SegmentSorter> waiting_;  // owns what tail_ shows
  const std::vector<RecordView> tail_;
  size_t next_in_tail_ = 0;
  From from_ = From::kEnd;
};

}  // namespace ebb::feature_store
