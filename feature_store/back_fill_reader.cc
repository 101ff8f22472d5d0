#include "feature_store/back_fill_reader.h"

#include <algorithm>
#include <string>

#include "feature_store/customer_reading.h"
#include "runtime/log.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kMostEventsWaiting = 32'768;  // and those of some customers more
constexpr size_t kMostCustomersWaiting = 4'096;
constexpr size_t kCustomersAtOnce = 16;

}  // namespace

BackFillReader::BackFillReader(Surroundings surroundings)
    : with_(std::move(surroundings)), live_(with_.live), worker_("back-fill", [this] { return Step(); }) {
  MutexLock lock(&live_->mutex);
  moment_ = PresentMoment(*live_, *with_.storage);
  live_->table.BeginBackFill(moment_.position);
}

bool BackFillReader::Take(RawCustomer* customer) {
  bool full;
  {
    MutexLock lock(&mutex_);
    if (waiting_.empty()) return false;
    full = Full();
    *customer = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_events_ -= customer->events.size();
    full = full && !Full();
  }
  if (full) worker_.Wake();
  return true;
}

bool BackFillReader::Full() const {
  return waiting_events_ >= kMostEventsWaiting || waiting_.size() >= kMostCustomersWaiting;
}

absl::Duration BackFillReader::Step() {
  if (failed_) return absl::InfiniteDuration();
  const absl::Status read = Read();
  if (!read.ok()) {
    failed_ = true;
    Log(Level::kError, "store", "the back-fill cannot read raw events", {{"error", read.ToString()}});
    with_.on_failure(read);
  }
  return absl::InfiniteDuration();  // until something was taken
}

absl::Status BackFillReader::Read() {
  if (!std::exchange(begun_, true)) {
    if (absl::Status begun = Begin(); !begun.ok()) return begun;
  }
  while (!left_.empty() && !worker_.stopping()) {
    {
      MutexLock lock(&mutex_);
      if (Full()) return absl::OkStatus();
    }
    if (absl::Status read = ReadGroup(); !read.ok()) return read;
  }
  if (left_.empty()) history_ = nullptr;  // whoever waits for the view's end need not wait for the switch
  return absl::OkStatus();
}

absl::Status BackFillReader::Begin() {
  {
    ReaderMutexLock lock(&live_->mutex);
    for (uint32_t id = 0; id < live_->table.folded_customers(); ++id) {
      const CustomerRow& row = live_->table.row(id);
      if (!row.next_complete) left_.emplace_back(row.pseudonym, id);
    }
  }
  std::sort(left_.begin(), left_.end(), std::greater<>());
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(std::move(moment_), nullptr);
  if (!history.ok()) return history.status();
  history_ = std::make_unique<HistoryReader>(*std::move(history));
  return absl::OkStatus();
}

absl::Status BackFillReader::ReadGroup() {
  const size_t count = std::min(left_.size(), kCustomersAtOnce);
  const std::vector<std::pair<Pseudonym, uint32_t>> group(left_.rbegin(),
                                                          left_.rbegin() + static_cast<std::ptrdiff_t>(count));
  left_.resize(left_.size() - count);
  std::vector<uint32_t> ids;
  for (const auto& [pseudonym, id] : group) ids.push_back(id);
  std::vector<std::string> names(count);
  const absl::Status named =
      VisitCustomers(live_, *with_.storage, live_->Served(), ids,
                     [&](size_t i, const Customer& customer, uint64_t) { names[i] = customer.customer_id; });
  if (!named.ok()) return named;
  for (size_t i = 0; i < count && !worker_.stopping(); ++i) {
    if (names[i].empty()) continue;  // erased meanwhile
    absl::StatusOr<std::vector<v1::Event>> events = history_->EventsOf(names[i], group[i].first);
    if (!events.ok()) return events.status();
    {
      MutexLock lock(&mutex_);
      waiting_events_ += events->size();
      waiting_.push_back({group[i].second, *std::move(events)});
    }
    with_.on_read();
  }
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
