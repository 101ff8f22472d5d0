#include "feature_store/customer_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/stored_record.h"
#include "feature_store/vector.h"
#include "feature_store/wire_fields.h"

namespace ebb::feature_store {
namespace {

// Rounded up, so that nothing in the history is later. What the store takes lies between 1970 and 2106.
uint32_t ToSeconds(int64_t time_us) {
  if (time_us <= 0) return 0;
  return static_cast<uint32_t>(std::min<int64_t>(time_us / 1'000'000 + 1, std::numeric_limits<uint32_t>::max()));
}

}  // namespace

uint32_t CustomerTable::Find(const Pseudonym& customer) const {
  const uint32_t id = rows_.Find(customer);
  return id == kUnknown || id >= next_id_ || rows_[id].erased ? kUnknown : id;
}

bool CustomerTable::IsErased(const Pseudonym& customer) const {
  if (erased_customers_ == 0) return false;
  const uint32_t id = rows_.Find(customer);
  return id != kUnknown && rows_[id].erased;
}

uint32_t CustomerTable::FindOrAdd(const Pseudonym& pseudonym, absl::string_view customer_id) {
  const uint32_t id = FindOrAddRow(pseudonym);
  const CustomerRow& row = rows_[id];
  if (row.resident == nullptr && row.folded_to == 0 && !row.recorded) MakeNew(id, customer_id);
  return id;
}

uint32_t CustomerTable::FindOrAdd(const Pseudonym& pseudonym, const EventView& event, int64_t clock_us) {
  if (new_wait_ && CanWait(event, clock_us)) return FindOrAddRow(pseudonym);
  return FindOrAdd(pseudonym, {event.customer_id.data(), event.customer_id.size()});
}

uint32_t CustomerTable::FindOrAddRow(const Pseudonym& pseudonym) {
  const uint32_t known = rows_.Find(pseudonym);
  if (known != kUnknown) {
    if (known == next_id_) ++next_id_;  // a replay reaches the first event of a customer that was loaded
    return known;
  }
  const uint32_t id = next_id_++;
  rows_.Add(id, pseudonym);
  CustomerRow& row = rows_[id];
  row.history_until_s = replaying_ ? ToSeconds(replayed_history_until_us_) : 0;
  return id;
}

void CustomerTable::MakeNew(uint32_t id, absl::string_view customer_id) {
  CustomerRow& row = rows_[id];
  row.recent = true;
  row.resident = std::make_unique<Customer>();
  row.resident->customer_id = std::string(customer_id);
  if (definitions_.next != nullptr) row.resident->next = std::make_unique<NextState>();
  ++resident_customers_;
  Count(row.resident.get());
}

// What lies ahead of T has to be parked, and two sets of aggregates grow only in memory.
bool CustomerTable::CanWait(const EventView& event, int64_t clock_us) const {
  return event.body != v1::Event::kImportedSnapshot && event.event_time_us < clock_us && definitions_.next == nullptr &&
         event.bytes.size() <= WaitingEvents::kMaxEventBytes && waiting_.HasRoom();
}

bool CustomerTable::MustLoad(uint32_t id, const EventView& event, int64_t clock_us) const {
  constexpr uint32_t kMostWaiting = 32;  // whoever has so many is better folded as they come
  const CustomerRow& row = rows_[id];
  if (row.resident != nullptr) return false;
  return !CanWait(event, clock_us) || waiting_.CountOf(row.waiting) >= kMostWaiting;
}

std::vector<uint32_t> CustomerTable::FindWaiting() {
  std::erase_if(waiting_ids_, [&](uint32_t id) { return rows_[id].waiting == WaitingEvents::kNone; });
  std::sort(waiting_ids_.begin(), waiting_ids_.end());
  waiting_ids_.erase(std::unique(waiting_ids_.begin(), waiting_ids_.end()), waiting_ids_.end());
  return {waiting_ids_.begin(), waiting_ids_.end()};
}

void CustomerTable::DropWaiting() {
  for (const uint32_t id : std::exchange(waiting_ids_, {})) rows_[id].waiting = WaitingEvents::kNone;
  waiting_.Clear();
}

// False: the customer has had an event of the entry before.
bool CustomerTable::Wait(uint32_t id, const EventView& event, const EntryPosition& entry) {
  CustomerRow& row = rows_[id];
  if (row.folded_to > entry.begin) return touched_before_.insert(id).second;
  const uint32_t before = row.waiting;
  if (before == WaitingEvents::kNone) waiting_ids_.push_back(id);
  if (!event.bytes.empty()) {
    row.waiting = waiting_.Add(before, entry.end, entry.clock_us, {event.bytes.data(), event.bytes.size()});
  } else {
    row.waiting = waiting_.Add(before, entry.end, entry.clock_us, ToMessage(event).SerializeAsString());
  }
  return before == WaitingEvents::kNone || waiting_.EndOf(before) != entry.end;
}

// Customers lie anywhere in memory: what a fold needs is fetched some events before, and each look at what was fetched
// asks for the next that it leads to, row, customer, tiles.
void CustomerTable::Fold(const EntryPosition& entry, std::span<const CountedEvent> events) {
  constexpr size_t kRowAhead = 24, kCustomerAhead = 16, kTilesAhead = 8;
  touched_.clear();
  touched_before_.clear();
  for (size_t i = 0; i < events.size(); ++i) {
    if (i + kRowAhead < events.size()) rows_.PrefetchRow(events[i + kRowAhead].customer);
    if (i + kCustomerAhead < events.size()) PrefetchCustomer(events[i + kCustomerAhead].customer);
    if (i + kTilesAhead < events.size()) {
      const Customer* soon = rows_[events[i + kTilesAhead].customer].resident.get();
      if (soon != nullptr) soon->state.Prefetch();
    }
    const CountedEvent& counted = events[i];
    CustomerRow& row = rows_[counted.customer];
    if (row.resident == nullptr) {
      if (!Wait(counted.customer, *counted.event, entry)) continue;
    } else {
      if (row.folded_to <= entry.begin) FoldOrPark(row.resident.get(), *counted.event, entry.clock_us);
      if (row.resident->counted_at == entry.end) continue;
      row.resident->counted_at = entry.end;
    }
    folded_customers_ = std::max(folded_customers_, counted.customer + 1);
    touched_.push_back(counted.customer);
  }
  events_ += events.size();
  for (size_t i = 0; i < touched_.size(); ++i) {
    if (i + kRowAhead < touched_.size()) {
      rows_.PrefetchRow(touched_[i + kRowAhead]);
      changes_.Prefetch(touched_[i + kRowAhead]);
    }
    if (i + kCustomerAhead < touched_.size()) {
      PrefetchCustomer(touched_[i + kCustomerAhead]);
      changes_.PrefetchNeighbours(touched_[i + kCustomerAhead]);
    }
    Touch(touched_[i], entry);
  }
}

void CustomerTable::PrefetchCustomer(uint32_t id) const {
  constexpr size_t kLine = 64;
  const auto* const bytes = reinterpret_cast<const char*>(rows_[id].resident.get());
  if (bytes == nullptr) return;
  for (size_t at = 0; at < sizeof(Customer); at += kLine) __builtin_prefetch(bytes + at);
}

void CustomerTable::Advance(const EntryPosition& entry, std::span<const uint32_t> customers) {
  for (const uint32_t id : customers) {
    if (rows_[id].folded_to <= entry.begin) Unpark(rows_[id].resident.get(), entry.clock_us);
    Touch(id, entry);
  }
}

void CustomerTable::Erase(const EntryPosition& entry, uint32_t id, const Pseudonym& digest) {
  CustomerRow& row = rows_[id];
  if (row.folded_to <= entry.begin) {
    Customer& customer = *row.resident;
    customer.customer_id = std::string();
    customer.state = CustomerState();
    customer.next = nullptr;
    customer.parked = {};
    customer.erased = true;
    customer.digest = digest;
    if (!row.erased) ++erased_customers_;
    row.erased = true;
    if (!row.next_complete) --incomplete_customers_;
    row.next_complete = true;
  }
  Touch(id, entry);
}

void CustomerTable::FoldOrPark(Customer* customer, const EventView& event, int64_t clock_us) {
  const bool snapshot = event.body == v1::Event::kImportedSnapshot;
  if (event.event_time_us + (snapshot ? 0 : 1) <= clock_us) {
    FoldUnderAll(customer, event);
  } else {
    customer->parked.push_back(ToMessage(event));
  }
}

void CustomerTable::FoldUnderAll(Customer* customer, const EventView& event) {
  customer->state.Fold(*definitions_.served, event);
  if (definitions_.next == nullptr) return;
  if (customer->next == nullptr) {
    if (definitions_.next_from == 0) return;  // the back-fill will find the event among the raw ones
    // The first one since the back-fill began: until now `state` holds exactly what it will find.
    customer->next = NextState::Begun(customer->as_of_us);
  }
  customer->next->state.Fold(*definitions_.next, event);
}

void CustomerTable::Unpark(Customer* customer, int64_t clock_us) {
  if (customer->parked.empty()) return;
  google::protobuf::Arena arena;
  for (const v1::Event& event : TakeShown(clock_us, &customer->parked)) FoldUnderAll(customer, ViewOf(event, &arena));
}

void CustomerTable::Touch(uint32_t id, const EntryPosition& entry) {
  const uint64_t sequence = ++change_sequence_;
  CustomerRow& row = rows_[id];
  if (row.folded_to > entry.begin) return;  // loaded with this change, or a later one
  if (row.resident != nullptr) {
    Unpark(row.resident.get(), entry.clock_us);
    row.resident->as_of_us = row.resident->changed_us = entry.clock_us;
  }
  row.folded_to = entry.end;
  row.recent = true;
  if (replaying_) {
    changes_.Note(id, sequence);
  } else {
    changes_.TouchAt(id, sequence);
  }
  if (row.erased) {
    row.due_us = kNever;
  } else {
    // The next midnight may be too early but is never too late, and costs nothing.
    const int64_t next_to_show = row.resident == nullptr ? kNever : NextToShow(row.resident->parked);
    SetDue(id, std::min(NextMidnight(entry.clock_us), next_to_show));
  }
  MarkDirty(id);
  if (row.resident != nullptr) Count(row.resident.get());
}

void CustomerTable::MarkDirty(uint32_t id) {
  if (!rows_[id].dirty) dirty_.push_back(id);
  rows_[id].dirty = true;
}

void CustomerTable::Count(Customer* customer) {
  const size_t bytes = ebb::feature_store::MemoryBytes(*customer);
  resident_bytes_ += bytes - customer->counted_bytes;
  customer->counted_bytes = bytes;
}

std::vector<uint32_t> CustomerTable::TakeDue(int64_t clock_us, size_t max) {
  std::vector<uint32_t> due;
  while (due.size() < max && HasDue(clock_us)) {
    const auto bucket = due_.begin();
    const int64_t due_us = bucket->first;
    const uint32_t id = bucket->second.back();
    bucket->second.pop_back();
    if (bucket->second.empty()) due_.erase(bucket);
    if (rows_[id].due_us != due_us) continue;
    rows_[id].due_us = kNever;
    due.push_back(id);
  }
  return due;
}

std::vector<uint32_t> CustomerTable::KeepChanged(std::span<const uint32_t> customers, int64_t clock_us) {
  std::vector<uint32_t> changed;
  const absl::Time now = absl::FromUnixMicros(clock_us);
  for (const uint32_t id : customers) {
    const Customer& customer = *rows_[id].resident;
    const int64_t next_to_show = NextToShow(customer.parked);
    if (next_to_show <= clock_us || HasNews(served(), customer.state, absl::FromUnixMicros(customer.as_of_us), now)) {
      changed.push_back(id);
      continue;
    }
    const absl::Time next = NextChange(served(), customer.state, now);
    SetDue(id, std::min(next_to_show, next == absl::InfiniteFuture() ? kNever : absl::ToUnixMicros(next)));
  }
  return changed;
}

CustomerTable::DueBacklog CustomerTable::DueBy(int64_t clock_us) const {
  DueBacklog backlog;
  for (auto bucket = due_.begin(); bucket != due_.end() && bucket->first <= clock_us; ++bucket) {
    backlog.first_us = std::min(backlog.first_us, bucket->first);
    backlog.customers += bucket->second.size();
  }
  return backlog;
}

void CustomerTable::SetDue(uint32_t id, int64_t due_us) {
  if (due_us >= rows_[id].due_us) return;
  rows_[id].due_us = due_us;
  due_[due_us].push_back(id);
}

int64_t CustomerTable::NextMidnight(int64_t time_us) {
  if (time_us < day_begin_us_ || time_us >= day_end_us_) {
    const ShopCalendar& calendar = served().calendar();
    const Day day = calendar.DayOf(absl::FromUnixMicros(time_us));
    day_begin_us_ = absl::ToUnixMicros(calendar.StartOf(day));
    day_end_us_ = absl::ToUnixMicros(calendar.StartOf(day + 1));
  }
  return day_end_us_;
}

void CustomerTable::RaiseHistoryUntil(uint32_t id, int64_t event_time_us) {
  rows_[id].history_until_s = std::max(rows_[id].history_until_s, ToSeconds(event_time_us));
}

bool CustomerTable::MayBeInHistory(uint32_t id, int64_t event_time_us) const {
  const uint32_t until = rows_[id].history_until_s;
  return until > 0 && event_time_us <= int64_t{until} * 1'000'000;
}

// The clock algorithm: a hand goes round over all rows; who was used since it last passed gets one more round.
std::vector<uint32_t> CustomerTable::FindIdle(size_t bytes) {
  std::vector<uint32_t> idle;
  size_t freed = 0;
  for (uint64_t steps = 0; freed < bytes && steps < 2 * uint64_t{rows_.size()}; ++steps) {
    if (hand_ >= rows_.size()) {
      if (!idle.empty()) break;  // ids in order: the next call begins the next round
      hand_ = 0;
    }
    const uint32_t id = hand_++;
    CustomerRow& row = rows_[id];
    if (row.resident == nullptr || id >= folded_customers_) continue;
    if (row.recent) {
      row.recent = false;
      continue;
    }
    idle.push_back(id);
    freed += row.resident->counted_bytes;
  }
  return idle;
}

void CustomerTable::Evict(std::span<const uint32_t> customers) {
  for (const uint32_t id : customers) {
    CustomerRow& row = rows_[id];
    resident_bytes_ -= row.resident->counted_bytes;
    --resident_customers_;
    row.resident.reset();
  }
}

void CustomerTable::MakeResident(uint32_t id, Customer customer) {
  CustomerRow& row = rows_[id];
  if (row.resident != nullptr) return;
  customer.counted_bytes = 0;
  row.resident = std::make_unique<Customer>(std::move(customer));
  row.waiting = WaitingEvents::kNone;
  row.recent = true;
  if (row.resident->ahead_of_record) MarkDirty(id);  // so that nobody has to fold that once more
  ++resident_customers_;
  ++loads_;
  Count(row.resident.get());
}

std::vector<uint32_t> CustomerTable::TakeDirty() {
  std::erase_if(dirty_, [&](uint32_t id) { return !IsDirty(id); });
  std::sort(dirty_.begin(), dirty_.end());
  dirty_.erase(std::unique(dirty_.begin(), dirty_.end()), dirty_.end());
  const std::deque<uint32_t> dirty = std::exchange(dirty_, {});
  return {dirty.begin(), dirty.end()};
}

storage::v1::CustomerRecord CustomerTable::Save(uint32_t id, uint64_t folded_to) {
  CustomerRow& row = rows_[id];
  Customer& customer = *row.resident;
  row.dirty = false;
  row.recorded = true;
  customer.ahead_of_record = false;
  const absl::Time as_of = absl::FromUnixMicros(customer.as_of_us);
  customer.state.DropExpired(served(), as_of);
  storage::v1::CustomerRecord record;
  record.set_customer_id(customer.customer_id);
  record.set_pseudonym(row.pseudonym.data(), row.pseudonym.size());
  record.set_folded_to(std::max(folded_to, row.folded_to));  // greater within an entry that is folded in slices
  record.set_sequence(SequenceOf(id));
  record.set_changed_us(customer.changed_us);
  record.set_as_of_us(customer.as_of_us);
  record.set_state(customer.state.Serialize(served()));
  if (customer.next != nullptr) {
    customer.next->state.DropExpired(*definitions_.next, as_of);
    record.set_next_state(customer.next->state.Serialize(*definitions_.next));
    if (!row.next_complete) {
      record.set_next_from(definitions_.next_from);
      record.set_next_lacks_until_us(customer.next->lacks_until_us);
    }
  }
  for (const v1::Event& event : customer.parked) *record.add_parked() = event;
  record.set_erased(row.erased);
  if (row.erased) record.set_digest(customer.digest.data(), customer.digest.size());
  return record;
}

// Written by hand: these are many, and a message would copy each event twice more.
std::string CustomerTable::SaveWaiting(uint32_t id, const std::string& customer_id, uint64_t folded_to) {
  using storage::v1::CustomerRecord;
  CustomerRow& row = rows_[id];
  row.dirty = false;
  std::string bytes = EncodeRecord(CustomerRecord());
  if (!row.recorded) {
    AppendBytesField(CustomerRecord::kCustomerIdFieldNumber, customer_id, &bytes);
    AppendBytesField(CustomerRecord::kPseudonymFieldNumber, row.pseudonym, &bytes);
  }
  row.recorded = true;
  AppendVarintField(CustomerRecord::kFoldedToFieldNumber, std::max(folded_to, row.folded_to), &bytes);
  AppendVarintField(CustomerRecord::kSequenceFieldNumber, SequenceOf(id), &bytes);
  const auto clock_us = static_cast<uint64_t>(waiting_.ClockOf(row.waiting));
  AppendVarintField(CustomerRecord::kChangedUsFieldNumber, clock_us, &bytes);
  AppendVarintField(CustomerRecord::kAsOfUsFieldNumber, clock_us, &bytes);
  for (const absl::string_view event : waiting_.TakeNew(row.waiting)) {
    AppendBytesField(CustomerRecord::kUnfoldedFieldNumber, event, &bytes);
  }
  return bytes;
}

absl::Status CustomerTable::Load(uint32_t id, const storage::v1::CustomerRecord& record) {
  Pseudonym pseudonym;
  if (record.customer_id().empty() != record.erased() || record.pseudonym().size() != pseudonym.size()) {
    return absl::DataLossError(absl::StrCat("the record of customer ", id, " has no customer_id or no pseudonym"));
  }
  if (record.erased() && record.digest().size() != pseudonym.size()) {
    return absl::DataLossError(absl::StrCat("the record of customer ", id, ", who was erased, has no digest"));
  }
  std::memcpy(pseudonym.data(), record.pseudonym().data(), pseudonym.size());
  if (rows_.Find(pseudonym) != kUnknown) {
    return absl::DataLossError(
        absl::StrCat("the records of customers ", rows_.Find(pseudonym), " and ", id, " are of one and the same"));
  }
  rows_.Add(id, pseudonym);
  rows_[id].recorded = true;
  rows_[id].folded_to = record.folded_to();
  changes_.Note(id, record.sequence());
  if (record.erased()) {
    rows_[id].erased = true;
    ++erased_customers_;
    return absl::OkStatus();
  }
  if (!StateUnder(served(), record).has_value()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the record of customer ", id,
        " was folded under declarations, or by a version, that the folder does not name and this start does not have: "
        "start once with the version and the declarations that the folder was last used with"));
  }
  rows_[id].next_complete =
      definitions_.next == nullptr || (record.unfolded().empty() && StateUnder(*definitions_.next, record).has_value());
  if (!rows_[id].next_complete) ++incomplete_customers_;
  int64_t due_us = NextMidnight(record.as_of_us());
  for (const v1::Event& event : record.parked()) due_us = std::min(due_us, ShowsFrom(event));
  SetDue(id, due_us);
  return absl::OkStatus();
}

