#include "scorer/vector_reading.h"

#include <cmath>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scorer/testing/straight_line_model.h"

namespace ebb::scorer {
namespace {

using ::testing::HasSubstr;

FeatureSpec Number(const char* name) { return {.name = name, .group = {}, .description = {}}; }
FeatureSpec Category(const char* name) {
  return {.name = name, .kind = FeatureKind::kCategory, .group = {}, .description = {}};
}
KeptValue Kept(double number, bool never_seen = false) {
  return {.kind = KeptValue::Kind::kNumber, .never_seen = never_seen, .number = number, .category = {}};
}

TEST(VectorReadingTest, FindsTheModelsInputsByNameWhateverTheOrder) {
  const FeatureSchema store({Category("tier"), Number("profit"), Number("unknown to the model"), Number("revenue")});
  const auto reading = VectorReading::Make(store, testing::StraightLineModel(0));
  ASSERT_TRUE(reading.ok()) << reading.status();
  const std::vector<KeptValue> vector = {KeptValue{}, Kept(80), Kept(1), Kept(3)};
  const FeatureVector inputs = reading->Inputs(vector);
  ASSERT_EQ(inputs.size(), 2);
  EXPECT_EQ(inputs[0].number, 3);
  EXPECT_EQ(reading->Profit(vector), 80);
}

TEST(VectorReadingTest, ProfitNeverSeenIsNotKnownWhateverTheDefaultSays) {
  const FeatureSchema store({Number("revenue"), Number("profit")});
  const auto reading = VectorReading::Make(store, testing::StraightLineModel(0));
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->Profit({Kept(3), Kept(0, /*never_seen=*/true)}), std::nullopt);
  EXPECT_EQ(reading->Profit({Kept(3), KeptValue{}}), std::nullopt);
  EXPECT_EQ(reading->Profit({Kept(3), Kept(0)}), 0);
}

TEST(VectorReadingTest, AMissingInputIsNamedAMissingProfitIsNot) {
  const auto without_input = VectorReading::Make(FeatureSchema({Number("profit")}), testing::StraightLineModel(0));
  EXPECT_EQ(without_input.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(without_input.status().message()), HasSubstr("revenue"));
  EXPECT_FALSE(VectorReading::Make(FeatureSchema({Category("revenue")}), testing::StraightLineModel(0)).ok());

  const auto without_profit = VectorReading::Make(FeatureSchema({Number("revenue")}), testing::StraightLineModel(0));
  ASSERT_TRUE(without_profit.ok()) << without_profit.status();
  EXPECT_EQ(without_profit->Profit({Kept(3)}), std::nullopt);
}

TEST(VectorReadingTest, AVectorThatDoesNotFollowItsSchemaIsRefusedByName) {
  const FeatureSchema schema({Number("revenue"), Category("tier")});
  const auto refused = [&](auto fill) {
    v1::FeatureVector vector;
    vector.add_values()->set_number(1);
    vector.add_values()->set_category("gold");
    fill(&vector);
    return std::string(ReadVector(schema, vector).status().message());
  };
  EXPECT_EQ(refused([](v1::FeatureVector*) {}), "");
  EXPECT_THAT(refused([](v1::FeatureVector* v) { v->add_values(); }), HasSubstr("has 3 values, its schema has 2"));
  EXPECT_THAT(refused([](v1::FeatureVector* v) { v->mutable_values(0)->set_number(INFINITY); }), HasSubstr("revenue"));
  EXPECT_THAT(refused([](v1::FeatureVector* v) { v->mutable_values(1)->set_number(2); }), HasSubstr("tier"));
}

}  // namespace
}  // namespace ebb::scorer
