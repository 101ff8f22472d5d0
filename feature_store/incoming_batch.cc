#include "feature_store/incoming_batch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/invalid_field.h"
#include "feature_store/quick_check.h"
#include "feature_store/wire_fields.h"

namespace ebb::feature_store {
namespace {

constexpr absl::string_view kReasonsLeftOut = "refused; the reasons do not fit into one answer: send smaller batches";
constexpr uint32_t kEventsTag = LengthTag(v1::IngestRequest::kEventsFieldNumber);

void AddRejection(int index, const Violation& violation, v1::IngestResponse* response) {
  v1::RejectedEvent* rejection = response->add_rejections();
  rejection->set_index(index);
  rejection->set_field(violation.field);
  rejection->set_value(violation.value);
  rejection->set_rule(violation.rule);
}

// Fills `events` with views of nothing but their bytes, as many as a batch may have, and counts all of them. False when
// the bytes are no IngestRequest.
bool TakeApart(std::string_view bytes, IncomingBatch* batch, size_t* count) {
  constexpr size_t kUsualEventBytes = 48;
  batch->events.reserve(std::min<size_t>(bytes.size() / kUsualEventBytes, kMaxBatchEvents));
  FieldReader in(bytes);
  while (!in.at_end()) {
    uint32_t tag = 0;
    uint64_t number = 0;
    std::string_view event;
    if (!in.ReadTag(&tag)) return false;
    switch (tag) {
      case kEventsTag:
        if (!in.ReadBytes(&event)) return false;
        if (++*count <= kMaxBatchEvents) batch->events.emplace_back().view.bytes = event;
        break;
      case VarintTag(v1::IngestRequest::kBatchIdFieldNumber):
        if (!in.ReadVarint(&number)) return false;
        batch->response.set_batch_id(static_cast<int64_t>(number));
        break;
      case VarintTag(v1::IngestRequest::kBackfillFieldNumber):
        if (!in.ReadVarint(&number)) return false;
        batch->backfill = number != 0;
        break;
      default:
        if (!in.Skip(tag)) return false;
    }
  }
  return true;
}

// Reads and checks events of one batch.
class EventReader {
 public:
  EventReader(absl::Time now, const EventLimits& limits, IncomingBatch* batch)
      : now_(now), limits_(limits), batch_(batch) {
    bounds_.latest_us = absl::ToUnixMicros(now + limits.max_ahead);
    // Rounded up: what is at the edge, CheckEvent decides.
    bounds_.earliest_us = absl::ToUnixMicros(limits.store_clock.value_or(now) - limits.retention) + 1;
  }

  // Empty: the event may be accepted.
  std::vector<Violation> Read(EventView* event) {
    const std::string_view bytes = event->bytes;
    // Whoever back-fills says when an event was known: that is checked the long way.
    if (!limits_.backfill && ReadEventView(bytes, &batch_->arena, event) && PassesQuickly(*event, bounds_)) return {};
    auto* message = google::protobuf::Arena::CreateMessage<v1::Event>(&batch_->arena);
    *event = {};
    if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return {{"", "", "must be an ebb.v1.Event whose texts are UTF-8; the bytes could not be read"}};
    }
    if (!limits_.backfill) message->clear_known_at();  // it is not the sender's to say, and may be no time at all
    std::vector<Violation> violations = CheckEvent(*message, now_, limits_);
    if (violations.empty()) *event = ViewOf(*message, &batch_->arena);
    return violations;
  }

 private:
  const absl::Time now_;
  const EventLimits limits_;
  IncomingBatch* const batch_;
  TimeBounds bounds_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IncomingBatch>> ReadBatch(std::string bytes, absl::Time now, EventLimits limits,
                                                         const IdentifierHashes& hashes) {
  if (bytes.size() > kMaxBatchBytes) {
    return InvalidField("events", absl::StrCat("the batch has ", bytes.size(), " bytes; at most ", kMaxBatchBytes,
                                               ": send smaller batches"));
  }
  auto batch = std::make_unique<IncomingBatch>();
  batch->bytes = std::move(bytes);
  size_t count = 0;
  if (!TakeApart(batch->bytes, batch.get(), &count)) {
    return InvalidField("request", absl::StrCat("the ", batch->bytes.size(), " bytes are not an ebb.v1.IngestRequest"));
  }
  if (count < 1 || count > kMaxBatchEvents) {
    return InvalidField("events",
                        absl::StrCat("the batch has ", count, " events; 1 to ", kMaxBatchEvents, " are taken"));
  }
  limits.backfill = batch->backfill;
  EventReader reader(now, limits, batch.get());
  for (size_t i = 0; i < count; ++i) {
    IncomingEvent& event = batch->events[i];
    if (const std::vector<Violation> violations = reader.Read(&event.view); !violations.empty()) {
      event.refused = true;
      Reject(static_cast<int>(i), violations, batch.get());
      continue;
    }
    event.customer = hashes.customers->Of({event.view.customer_id.data(), event.view.customer_id.size()});
    event.identity = hashes.events->Of(event.customer, {event.view.event_id.data(), event.view.event_id.size()});
  }
  return batch;
}

void Reject(int index, const std::vector<Violation>& violations, IncomingBatch* batch) {
  batch->response.set_rejected(batch->response.rejected() + 1);
  constexpr size_t kOverheadBytes = 16;  // tags, lengths and the index
  size_t bytes = 0;
  for (const Violation& one : violations) {
    bytes += one.field.size() + one.value.size() + one.rule.size() + kOverheadBytes;
  }
  if (batch->rejection_bytes + bytes > kMaxRejectionBytes) {
    return AddRejection(index, {"", "", std::string(kReasonsLeftOut)}, &batch->response);
  }
  batch->rejection_bytes += bytes;
  for (const Violation& violation : violations) AddRejection(index, violation, &batch->response);
}

}  // namespace ebb::feature_store
