#include "model/schema_message.h"

#include <gtest/gtest.h>

#include <functional>
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
