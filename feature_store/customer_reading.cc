#include "feature_store/customer_reading.h"

#include <algorithm>
#include <vector>

#include "feature_store/customer_records.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kUnderOneLock = 16;
constexpr size_t kRecordsAtOnce = 128;

// Customers that were found but not in memory.
struct Absent {
  std::vector<size_t> places;
  std::vector<AbsentCustomer> customers;
  std::vector<uint64_t> versions;
};

// Whoever is not resident is in its record and in what waits; should it come back and go again, in a newer one.
absl::Status VisitRecords(const CompiledDeclarations& declarations, const Storage& storage, const Absent& absent,
                          VisitCustomer visit) {
  const absl::StatusOr<std::vector<Customer>> read =
      ReadCustomers({.served = &declarations}, storage, absent.customers);
  if (!read.ok()) return read.status();
  for (size_t k = 0; k < read->size(); ++k) visit(absent.places[k], (*read)[k], absent.versions[k]);
  return absl::OkStatus();
}

}  // namespace

absl::Status VisitCustomers(LiveState* live, const Storage& storage, const CompiledDeclarations& declarations,
                            std::span<const uint32_t> customers, VisitCustomer visit) {
  Absent absent;
  for (size_t first = 0; first < customers.size(); first += kUnderOneLock) {
    const size_t end = std::min(first + kUnderOneLock, customers.size());
    {
      ReaderMutexLock lock(&live->mutex);
      if (&live->table.served() != &declarations) return WentOver();
      for (size_t i = first; i < end; ++i) live->table.PrefetchRow(customers[i]);
      for (size_t i = first; i < end; ++i) {
        const uint32_t id = customers[i];
        const uint64_t version = live->table.row(id).folded_to;
        if (const Customer* customer = live->table.at(id)) {
          visit(i, *customer, version);
        } else {
          absent.places.push_back(i);
          absent.customers.push_back({id, live->table.WaitingOf(id)});
          absent.versions.push_back(version);
        }
      }
    }
    const bool enough = absent.customers.size() >= kRecordsAtOnce || end == customers.size();
    if (absent.customers.empty() || !enough) continue;
    if (absl::Status read = VisitRecords(declarations, storage, absent, visit); !read.ok()) {
      // A record that was written after a switch knows nothing of what was served before.
      return &live->Served() == &declarations ? read : WentOver();
    }
    absent = Absent();
  }
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
