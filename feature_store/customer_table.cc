#include "feature_store/customer_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {
namespace {

// The first T at which a parked event shows.
int64_t ShowsFrom(const v1::Event& event) {
  return ToMicros(event.event_time()) + (event.has_imported_snapshot() ? 0 : 1);
}

}  // namespace

uint32_t CustomerTable::Find(absl::string_view customer_id) const {
  const auto found = index_.find(customer_id);
  return found == index_.end() || found->second >= next_id_ ? kUnknown : found->second;
}

uint32_t CustomerTable::FindOrAdd(absl::string_view customer_id) {
  const auto found = index_.find(customer_id);
  if (found != index_.end()) {
    if (found->second == next_id_) ++next_id_;  // a replay reaches the first event of a customer that was loaded
    return found->second;
  }
  if (!erased_.empty()) {  // a replay reaches an event of a customer that was loaded as erased
    if (const auto erased = erased_.find(pseudonyms_->Of(customer_id)); erased != erased_.end()) {
      if (erased->second == next_id_) ++next_id_;
      return erased->second;
    }
  }
  const uint32_t id = next_id_++;
  if (id >= customers_.size()) customers_.resize(id + 1);
  Customer& customer = customers_[id];
  customer.customer_id = std::string(customer_id);
  customer.pseudonym = pseudonyms_->Of(customer_id);
  customer.history_until_us = replaying_ ? replayed_history_until_us_ : kBeforeAll;
  index_.emplace(customer.customer_id, id);
  return id;
}

void CustomerTable::Fold(const EntryPosition& entry, std::span<const CountedEvent> events) {
  touched_.clear();
  for (const CountedEvent& counted : events) {
    Customer& customer = customers_[counted.customer];
    if (customer.folded_to <= entry.begin) FoldOrPark(&customer, *counted.event, entry.clock_us);
    if (customer.counted_at == entry.end) continue;
    customer.counted_at = entry.end;
    folded_customers_ = std::max(folded_customers_, counted.customer + 1);
    touched_.push_back(counted.customer);
  }
  events_ += events.size();
  for (const uint32_t id : touched_) Touch(id, entry);
}

void CustomerTable::Advance(const EntryPosition& entry, std::span<const uint32_t> customers) {
  for (const uint32_t id : customers) {
    if (customers_[id].folded_to <= entry.begin) Unpark(&customers_[id], entry.clock_us);
    Touch(id, entry);
  }
}

void CustomerTable::Erase(const EntryPosition& entry, uint32_t id, const Pseudonym& digest) {
  Customer& customer = customers_[id];
  if (customer.folded_to <= entry.begin) {
    index_.erase(customer.customer_id);  // it borrows the text
    customer.customer_id = std::string();
    customer.state = CustomerState();
    customer.parked = {};
    customer.erased = true;
    customer.digest = digest;
    erased_.emplace(customer.pseudonym, id);
  }
  Touch(id, entry);
}

bool CustomerTable::IsErased(absl::string_view customer_id) const {
  return !erased_.empty() && Find(customer_id) == kUnknown && erased_.contains(pseudonyms_->Of(customer_id));
}

void CustomerTable::FoldOrPark(Customer* customer, const v1::Event& event, int64_t clock_us) {
  if (ShowsFrom(event) <= clock_us) {
    customer->state.Fold(*declarations_, event);
  } else {
    customer->parked.push_back(event);
  }
}

bool CustomerTable::Unpark(Customer* customer, int64_t clock_us) {
  const auto first = std::partition(customer->parked.begin(), customer->parked.end(),
                                    [&](const v1::Event& event) { return ShowsFrom(event) > clock_us; });
  const bool any = first != customer->parked.end();
  for (auto event = first; event != customer->parked.end(); ++event) customer->state.Fold(*declarations_, *event);
  customer->parked.erase(first, customer->parked.end());
  return any;
}

