#include "feature_store/customer_export.h"

#include <utility>

namespace ebb::feature_store {
namespace {

constexpr int kMaxEvents = 1'000;
constexpr size_t kMaxBytes = 1 << 20;

}  // namespace

CustomerExport::CustomerExport(v1::FeatureSchema schema, v1::CustomerFeatures features, std::vector<v1::Event> events,
                               std::function<bool()> forgotten)
    : forgotten_(std::move(forgotten)), events_(std::move(events)) {
  *first_.mutable_schema() = std::move(schema);
  *first_.mutable_features() = std::move(features);
}

absl::StatusOr<bool> CustomerExport::Next(v1::ExportCustomerResponse* message) {
  message->Clear();
  if (forgotten_()) {
    return absl::AbortedError("the customer was erased while the export was read; what came of it must be forgotten");
  }
  const bool first = !std::exchange(began_, true);
  if (first) message->Swap(&first_);
  size_t bytes = 0;
  while (next_ < events_.size() && message->events_size() < kMaxEvents && bytes < kMaxBytes) {
    v1::Event& event = events_[next_++];
    bytes += event.ByteSizeLong();
    *message->add_events() = std::move(event);
  }
  return first || message->events_size() > 0;
}

}  // namespace ebb::feature_store
