#include "model/schema_message.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "google/protobuf/text_format.h"

namespace ebb {
namespace {

v1::FeatureSchema Message() {
  v1::FeatureSchema message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    features { name: "revenue" kind: NUMBER role: INPUT group: PURCHASE lever: true description: "Of this month."
               label { en: "revenue" ru: "выручка" } }
    features { name: "tier" kind: CATEGORY role: SEGMENT }
  )",
                                                            &message));
  return message;
}

TEST(SchemaMessageTest, KeepsAllThatIsKnownOfAFeature) {
  const auto schema = SchemaFromMessage(Message());
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(*schema, FeatureSchema({{.name = "revenue",
                                     .kind = FeatureKind::kNumber,
                                     .role = FeatureRole::kInput,
                                     .group = "purchase",
                                     .lever = true,
                                     .description = "Of this month.",
                                     .label = {.english = "revenue", .russian = "выручка"}},
                                    {.name = "tier",
                                     .kind = FeatureKind::kCategory,
                                     .role = FeatureRole::kSegment,
                                     .group = "",
                                     .description = ""}}));
}

TEST(SchemaMessageTest, KnowsEveryRole) {
  const struct {
    v1::FeatureRole role;
    FeatureRole want;
    bool input, for_segments;
  } kCases[] = {{v1::INPUT, FeatureRole::kInput, true, false},
                {v1::SEGMENT, FeatureRole::kSegment, false, true},
                {v1::INPUT_AND_SEGMENT, FeatureRole::kInputAndSegment, true, true}};
  std::set<uint64_t> fingerprints;
  for (const auto& c : kCases) {
    v1::FeatureSchema message = Message();
    message.mutable_features(0)->set_role(c.role);
    const auto schema = SchemaFromMessage(message);
    ASSERT_TRUE(schema.ok()) << schema.status();
    EXPECT_EQ((*schema)[0].role, c.want);
    EXPECT_EQ(IsInput((*schema)[0].role), c.input);
    EXPECT_EQ(IsForSegments((*schema)[0].role), c.for_segments);
    fingerprints.insert(schema->Fingerprint());
  }
  EXPECT_EQ(fingerprints.size(), 3u);
}

TEST(SchemaMessageTest, RefusesByName) {
  const struct {
    std::function<void(v1::FeatureSchema*)> damage;
    const char* want;
  } kCases[] = {
      {[](auto* m) { m->mutable_features(1)->clear_name(); }, "feature 1 has no name"},
      {[](auto* m) { m->mutable_features(1)->set_name("revenue"); }, "feature `revenue` stands twice in the schema"},
      {[](auto* m) { m->mutable_features(0)->clear_kind(); }, "feature `revenue`: unknown kind 0"},
      {[](auto* m) { m->mutable_features(1)->clear_role(); }, "feature `tier`: unknown role 0"},
  };
  for (const auto& c : kCases) {
    v1::FeatureSchema message = Message();
    c.damage(&message);
    EXPECT_EQ(SchemaFromMessage(message).status(), absl::InvalidArgumentError(c.want));
  }
}

}  // namespace
}  // namespace ebb
