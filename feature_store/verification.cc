#include "feature_store/verification.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <random>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "feature_store/customer_reading.h"
#include "feature_store/event_time.h"
#include "feature_store/invalid_field.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {
namespace {

constexpr int kMostNamed = 1'000;
// One reading of the unsorted log serves so many customers.
constexpr size_t kBatch = 16'384;
// Of customers that keep moving: few, so that they are looked at before they move again.
constexpr size_t kMostMovedAtOnce = 1'024, kFewestMovedAtOnce = 16;
constexpr size_t kCustomersAtOnce = 16;
constexpr uint64_t kMovedOn = std::numeric_limits<uint64_t>::max();
constexpr absl::Duration kWorkOfAMessage = absl::Milliseconds(20);

absl::StatusOr<std::vector<uint32_t>> CustomersOf(const v1::VerifyRequest& request, LiveState* live) {
  if (request.customer_ids_size() > kMostNamed) {
    return InvalidField("customer_ids",
                        absl::StrCat("has ", request.customer_ids_size(), " customers; must have at most ", kMostNamed,
                                     "; name none to verify all"));
  }
  if (request.sample() < 0)
    return InvalidField("sample", absl::StrCat("is ", request.sample(), "; must not be negative"));
  if (request.sample() > 0 && !request.customer_ids().empty()) {
    return InvalidField("sample", "must be 0 where customer_ids are named");
  }
  std::vector<uint32_t> customers;
  ReaderMutexLock lock(&live->mutex);
  const uint32_t known = live->table.folded_customers();
  absl::flat_hash_set<uint32_t> seen;
  for (const std::string& customer_id : request.customer_ids()) {
    const uint32_t id = live->table.Find(customer_id);
    if (id >= known) return absl::NotFoundError(absl::StrCat("customer ", customer_id, ": nothing is known"));
    if (seen.insert(id).second) customers.push_back(id);
  }
  if (!customers.empty()) return customers;
  for (uint32_t id = 0; id < known; ++id) {
    if (!live->table.row(id).erased) customers.push_back(id);
  }
  if (request.sample() == 0) return customers;
  std::vector<uint32_t> sample;
  std::mt19937_64 random{std::random_device{}()};
  std::sample(customers.begin(), customers.end(), std::back_inserter(sample), request.sample(), random);
  return sample;
}

std::string TextOf(const FeatureValues& values, size_t feature, v1::FeatureKind kind) {
  std::string text = "missing";
  if (!values.missing(feature) && kind == v1::CATEGORY) {
    text = std::string(values.category(feature));
  } else if (!values.missing(feature)) {
    char digits[32];
    text.assign(digits, std::to_chars(digits, std::end(digits), values.number(feature)).ptr);
  }
  if (values.status(feature) == v1::PRESENT) return text;
  return absl::StrCat(text, " (", absl::AsciiStrToLower(v1::FeatureStatus_Name(values.status(feature))), ")");
}

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// What the raw events say of a customer as of T.
struct Recomputed {
  CustomerState state;
  std::vector<const v1::Event*> ahead;  // borrowed
};

Recomputed Recompute(const CompiledDeclarations& declarations, const std::vector<v1::Event>& events, absl::Time as_of) {
  Recomputed recomputed;
  for (const v1::Event& event : events) {
    if (IsBefore(event, as_of)) {
      recomputed.state.Fold(declarations, event);
    } else {
      recomputed.ahead.push_back(&event);
    }
  }
  return recomputed;
}

// Whether the events that a feature's window needs as of T are all there still. What a lifetime feature reads never
// leaves.
bool IsKept(const CompiledDeclarations& declarations, const FeatureWindows& windows, size_t feature,
            int64_t expired_before_us) {
  if (expired_before_us == kBeforeAll) return true;
  if (declarations.features()[feature].window.unit == CompiledWindow::Unit::kLifetime) return true;
  const absl::Time begin = declarations.calendar().StartOf(windows.Days(feature).begin);
  return absl::ToUnixMicros(begin) >= expired_before_us;
}

// What was seen before the retention took it away cannot be recomputed: then an empty window is all that follows.
bool ForgotWhatWasSeen(const FeatureValues& served, const FeatureValues& recomputed, size_t feature) {
  return served.status(feature) == v1::DEFAULT && recomputed.status(feature) == v1::NEVER_SEEN;
}

std::vector<uint32_t> TakeFront(size_t most, std::deque<uint32_t>* queue) {
  const auto end = queue->begin() + static_cast<std::ptrdiff_t>(std::min(most, queue->size()));
  std::vector<uint32_t> taken(queue->begin(), end);
  queue->erase(queue->begin(), end);
  return taken;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Verification>> Verification::Open(const Source& source, const v1::VerifyRequest& request,
                                                                 absl::Time store_clock) {
  absl::StatusOr<absl::Time> hash_as_of = store_clock;
  if (request.has_hash_as_of()) hash_as_of = ReadAsOf("hash_as_of", request.hash_as_of(), store_clock);
  if (!hash_as_of.ok()) return hash_as_of.status();
  absl::StatusOr<std::vector<uint32_t>> customers = CustomersOf(request, source.live);
  if (!customers.ok()) return customers.status();
  return std::unique_ptr<Verification>(new Verification(source, *std::move(customers), *hash_as_of));
}

Verification::Verification(const Source& source, std::vector<uint32_t> customers, absl::Time hash_as_of)
    : source_(source),
      hash_as_of_(absl::FromUnixMicros(absl::ToUnixMicros(hash_as_of))),
      beginning_(Now()),
      customers_(static_cast<int64_t>(customers.size())),
      first_(customers.begin(), customers.end()),
      moved_at_once_(kMostMovedAtOnce) {}

LogMoment Verification::Now() const {
  ReaderMutexLock lock(&source_.live->mutex);
  return PresentMoment(*source_.live, *source_.storage);
}

absl::StatusOr<bool> Verification::Next(v1::VerifyResponse* response) {
  if (finished_) return false;
  const absl::Time until = absl::Now() + kWorkOfAMessage;
  while (absl::Now() < until && !finished_) {
    if (next_ < batch_.size()) {
      if (absl::Status checked = Check(batch_[next_++], response); !checked.ok()) return checked;
    } else if (first_.empty() && moved_.empty()) {
      finished_ = true;
    } else if (absl::Status begun = BeginBatch(); !begun.ok()) {
      return begun;
    }
  }
  response->set_compared(compared_);
  response->set_customers(customers_);
  if (!finished_) return true;
  v1::VerifySummary* summary = response->mutable_summary();
  summary->set_customers(compared_);
  summary->set_events(events_);
  summary->set_mismatched(mismatched_);
  summary->set_state_hash(hash_.Hex());
  *summary->mutable_hash_as_of() = ToTimestamp(hash_as_of_);
  summary->set_log_sequence(static_cast<int64_t>(beginning_.position));
  return true;
}

// The customers first, then their events: the other way round most of a busy store would have moved on meanwhile.
absl::Status Verification::BeginBatch() {
  hashing_ = !first_.empty();
  const LogMoment moment = hashing_ ? beginning_ : Now();
  position_ = moment.position;
  absl::StatusOr<std::vector<Served>> served =
      ReadServed(hashing_ ? TakeFront(kBatch, &first_) : TakeFront(moved_at_once_, &moved_));
  if (!served.ok()) return served.status();
  batch_ = *std::move(served);
  next_ = 0;
  if (!hashing_) {
    const auto too_late = static_cast<size_t>(std::count_if(
        batch_.begin(), batch_.end(), [&](const Served& served) { return served.folded_to > position_; }));
    if (too_late * 2 > batch_.size()) moved_at_once_ = std::max(kFewestMovedAtOnce, moved_at_once_ / 2);
  }
  absl::flat_hash_set<std::string> only;
  for (const Served& served : batch_) only.insert(served.customer_id);
  absl::StatusOr<HistoryReader> history = HistoryReader::Open(moment, &only);
  if (!history.ok()) return history.status();
  history_ = std::make_unique<HistoryReader>(*std::move(history));
  {
    // Only now: what the retention takes away from here on, the opened history still shows.
    ReaderMutexLock lock(&source_.live->mutex);
    expired_before_us_ = source_.live->expired_before_us;
  }
  std::sort(batch_.begin(), batch_.end(), [](const auto& a, const auto& b) { return a.pseudonym < b.pseudonym; });
  return absl::OkStatus();
}

std::vector<Verification::Version> Verification::VersionsOf(const std::vector<uint32_t>& customers) const {
  std::vector<Version> versions;
  versions.reserve(customers.size());
  ReaderMutexLock lock(&source_.live->mutex);
  for (const uint32_t id : customers) {
    versions.push_back({source_.live->table.row(id).pseudonym, source_.live->table.row(id).folded_to});
  }
  return versions;
}

// A customer that was folded between the two looks at its version counts as one that has moved on.
absl::StatusOr<std::vector<Verification::Served>> Verification::ReadServed(
    const std::vector<uint32_t>& customers) const {
  std::vector<Served> served(customers.size());
  for (size_t begin = 0; begin < customers.size(); begin += kCustomersAtOnce) {
    const size_t end = std::min(customers.size(), begin + kCustomersAtOnce);
    const std::vector<uint32_t> ids(customers.begin() + static_cast<std::ptrdiff_t>(begin),
                                    customers.begin() + static_cast<std::ptrdiff_t>(end));
    const std::vector<Version> before = VersionsOf(ids);
    const absl::Status visited = VisitCustomers(
        source_.live, *source_.storage, *source_.declarations, ids, [&](size_t i, const Customer& customer, uint64_t) {
          Served& one = served[begin + i];
          one.id = ids[i];
          one.erased = customer.erased;
          one.customer_id = customer.customer_id;
          one.pseudonym = before[i].pseudonym;
          one.folded_to = before[i].folded_to;
          if (customer.erased) return;
          source_.vectors->ReadOne(*source_.declarations, one.id, one.folded_to, customer, &one.values);
          std::vector<const v1::Event*> parked;
          for (const v1::Event& event : customer.parked) parked.push_back(&event);
          one.digest = CustomerDigest(*source_.declarations, one.customer_id, customer.state,
                                      absl::FromUnixMicros(customer.as_of_us), parked);
        });
    if (!visited.ok()) return visited;
    const std::vector<Version> after = VersionsOf(ids);
    for (size_t i = 0; i < ids.size(); ++i) {
      if (after[i].folded_to != before[i].folded_to) served[begin + i].folded_to = kMovedOn;
    }
  }
  std::erase_if(served, [](const Served& one) { return one.erased; });
  return served;
}

absl::Status Verification::Check(const Served& served, v1::VerifyResponse* response) {
  const bool moved_on = served.folded_to > position_;
  if (moved_on) moved_.push_back(served.id);
  if (moved_on && !hashing_) return absl::OkStatus();
  const absl::StatusOr<std::vector<v1::Event>> events = history_->EventsOf(served.customer_id, served.pseudonym);
  if (!events.ok()) return events.status();
  if (hashing_) AddToHash(served.customer_id, *events);
  if (!moved_on) Compare(served, *events, response);
  return absl::OkStatus();
}

void Verification::Compare(const Served& served, const std::vector<v1::Event>& events, v1::VerifyResponse* response) {
  ++compared_;
  events_ += static_cast<int64_t>(events.size());
  const absl::Time as_of = absl::FromUnixMicros(served.values.as_of_us);
  Recomputed recomputed = Recompute(*source_.declarations, events, as_of);
  const FeatureWindows windows(*source_.declarations, as_of);
  const bool expired = expired_before_us_ != kBeforeAll;
  TilesByMeasure by_measure;
  by_measure.Assign(*source_.declarations, recomputed.state);
  FeatureValues values;
  ComputeValues(*source_.declarations, recomputed.state, by_measure, windows, &values);
  const auto add = [&](const std::string& feature, const std::string& serves, const std::string& says) {
    v1::Mismatch* mismatch = response->add_mismatches();
    mismatch->set_customer_id(served.customer_id);
    mismatch->set_feature(feature);
    mismatch->set_served(serves);
    mismatch->set_recomputed(says);
    *mismatch->mutable_as_of() = ToTimestamp(as_of);
  };
  bool same = true;
  for (size_t i = 0; i < values.size(); ++i) {
    const v1::FeatureSpec& feature = source_.declarations->schema().features(static_cast<int>(i));
    if (!IsKept(*source_.declarations, windows, i, expired_before_us_)) continue;
    if (expired && ForgotWhatWasSeen(served.values, values, i)) continue;
    if (SameValue(served.values, values, i, feature.kind())) continue;
    add(feature.name(), TextOf(served.values, i, feature.kind()), TextOf(values, i, feature.kind()));
    same = false;
  }
  const Sha256Digest digest =
      CustomerDigest(*source_.declarations, served.customer_id, std::move(recomputed.state), as_of, recomputed.ahead);
  if (same && digest != served.digest && !expired) {
    add("", Hex(served.digest), Hex(digest));
    same = false;
  }
  if (!same) ++mismatched_;
}

// A customer whose first event came after the beginning is not among them.
void Verification::AddToHash(const std::string& customer_id, const std::vector<v1::Event>& events) {
  Recomputed recomputed = Recompute(*source_.declarations, events, hash_as_of_);
  hash_.Add(
      CustomerDigest(*source_.declarations, customer_id, std::move(recomputed.state), hash_as_of_, recomputed.ahead));
}

}  // namespace ebb::feature_store
