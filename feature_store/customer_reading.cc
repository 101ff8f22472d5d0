#include "feature_store/customer_reading.h"

#include <algorithm>
#include <vector>

#include "feature_store/customer_records.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kAtOnce = 128;

}  // namespace

absl::Status VisitCustomers(LiveState* live, const Storage& storage, std::span<const uint32_t> customers,
                            const std::function<void(size_t, const Customer&)>& visit) {
  std::vector<size_t> absent;
  std::vector<uint32_t> ids;
  for (size_t first = 0; first < customers.size(); first += kAtOnce) {
    absent.clear();
    ids.clear();
    {
      ReaderMutexLock lock(&live->mutex);
      for (size_t i = first; i < std::min(first + kAtOnce, customers.size()); ++i) {
        if (const Customer* customer = live->table.at(customers[i])) {
          visit(i, *customer);
        } else {
          absent.push_back(i);
        }
      }
    }
    if (absent.empty()) continue;
    // Whoever is not resident has had its record written before; should it come back and go again, a newer one.
    for (const size_t i : absent) ids.push_back(customers[i]);
    const absl::StatusOr<std::vector<Customer>> read = ReadCustomers(live->declarations(), storage, ids);
    if (!read.ok()) return read.status();
    for (size_t k = 0; k < absent.size(); ++k) visit(absent[k], (*read)[k]);
  }
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