void CustomerTable::Touch(uint32_t id, const EntryPosition& entry) {
  const uint64_t sequence = ++change_sequence_;
  Customer& customer = customers_[id];
  if (customer.folded_to > entry.begin) return;  // loaded with this change, or a later one
  Unpark(&customer, entry.clock_us);
  customer.as_of_us = entry.clock_us;
  customer.changed_us = entry.clock_us;
  customer.sequence = sequence;
  customer.folded_to = entry.end;
  customer.unannounced = false;
  if (!replaying_) changes_.TouchAt(id, sequence);
  if (customer.erased) {
    customer.due_us = kNever;
  } else {
    // The next midnight may be too early but is never too late, and costs nothing.
    int64_t due = NextMidnight(entry.clock_us);
    for (const v1::Event& event : customer.parked) due = std::min(due, ShowsFrom(event));
    SetDue(id, due);
  }
  if (!customer.dirty) {
    customer.dirty = true;
    dirty_.push_back(id);
  }
}

std::vector<uint32_t> CustomerTable::TakeDue(int64_t clock_us, size_t max) {
  std::vector<uint32_t> changed;
  for (size_t looked_at = 0; looked_at < max && HasDue(clock_us);) {
    const auto bucket = due_.begin();
    const int64_t due_us = bucket->first;
    const uint32_t id = bucket->second.back();
    bucket->second.pop_back();
    if (bucket->second.empty()) due_.erase(bucket);
    Customer& customer = customers_[id];
    if (customer.due_us != due_us) continue;
    customer.due_us = kNever;
    ++looked_at;
    const absl::Time now = absl::FromUnixMicros(clock_us);
    const bool parked_shows = std::any_of(customer.parked.begin(), customer.parked.end(),
                                          [&](const v1::Event& event) { return ShowsFrom(event) <= clock_us; });
    if (parked_shows || !SameValues(Vector(id), ComputeVector(*declarations_, customer.state, now))) {
      changed.push_back(id);
      continue;
    }
    const absl::Time next = NextChange(*declarations_, customer.state, now);
    int64_t next_us = next == absl::InfiniteFuture() ? kNever : absl::ToUnixMicros(next);
    for (const v1::Event& event : customer.parked) next_us = std::min(next_us, ShowsFrom(event));
    SetDue(id, next_us);
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
  Customer& customer = customers_[id];
  if (due_us >= customer.due_us) return;
  customer.due_us = due_us;
  due_[due_us].push_back(id);
}

int64_t CustomerTable::NextMidnight(int64_t time_us) {
  if (time_us < day_begin_us_ || time_us >= day_end_us_) {
    const ShopCalendar& calendar = declarations_->calendar();
    const Day day = calendar.DayOf(absl::FromUnixMicros(time_us));
    day_begin_us_ = absl::ToUnixMicros(calendar.StartOf(day));
    day_end_us_ = absl::ToUnixMicros(calendar.StartOf(day + 1));
  }
  return day_end_us_;
}

v1::FeatureVector CustomerTable::Vector(uint32_t id) const {
  const Customer& customer = customers_[id];
  return ComputeVector(*declarations_, customer.state, absl::FromUnixMicros(customer.as_of_us));
}

void CustomerTable::RaiseHistoryUntil(uint32_t id, int64_t event_time_us) {
  customers_[id].history_until_us = std::max(customers_[id].history_until_us, event_time_us);
}

std::vector<uint32_t> CustomerTable::TakeDirty() { return std::exchange(dirty_, {}); }

storage::v1::CustomerRecord CustomerTable::Save(uint32_t id, uint64_t folded_to) {
  Customer& customer = customers_[id];
  customer.dirty = false;
  customer.state.DropExpired(*declarations_, absl::FromUnixMicros(customer.as_of_us));
  storage::v1::CustomerRecord record;
  record.set_customer_id(customer.customer_id);
  record.set_pseudonym(customer.pseudonym.data(), customer.pseudonym.size());
  record.set_folded_to(std::max(folded_to, customer.folded_to));  // greater within an entry that is folded in slices
  record.set_sequence(customer.sequence);
  record.set_changed_us(customer.changed_us);
  record.set_as_of_us(customer.as_of_us);
  record.set_state(customer.state.Serialize(*declarations_));
  for (const v1::Event& event : customer.parked) *record.add_parked() = event;
  record.set_unannounced(customer.unannounced);
  record.set_erased(customer.erased);
  if (customer.erased) record.set_digest(customer.digest.data(), customer.digest.size());
  return record;
}

absl::Status CustomerTable::Load(uint32_t id, const storage::v1::CustomerRecord& record) {
  if (id >= customers_.size()) customers_.resize(id + 1);
  Customer& customer = customers_[id];
  if (record.customer_id().empty() != record.erased() || record.pseudonym().size() != customer.pseudonym.size()) {
    return absl::DataLossError(absl::StrCat("the record of customer ", id, " has no customer_id or no pseudonym"));
  }
  customer.customer_id = record.customer_id();
  std::memcpy(customer.pseudonym.data(), record.pseudonym().data(), customer.pseudonym.size());
  customer.parked.assign(record.parked().begin(), record.parked().end());
  customer.as_of_us = record.as_of_us();
  customer.changed_us = record.changed_us();
  customer.sequence = record.sequence();
  customer.folded_to = record.folded_to();
  customer.unannounced = record.unannounced();
  if (record.erased()) return LoadErased(id, record);
  index_.emplace(customer.customer_id, id);
  absl::StatusOr<CustomerState> state = CustomerState::Parse(*declarations_, record.state());
  if (!state.ok()) return state.status();
  customer.state = *std::move(state);
  return absl::OkStatus();
}

absl::Status CustomerTable::LoadErased(uint32_t id, const storage::v1::CustomerRecord& record) {
  Customer& customer = customers_[id];
  if (record.digest().size() != customer.digest.size()) {
    return absl::DataLossError(absl::StrCat("the record of customer ", id, ", who was erased, has no digest"));
  }
  customer.erased = true;
  std::memcpy(customer.digest.data(), record.digest().data(), customer.digest.size());
  erased_.emplace(customer.pseudonym, id);
  return absl::OkStatus();
}

void CustomerTable::Refold(uint32_t id, std::span<const v1::Event> events) {
  Customer& customer = customers_[id];
  customer.state = CustomerState();
  customer.parked.clear();
  for (const v1::Event& event : events) FoldOrPark(&customer, event, customer.as_of_us);
  customer.unannounced = true;
  if (!std::exchange(customer.dirty, true)) dirty_.push_back(id);
}

void CustomerTable::BeginReplay(const storage::v1::Checkpoint& checkpoint, int64_t history_until_us) {
  next_id_ = checkpoint.customers();
  folded_customers_ = checkpoint.customers();
  change_sequence_ = checkpoint.change_sequence();
  events_ = checkpoint.events();
  replaying_ = true;
  replayed_history_until_us_ = history_until_us;
  for (Customer& customer : customers_) customer.history_until_us = history_until_us;
}

absl::Status CustomerTable::EndReplay() {
  replaying_ = false;
  if (next_id_ != customers_.size()) {
    return absl::DataLossError(absl::StrCat("the checkpoint knows ", customers_.size(), " customers, the log only ",
                                            next_id_, ": the log's end is missing"));
  }
  std::vector<ChangeList::Entry> changes;
  for (uint32_t id = 0; id < next_id_; ++id) {
    Customer& customer = customers_[id];
    changes.push_back({id, customer.sequence});
    if (customer.erased) continue;
    int64_t due = NextMidnight(customer.as_of_us);
    for (const v1::Event& event : customer.parked) due = std::min(due, ShowsFrom(event));
    SetDue(id, due);
  }
  return changes_.Restore(std::move(changes), change_sequence_);
}

}  // namespace ebb::feature_store
