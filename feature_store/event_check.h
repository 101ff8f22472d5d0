#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ebb/v1/data_repair.pb.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/compiled_declarations.h"

// Every rule of event.proto, said precisely when it is broken. Pure functions.
namespace ebb::feature_store {

// One rule broken.
struct Violation {
  std::string field;  // Path from the event, such as `purchase.lines[1].quantity`.
  std::string value;  // What was found: printable, at most 64 bytes.
  std::string rule;   // What must hold, and what to do.
  bool operator==(const Violation&) const = default;
};

struct EventLimits {
  absl::Duration max_ahead = absl::Minutes(5);        // Of the wall clock.
  absl::Duration retention = absl::Hours(24 * 1096);  // Behind the store's clock.
  std::optional<absl::Time> store_clock;              // Absent: the wall clock.
  bool backfill = false;  // known_at is the sender's and is checked; otherwise it is ignored.
};

// Everything wrong with an event of Ingest; empty: it may be accepted. `now` is the wall clock.
std::vector<Violation> CheckEvent(const v1::Event& event, absl::Time now, const EventLimits& limits);

// Everything wrong with a row of ImportSnapshot, paths from the row. Values are checked against their features: a COUNT
// or SUM must be whole in the feature's smallest unit, a category must be one, names must be declared and not repeated.
std::vector<Violation> CheckSnapshotRow(const v1::SnapshotRow& row, const CompiledDeclarations& declarations);

// Everything wrong with the repairs that the header of ImportSnapshot tells, paths from the header.
std::vector<Violation> CheckRepairs(const google::protobuf::RepeatedPtrField<v1::DataRepair>& repairs);

}  // namespace ebb::feature_store