std::unique_ptr<NextState> CustomerTable::TakeNext(uint32_t id) {
  CustomerRow& row = rows_[id];
  if (row.next_complete) return nullptr;
  std::unique_ptr<NextState> next = std::move(row.resident->next);
  if (next == nullptr) next = NextState::Begun(row.resident->as_of_us);
  return next;
}

void CustomerTable::Complete(uint32_t id, std::unique_ptr<NextState> next) {
  CustomerRow& row = rows_[id];
  next->lacks_until_us = kBeforeAll;
  row.resident->next = std::move(next);
  row.next_complete = true;
  --incomplete_customers_;
  MarkDirty(id);
  Count(row.resident.get());
}

void CustomerTable::Switch() {
  for (uint32_t id = 0; id < rows_.size(); ++id) {
    Customer* const customer = rows_[id].resident.get();
    if (customer == nullptr || customer->next == nullptr) continue;
    customer->state = std::move(customer->next->state);
    customer->next = nullptr;
    Count(customer);
  }
  definitions_ = {.served = definitions_.next};
  day_end_us_ = kBeforeAll;  // perhaps other midnights
}

void CustomerTable::BeginReplay(const storage::v1::Checkpoint& checkpoint, int64_t history_until_us) {
  next_id_ = checkpoint.customers();
  folded_customers_ = checkpoint.customers();
  change_sequence_ = checkpoint.change_sequence();
  events_ = checkpoint.events();
  replaying_ = true;
  replayed_history_until_us_ = history_until_us;
  for (uint32_t id = 0; id < rows_.size(); ++id) rows_[id].history_until_s = ToSeconds(history_until_us);
}

absl::Status CustomerTable::EndReplay() {
  replaying_ = false;
  if (next_id_ != rows_.size()) {
    return absl::DataLossError(absl::StrCat("the checkpoint knows ", rows_.size(), " customers, the log only ",
                                            next_id_, ": the log's end is missing"));
  }
  absl::Status ordered = changes_.Order(change_sequence_);
  if (ordered.ok() && changes_.size() != next_id_) {
    return absl::DataLossError(absl::StrCat("of ", next_id_, " customers ", changes_.size(),
                                            " have a place in the order of changes: a record is damaged"));
  }
  return ordered;
}

}  // namespace ebb::feature_store
