// Canonical form of a snapshot, on which its id is computed. Every text is written as its length in decimal, `:`, its
// bytes:
//
//   "ebb one click 1"  then, for each customer in byte order of the id:
//   customer_id  activity number  count of values  { feature  text }...  count of exclusions  { reason }...
#include "clients/cli/one_click/snapshot.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "runtime/digest.h"

namespace ebb::one_click {
namespace {

class CanonicalText {
 public:
  void Add(std::string_view text) { fmt::format_to(std::back_inserter(bytes_), "{}:{}", text.size(), text); }
  void Add(int64_t number) { Add(fmt::format("{}", number)); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

v1::ActivityLabel::Activity WireActivity(Activity activity) {
  switch (activity) {
    case Activity::kDeclined:
      return v1::ActivityLabel::DECLINED;
    case Activity::kSteady:
      return v1::ActivityLabel::STEADY;
    case Activity::kUnlabelled:
      break;
  }
  return v1::ActivityLabel::ACTIVITY_UNSPECIFIED;
}

v1::SnapshotRow MakeRow(const CustomerRow& customer) {
  v1::SnapshotRow row;
  row.set_customer_id(customer.customer_id);
  v1::ImportedSnapshot& snapshot = *row.mutable_snapshot();
  for (size_t feature = 0; feature < kFeatureNames.size(); ++feature) {
    if (!customer.values[feature].has_value()) continue;
    v1::ImportedValue& value = *snapshot.add_values();
    value.set_feature(std::string(kFeatureNames[feature]));
    const std::string& text = customer.values[feature]->text;
    IsWordFeature(feature) ? value.set_category(text) : value.set_decimal(text);
  }
  snapshot.set_activity(WireActivity(customer.activity));
  for (const std::string& reason : customer.training_exclusions) snapshot.add_training_exclusions(reason);
  return row;
}

void AddRow(const v1::SnapshotRow& row, CanonicalText& text) {
  text.Add(row.customer_id());
  text.Add(row.snapshot().activity());
  text.Add(row.snapshot().values_size());
  for (const v1::ImportedValue& value : row.snapshot().values()) {
    text.Add(value.feature());
    text.Add(value.has_category() ? value.category() : value.decimal());
  }
  text.Add(row.snapshot().training_exclusions_size());
  for (const std::string& reason : row.snapshot().training_exclusions()) text.Add(reason);
}

}  // namespace

Snapshot MakeSnapshot(const JoinedShop& shop) {
  Snapshot snapshot;
  CanonicalText text;
  text.Add("ebb one click 1");
  for (const CustomerRow& customer : shop.customers) {
    v1::SnapshotRow row = MakeRow(customer);
    if (row.snapshot().values().empty()) continue;
    AddRow(row, text);
    snapshot.rows.push_back(std::move(row));
  }
  snapshot.id = Sha256Hex(text.bytes());
  return snapshot;
}

}  // namespace ebb::one_click
