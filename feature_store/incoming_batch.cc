#include "feature_store/incoming_batch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/invalid_field.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace ebb::feature_store {
namespace {

using google::protobuf::internal::WireFormatLite;

constexpr absl::string_view kReasonsLeftOut = "refused; the reasons do not fit into one answer: send smaller batches";

void AddRejection(int index, const Violation& violation, v1::IngestResponse* response) {
  v1::RejectedEvent* rejection = response->add_rejections();
  rejection->set_index(index);
  rejection->set_field(violation.field);
  rejection->set_value(violation.value);
  rejection->set_rule(violation.rule);
}

void AppendVarint(uint32_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

// protobuf refuses a whole request for one text that is not UTF-8. Reads it again event by event; an event that cannot
// be read leaves an empty one in its place. False when the outside is damaged, too.
bool ReadEventByEvent(const std::string& bytes, v1::IngestRequest* request, std::vector<int>* unreadable) {
  request->Clear();
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  const uint32_t events_tag =
      WireFormatLite::MakeTag(v1::IngestRequest::kEventsFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  std::string others, one;
  while (const uint32_t tag = in.ReadTag()) {
    const int begin = in.CurrentPosition();
    if (tag != events_tag) {
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      AppendVarint(tag, &others);
      others.append(bytes, begin, in.CurrentPosition() - begin);
      continue;
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size) || !in.ReadString(&one, static_cast<int>(size))) return false;
    if (!request->add_events()->ParseFromString(one)) {
      request->mutable_events()->rbegin()->Clear();
      unreadable->push_back(request->events_size() - 1);
    }
  }
  return in.ConsumedEntireMessage() && request->MergeFromString(others);
}

}  // namespace

absl::StatusOr<std::unique_ptr<IncomingBatch>> ReadBatch(std::string bytes, absl::Time now, EventLimits limits) {
  if (bytes.size() > kMaxBatchBytes) {
    return InvalidField("events", absl::StrCat("the batch has ", bytes.size(), " bytes; at most ", kMaxBatchBytes,
                                               ": send smaller batches"));
  }
  auto batch = std::make_unique<IncomingBatch>();
  batch->request = google::protobuf::Arena::CreateMessage<v1::IngestRequest>(&batch->arena);
  std::vector<int> unreadable;
  if (!batch->request->ParseFromString(bytes)) {
    if (!ReadEventByEvent(bytes, batch->request, &unreadable)) {
      return InvalidField("request", absl::StrCat("the ", bytes.size(), " bytes are not an ebb.v1.IngestRequest"));
    }
    bytes = batch->request->SerializeAsString();
  }
  const int count = batch->request->events_size();
  if (count < 1 || count > kMaxBatchEvents) {
    return InvalidField("events",
                        absl::StrCat("the batch has ", count, " events; 1 to ", kMaxBatchEvents, " are taken"));
  }
  batch->bytes = std::move(bytes);
  batch->response.set_batch_id(batch->request->batch_id());
  limits.backfill = batch->request->backfill();
  auto next_unreadable = unreadable.begin();
  for (int i = 0; i < count; ++i) {
    std::vector<Violation> violations;
    if (next_unreadable != unreadable.end() && *next_unreadable == i) {
      ++next_unreadable;
      violations.push_back({"", "", "must be an ebb.v1.Event whose texts are UTF-8; the bytes could not be read"});
    } else {
      violations = CheckEvent(batch->request->events(i), now, limits);
    }
    if (violations.empty()) continue;
    batch->refused.push_back(static_cast<uint32_t>(i));
    Reject(i, violations, batch.get());
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
