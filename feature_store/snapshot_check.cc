#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "feature_store/clean_text.h"
#include "feature_store/day_counter.h"
#include "feature_store/event_check.h"
#include "feature_store/event_limits.h"
#include "feature_store/imported_value.h"
#include "feature_store/violation_list.h"

namespace ebb::feature_store {
namespace {

constexpr int64_t kMostDaysCounted = 100'000;

std::string Rule(const CompiledFeature& feature, const char* rule) {
  return absl::StrCat("feature `", feature.name, "`: ", rule);
}

// Whether the text is `MM-DD`, a day of a leap year.
bool IsBirthday(const std::string& text) {
  absl::CivilDay day;
  return absl::ParseCivilTime(absl::StrCat("2000-", text), &day) && absl::FormatCivilTime(day).substr(5) == text;
}

void CheckCategory(const std::string& path, const v1::ImportedValue& value, const CompiledFeature& feature,
                   ViolationList& list) {
  if (value.kind_case() != v1::ImportedValue::kCategory) {
    return list.Add(path + ".decimal", Shown(value.decimal()), Rule(feature, "is a category; set `category`"));
  }
  list.Text(path + ".category", value.category(), {.required = true});
  if (feature.field == v1::MARKETING_CONSENT && value.category() != kConsentYes && value.category() != kConsentNo) {
    list.Add(path + ".category", Shown(value.category()), Rule(feature, "must be `yes` or `no`"));
  }
  if (feature.field == v1::BIRTHDAY && !IsBirthday(value.category())) {
    list.Add(path + ".category", Shown(value.category()), Rule(feature, "must be month and day as `MM-DD`"));
  }
}

void CheckNumber(const std::string& path, const v1::ImportedValue& value, const CompiledFeature& feature,
                 ViolationList& list) {
  if (value.kind_case() != v1::ImportedValue::kDecimal) {
    return list.Add(path + ".category", Shown(value.category()), Rule(feature, "is a number; set `decimal`"));
  }
  const auto say = [&](const char* rule) { list.Add(path + ".decimal", Shown(value.decimal()), Rule(feature, rule)); };
  if (!ReadNumber(value.decimal())) return say("must be a decimal such as `3293.1`, at most 18 digits");
  if (feature.imported_as == ImportedAs::kHeld) return;
  const std::optional<int64_t> integer = ReadInteger(feature, value.decimal());
  if (!integer) return say("must be whole in its smallest unit (the unit times `scale`), at most 2^53 of them");
  if (feature.aggregation == v1::COUNT && *integer < 0) return say("is a count and must not be negative");
  if (CountsDays(feature) && (*integer < 0 || *integer > kMostDaysCounted)) {
    return say("must be 0 to 100000 days");
  }
}

}  // namespace

std::vector<Violation> CheckSnapshotRow(const v1::SnapshotRow& row, const CompiledDeclarations& declarations) {
  ViolationList list;
  list.Text("customer_id", row.customer_id(), {.required = true, .most_bytes = kLongestCustomerId});
  const v1::ImportedSnapshot& snapshot = row.snapshot();
  if (snapshot.values().empty()) list.Add("snapshot.values", "", "at least one is required");
  absl::flat_hash_set<int> named;
  for (int i = 0; i < snapshot.values_size(); ++i) {
    const v1::ImportedValue& value = snapshot.values(i);
    const std::string path = absl::StrCat("snapshot.values[", i, "]");
    const int index = declarations.FindFeature(value.feature());
    if (index < 0) {
      list.Add(path + ".feature", Shown(value.feature()), "must be the name of a declared feature (GetFeatureSchema)");
      continue;
    }
    const CompiledFeature& feature = declarations.features()[static_cast<size_t>(index)];
    if (!named.insert(index).second) {
      list.Add(path + ".feature", feature.name, "is named twice in the row; a feature has one value");
    }
    if (value.kind_case() == v1::ImportedValue::KIND_NOT_SET) {
      list.Add(path, "", Rule(feature, "needs `decimal` or `category`; leave the feature out where nothing is known"));
    } else if (feature.kind == v1::CATEGORY) {
      CheckCategory(path, value, feature, list);
    } else {
      CheckNumber(path, value, feature, list);
    }
  }
  if (!v1::ActivityLabel::Activity_IsValid(snapshot.activity())) {
    list.Add("snapshot.activity", absl::StrCat(static_cast<int>(snapshot.activity())),
             "must be DECLINED, STEADY or left out");
  }
  for (int i = 0; i < snapshot.training_exclusions_size(); ++i) {
    list.Text(absl::StrCat("snapshot.training_exclusions[", i, "]"), snapshot.training_exclusions(i),
              {.required = true});
  }
  return list.Take();
}

std::vector<Violation> CheckRepairs(const google::protobuf::RepeatedPtrField<v1::DataRepair>& repairs) {
  ViolationList list;
  if (repairs.size() > kMostRepairs) {
    list.Add("repairs", "", absl::StrCat("has ", repairs.size(), "; must have at most ", kMostRepairs));
  }
  for (int i = 0; i < std::min(repairs.size(), kMostRepairs); ++i) {
    const v1::DataRepair& repair = repairs[i];
    const std::string path = absl::StrCat("repairs[", i, "].");
    if (!v1::DataRepair::Kind_IsValid(repair.kind()) || repair.kind() == v1::DataRepair::KIND_UNSPECIFIED) {
      list.Add(path + "kind", absl::StrCat(repair.kind()), "must say what was wrong");
    }
    list.Text(path + "source", repair.source(), {.required = true});
    list.Text(path + "column", repair.column(), {});
    list.Text(path + "from", repair.from(), {});
    list.Text(path + "to", repair.to(), {});
    list.Range(path + "rows", repair.rows(), 1, kMostRepairedRows);
  }
  return list.Take();
}

}  // namespace ebb::feature_store
