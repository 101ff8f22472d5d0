#include "feature_store/declaration_diff.h"

#include <memory>
#include <string>
#include <utility>

#include "google/protobuf/util/message_differencer.h"

namespace ebb::feature_store {
namespace {

using Change = v1::CompareDeclarationsResponse::Change;

constexpr char kFoldsAnew[] = "every customer is folded anew in the background";

// Names of the fields in which two messages of one type differ.
std::vector<std::string> DifferentFields(google::protobuf::Message& a, google::protobuf::Message& b) {
  std::vector<std::string> names;
  for (int i = 0; i < a.GetDescriptor()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = a.GetDescriptor()->field(i);
    const std::unique_ptr<google::protobuf::Message> only_a(a.New()), only_b(b.New());
    a.GetReflection()->SwapFields(&a, only_a.get(), {field});
    b.GetReflection()->SwapFields(&b, only_b.get(), {field});
    if (!google::protobuf::util::MessageDifferencer::Equals(*only_a, *only_b)) names.push_back(field->name());
  }
  return names;
}

Change ChangeOf(std::string feature, Change::Kind kind) {
  Change change;
  change.set_feature(std::move(feature));
  change.set_kind(kind);
  return change;
}

// Whether models read it.
bool IsInput(const v1::FeatureDefinition& definition) {
  return definition.role() == v1::INPUT || definition.role() == v1::INPUT_AND_SEGMENT;
}

Change Added(const v1::FeatureDefinition& definition) {
  Change change = ChangeOf(definition.name(), Change::ADDED);
  change.set_back_fill(true);
  change.set_reason(std::string(kFoldsAnew) + "; models use it once they are trained anew");
  return change;
}

Change Removed(const v1::FeatureDefinition& definition) {
  Change change = ChangeOf(definition.name(), Change::REMOVED);
  change.set_back_fill(true);
  change.set_new_model(IsInput(definition));
  change.set_reason(kFoldsAnew);
  if (change.new_model()) change.mutable_reason()->append("; models that read it have to be trained anew");
  return change;
}

Change Changed(v1::FeatureDefinition before, v1::FeatureDefinition after) {
  Change change = ChangeOf(before.name(), Change::CHANGED);
  const bool input = IsInput(before) || IsInput(after);
  const bool other_role = before.role() != after.role();
  const bool folded = FoldedPart(before) != FoldedPart(after);
  bool other_default = false;
  for (std::string& field : DifferentFields(before, after)) {
    other_default |= field == "default_value";
    change.add_fields(std::move(field));
  }
  change.set_back_fill(folded);
  change.set_new_model(input && (folded || other_default || other_role));
  if (folded) {
    change.set_reason(kFoldsAnew);
  } else if (other_default) {
    change.set_reason("another value where nothing happened");
  } else if (other_role) {
    change.set_reason("another use of the same values");
  } else {
    change.set_reason("the values stay as they are");
  }
  return change;
}

std::vector<Change> ShopChanges(v1::FeatureDeclarations::Shop before, v1::FeatureDeclarations::Shop after) {
  for (v1::FeatureDeclarations::Shop* shop : {&before, &after}) {
    if (shop->time_zone().empty()) shop->set_time_zone("UTC");
    if (!shop->has_money_scale()) shop->set_money_scale(2);
  }
  const bool other_zone = before.time_zone() != after.time_zone();
  std::vector<std::string> fields = DifferentFields(before, after);
  if (fields.empty()) return {};
  Change change = ChangeOf("shop", Change::CHANGED);
  for (std::string& field : fields) change.add_fields(std::move(field));
  change.set_back_fill(other_zone);
  change.set_new_model(other_zone);
  change.set_reason(other_zone ? std::string("other midnights: ") + kFoldsAnew : "the values stay as they are");
  return {change};
}

// The features of one that the other has, too, in the order of the first.
std::vector<std::string> Common(const CompiledDeclarations& one, const CompiledDeclarations& other) {
  std::vector<std::string> names;
  for (const CompiledFeature& feature : one.features()) {
    if (other.FindFeature(feature.name) >= 0) names.push_back(feature.name);
  }
  return names;
}

}  // namespace

std::vector<Change> DiffDeclarations(const CompiledDeclarations& served, const CompiledDeclarations& other) {
  std::vector<Change> changes = ShopChanges(served.source().shop(), other.source().shop());
  for (const v1::FeatureDefinition& after : other.source().features()) {
    const int index = served.FindFeature(after.name());
    if (index < 0) {
      changes.push_back(Added(after));
    } else if (Change change = Changed(served.source().features(index), after); !change.fields().empty()) {
      changes.push_back(std::move(change));
    }
  }
  for (const v1::FeatureDefinition& before : served.source().features()) {
    if (other.FindFeature(before.name()) < 0) changes.push_back(Removed(before));
  }
  if (Common(served, other) != Common(other, served)) {
    Change change = ChangeOf("order", Change::CHANGED);
    change.set_back_fill(true);
    change.set_reason(std::string("states are stored in the order of the features: ") + kFoldsAnew);
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace ebb::feature_store
