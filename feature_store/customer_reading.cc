#include "feature_store/customer_reading.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

constexpr size_t kAtOnce = 128;

}  // namespace

absl::Status VisitCustomers(LiveState* live, const Storage& storage, std::span<const uint32_t> customers,
                            const std::function<void(size_t, const Customer&)>& visit) {
  std::vector<size_t> absent;
  std::vector<std::string> keys;
  storage::v1::CustomerRecord record;
  for (size_t first = 0; first < customers.size(); first += kAtOnce) {
    absent.clear();
    keys.clear();
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
    for (const size_t i : absent) keys.push_back(StateKey(customers[i]));
    const absl::StatusOr<std::vector<std::optional<std::string>>> values = storage.GetMany(Family::kState, keys);
    if (!values.ok()) return values.status();
    for (size_t k = 0; k < absent.size(); ++k) {
      const uint32_t id = customers[absent[k]];
      if (!(*values)[k]) return absl::DataLossError(absl::StrCat("customer ", id, " has no record"));
      Customer customer;
      absl::Status read = DecodeRecord(*(*values)[k], absl::StrCat("the record of customer ", id), &record);
      if (read.ok()) read = ReadCustomer(live->declarations(), record, &customer);
      if (!read.ok()) return read;
      visit(absent[k], customer);
    }
  }
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
