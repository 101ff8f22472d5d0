#include "feature_store/log_tail.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/log.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {

LogTail::LogTail(const WriterOptions& options, Surroundings surroundings)
    : options_(options), with_(std::move(surroundings)) {}

void LogTail::Begin() {
  if (std::exchange(began_, true)) return;
  ReaderMutexLock lock(&with_.live->mutex);
  next_ = with_.live->position;
  clock_us_ = with_.live->clock_us;
}

int64_t LogTail::NowUs() const {
  if (options_.clock_mode == ClockMode::kWatermark) return clock_us_;
  return std::max(clock_us_, absl::ToUnixMicros(WallTime()));
}

int64_t LogTail::NextUs() const {
  if (options_.clock_mode == ClockMode::kWatermark) return clock_us_;
  return std::max(clock_us_ + 1, absl::ToUnixMicros(WallTime()));
}

absl::Status LogTail::CheckRoom(size_t bytes) const {
  if (!failure_.ok()) return failure_;
  const absl::StatusOr<uint64_t> free_bytes = with_.free_bytes();
  if (!free_bytes.ok()) return free_bytes.status();
  if (*free_bytes >= options_.reserve_bytes + bytes) return absl::OkStatus();
  return WithRetryDelay(absl::ResourceExhaustedError(
                            absl::StrCat("the disk has ", *free_bytes, " bytes free and ", options_.reserve_bytes,
                                         " are reserved; free some space or lower --disk-reserve, then send again")),
                        absl::Seconds(30));
}

absl::Status LogTail::Write(const WriteSet& changes, Durability durability) {
  return Ended(with_.storage->Write(changes, durability));
}

absl::Status LogTail::Ended(const absl::Status& written) {
  if (written.ok() || !failure_.ok()) return failure_;
  Log(Level::kError, "store", "a write failed", {{"error", written.ToString()}});
  Fail(absl::InternalError(
      absl::StrCat("the log cannot be written and the store restarts; what was not acknowledged may or may "
                   "not count: ",
                   written.message())));
  return failure_;
}

void LogTail::MoveTo(const EntryPosition& entry) {
  next_ = entry.end;
  clock_us_ = entry.clock_us;
}

void LogTail::Fail(absl::Status failure) {
  failure_ = std::move(failure);
  with_.on_failure(failure_);
}

}  // namespace ebb::feature_store
