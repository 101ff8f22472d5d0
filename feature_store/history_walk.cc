#include "feature_store/history_walk.h"

#include <algorithm>
#include <utility>

#include "feature_store/log_reader.h"

namespace ebb::feature_store {

absl::StatusOr<std::unique_ptr<HistoryWalk>> HistoryWalk::Open(const StorageView& view, std::unique_ptr<Cursor> sorted,
                                                               const Pseudonymizer& pseudonyms, uint64_t sorted_to,
                                                               uint64_t position) {
  auto waiting = std::make_unique<SegmentSorter>(pseudonyms, position - sorted_to);
  const absl::StatusOr<uint64_t> end = ReadLog(
      view, sorted_to, position, [&](LogUnit& unit) { return waiting->Add(unit); }, BatchForm::kBytes);
  if (!end.ok()) return end.status();
  return std::unique_ptr<HistoryWalk>(new HistoryWalk(std::move(sorted), std::move(waiting)));
}

HistoryWalk::HistoryWalk(std::unique_ptr<Cursor> sorted, std::unique_ptr<SegmentSorter> waiting)
    : sorted_(std::move(sorted)), waiting_(std::move(waiting)), tail_(waiting_->Sorted()) {
  Choose();
}

void HistoryWalk::Next() {
  if (from_ == From::kTail) {
    ++next_in_tail_;
  } else {
    sorted_->Next();
  }
  Choose();
}

void HistoryWalk::Seek(absl::string_view key) {
  sorted_->Seek(key);
  const auto at =
      std::lower_bound(tail_.begin(), tail_.end(), key,
                       [](const RecordView& record, absl::string_view wanted) { return record.key < wanted; });
  next_in_tail_ = static_cast<size_t>(at - tail_.begin());
  Choose();
}

void HistoryWalk::Choose() {
  const bool in_tail = next_in_tail_ < tail_.size();
  if (!sorted_->Valid()) {
    // An error is no end: what follows of the tail alone would be a history with holes.
    from_ = in_tail && sorted_->status().ok() ? From::kTail : From::kEnd;
    return;
  }
  if (!in_tail) {
    from_ = From::kSorted;
    return;
  }
  const int order = sorted_->key().compare(tail_[next_in_tail_].key);
  if (order == 0) ++next_in_tail_;  // a segment that was sorted just before the view was taken is in both
  from_ = order <= 0 ? From::kSorted : From::kTail;
}

}  // namespace ebb::feature_store
