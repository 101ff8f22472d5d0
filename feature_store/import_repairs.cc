#include "feature_store/import_repairs.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "feature_store/event_limits.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

using Repairs = google::protobuf::RepeatedPtrField<v1::DataRepair>;

// Repairs in the order in which they come, each fault once.
class RepairSum {
 public:
  void Add(const v1::DataRepair& repair) {
    v1::DataRepair fault = repair;
    fault.clear_rows();
    const auto [place, is_new] = places_.emplace(fault.SerializeAsString(), sum_.size());
    if (!is_new) {
      v1::DataRepair& known = sum_[place->second];
      known.set_rows(std::min(known.rows() + repair.rows(), kMostRepairedRows));
    } else if (sum_.size() < kMostRepairs) {
      *sum_.Add() = repair;
    } else {
      places_.erase(place);
    }
  }
  Repairs Take() { return std::move(sum_); }

 private:
  std::map<std::string, int> places_;
  Repairs sum_;
};

}  // namespace

absl::StatusOr<Repairs> RepairsSeen(const Storage& storage, const std::set<std::pair<std::string, int64_t>>& imports,
                                    std::span<const absl::Time> times) {
  if (times.empty()) return Repairs();
  const int64_t latest_us = absl::ToUnixMicros(times.back());
  std::vector<std::pair<int64_t, std::string>> seen;
  for (auto import = imports.begin(); import != imports.end(); ++import) {
    const auto& [snapshot_id, as_of_us] = *import;
    const bool counted = import != imports.begin() && std::prev(import)->first == snapshot_id;
    if (!counted && as_of_us <= latest_us) seen.emplace_back(as_of_us, snapshot_id);
  }
  std::sort(seen.begin(), seen.end());
  RepairSum sum;
  for (const auto& [as_of_us, snapshot_id] : seen) {
    const auto bytes = storage.Get(Family::kMeta, ImportKey(as_of_us, snapshot_id));
    if (!bytes.ok()) return bytes.status();
    if (!bytes->has_value()) return absl::DataLossError(absl::StrCat("no record of the import ", snapshot_id));
    storage::v1::CommittedImport record;
    if (absl::Status read = DecodeRecord(**bytes, "a committed import", &record); !read.ok()) return read;
    for (const v1::DataRepair& repair : record.repairs()) sum.Add(repair);
  }
  return sum.Take();
}

}  // namespace ebb::feature_store
