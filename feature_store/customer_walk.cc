#include "feature_store/customer_walk.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "feature_store/event_time.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "google/protobuf/arena.h"

namespace ebb::feature_store {
namespace {

absl::string_view ViewOf(const Pseudonym& pseudonym) {
  return {reinterpret_cast<const char*>(pseudonym.data()), pseudonym.size()};
}

}  // namespace

void CustomerBlock::Clear() {
  customers_.clear();
  events_.clear();
  bytes_.clear();
}

void CustomerBlock::AddCustomer(const Pseudonym& pseudonym, absl::string_view customer_id) {
  customers_.push_back({pseudonym, std::string(customer_id), events_.size()});
}

void CustomerBlock::AddEvent(absl::string_view key, absl::string_view value) {
  events_.push_back({bytes_.size(), static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size())});
  bytes_.append(key.data(), key.size());
  bytes_.append(value.data(), value.size());
}

CustomerBlock::Event CustomerBlock::event(size_t index) const {
  const Place& place = events_[index];
  const absl::string_view bytes = bytes_;
  return {bytes.substr(place.begin, place.key_size), bytes.substr(place.begin + place.key_size, place.value_size)};
}

absl::Status CustomerBlock::ReadEvents(size_t customer, google::protobuf::Arena* arena,
                                       std::vector<EventView>* events) const {
  events->clear();
  arena->Reset();
  const size_t end = EndOf(customer);
  for (size_t i = customers()[customer].first_event; i < end; ++i) {
    const absl::StatusOr<EventView> view = ReadEvent(i, arena);
    if (!view.ok()) return view.status();
    events->push_back(*view);
  }
  return absl::OkStatus();
}

absl::StatusOr<EventView> CustomerBlock::ReadEvent(size_t index, google::protobuf::Arena* arena) const {
  const Event record = event(index);
  const absl::StatusOr<ParsedEventKey> key = ParseEventKey(record.key);
  if (!key.ok()) return key.status();
  absl::string_view message;
  EventView view;
  if (!MessageOf(record.value, &message) || !ReadEventView({message.data(), message.size()}, arena, &view)) {
    auto* parsed = google::protobuf::Arena::CreateMessage<v1::Event>(arena);
    if (absl::Status read = DecodeRecord(record.value, "an event of the history", parsed); !read.ok()) return read;
    parsed->set_event_id(key->event_id.data(), key->event_id.size());
    *parsed->mutable_event_time() = ToTimestamp(absl::FromUnixMicros(key->event_time_us));
    view = feature_store::ViewOf(*parsed, arena);
  }
  view.event_id = {key->event_id.data(), key->event_id.size()};
  view.event_time_us = key->event_time_us;
  return view;
}

CustomerWalk::CustomerWalk(Source source) : source_(std::move(source)) {}

absl::StatusOr<std::unique_ptr<CustomerWalk>> CustomerWalk::Open(Source source, const Pseudonymizer& pseudonyms,
                                                                 const std::optional<Pseudonym>& after) {
  std::sort(source.unnamed.begin(), source.unnamed.end());
  std::unique_ptr<Cursor> sorted = std::move(source.events);
  std::unique_ptr<CustomerWalk> walk(new CustomerWalk(std::move(source)));
  auto events = HistoryWalk::Open(*walk->source_.view, std::move(sorted), pseudonyms, walk->source_.sorted_to,
                                  walk->source_.position);
  if (!events.ok()) return events.status();
  walk->events_ = *std::move(events);
  walk->names_ = walk->source_.view->Scan(Family::kNames, after ? ViewOf(*after) : "", "");
  if (!after) return walk;
  if (walk->names_->Valid() && walk->names_->key() == ViewOf(*after)) walk->names_->Next();
  const std::vector<Name>& unnamed = walk->source_.unnamed;
  const auto next = std::upper_bound(unnamed.begin(), unnamed.end(), *after,
                                     [](const Pseudonym& wanted, const Name& name) { return wanted < name.first; });
  walk->next_unnamed_ = static_cast<size_t>(next - unnamed.begin());
  walk->events_->Seek(ViewOf(*after));
  return walk;
}

absl::StatusOr<std::optional<CustomerWalk::Name>> CustomerWalk::NextName() {
  const bool unnamed_left = next_unnamed_ < source_.unnamed.size();
  if (!names_->Valid()) {
    if (!names_->status().ok()) return names_->status();
    if (!unnamed_left) return std::nullopt;
    return source_.unnamed[next_unnamed_++];
  }
  Name name;
  if (names_->key().size() != name.first.size()) {
    return absl::DataLossError("a customer's name has no pseudonym for its key: it is damaged");
  }
  std::memcpy(name.first.data(), names_->key().data(), name.first.size());
  if (unnamed_left && source_.unnamed[next_unnamed_].first <= name.first) {
    if (source_.unnamed[next_unnamed_].first == name.first) names_->Next();
    return source_.unnamed[next_unnamed_++];
  }
  storage::v1::CustomerName record;
  if (absl::Status read = DecodeRecord(names_->value(), "a customer's name", &record); !read.ok()) return read;
  name.second = std::move(*record.mutable_customer_id());
  names_->Next();
  return name;
}

absl::StatusOr<bool> CustomerWalk::Fill(size_t max_customers, size_t max_bytes, CustomerBlock* block) {
  block->Clear();
  while (block->customers().size() < max_customers && block->bytes() < max_bytes) {
    const absl::StatusOr<std::optional<Name>> name = NextName();
    if (!name.ok()) return name.status();
    if (!name->has_value()) return false;
    const auto& [pseudonym, customer_id] = **name;
    if (source_.erased.contains(pseudonym)) continue;
    const absl::string_view prefix = ViewOf(pseudonym);
    block->AddCustomer(pseudonym, customer_id);
    while (events_->Valid() && events_->key().substr(0, prefix.size()) < prefix) events_->Next();
    for (; events_->Valid() && absl::StartsWith(events_->key(), prefix); events_->Next()) {
      block->AddEvent(events_->key(), events_->value());
    }
    if (!events_->status().ok()) return events_->status();
  }
  return true;
}

absl::StatusOr<std::unique_ptr<CustomerVisits>> CustomerVisits::Open(CustomerWalk::Source source,
                                                                     const Pseudonymizer& pseudonyms) {
  auto walk = CustomerWalk::Open(std::move(source), pseudonyms, std::nullopt);
  if (!walk.ok()) return walk.status();
  return std::unique_ptr<CustomerVisits>(new CustomerVisits(*std::move(walk)));
}

absl::StatusOr<bool> CustomerVisits::Some(const Visit& visit) {
  constexpr size_t kCustomers = 1'024, kBytes = 2 << 20;  // of a block
  const absl::StatusOr<bool> more = walk_->Fill(kCustomers, kBytes, &block_);
  if (!more.ok()) return more.status();
  for (size_t customer = 0; customer < block_.customers().size(); ++customer) {
    if (absl::Status read = block_.ReadEvents(customer, &arena_, &events_); !read.ok()) return read;
    visit(events_);
  }
  return *more;
}

absl::Status VisitCustomers(CustomerWalk::Source source, const Pseudonymizer& pseudonyms,
                            const std::function<bool()>& cancelled, const CustomerVisits::Visit& visit) {
  const auto visits = CustomerVisits::Open(std::move(source), pseudonyms);
  if (!visits.ok()) return visits.status();
  while (true) {
    if (cancelled && cancelled()) return absl::CancelledError("the caller has gone");
    const absl::StatusOr<bool> more = (*visits)->Some(visit);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
  }
}

}  // namespace ebb::feature_store
