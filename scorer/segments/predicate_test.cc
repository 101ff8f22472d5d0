#include "scorer/segments/predicate.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

using ::testing::HasSubstr;

const FeatureSchema& Schema() {
  static const auto* schema =
      new FeatureSchema({{.name = "items", .kind = FeatureKind::kNumber, .group = {}, .description = {}},
                         {.name = "category", .kind = FeatureKind::kCategory, .group = {}, .description = {}}});
  return *schema;
}

TrainedModel ModelThatSawMostlyToys() {
  TrainedModel model;
  model.schema = Schema();
  model.background = {{.median = 1, .most_frequent = ""}, {.median = 0, .most_frequent = "toys"}};
  return model;
}

v1::Predicate Parse(const std::string& text) {
  v1::Predicate predicate;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &predicate)) << text;
  return predicate;
}

absl::StatusOr<Predicate> Compile(const std::string& text) {
  static const auto* model = new TrainedModel(ModelThatSawMostlyToys());
  static const auto* segments = new std::vector<std::string>{"first", "second"};
  return Predicate::Compile(Parse(text), {.schema = &Schema(), .model = model, .segments = *segments});
}

// Three items in the basket, mostly toys, 0.8 of 50 a month, in the second segment.
struct Anna {
  std::vector<KeptValue> vector = {
      {.kind = KeptValue::Kind::kNumber, .never_seen = false, .number = 3, .category = {}},
      {.kind = KeptValue::Kind::kCategory, .never_seen = false, .number = 0, .category = "toys"}};
  CustomerFacts facts{.vector = &vector,
                      .probability = 0.8,
                      .monthly_profit = 50,
                      .segment = {.tier = ProfitTier::kMiddle, .band = RiskBand::kAtRisk},
                      .segments = 0b10};
};

TEST(PredicateTest, HoldsOfACustomer) {
  const struct {
    const char* predicate;
    bool holds;
  } cases[] = {
      {"all_of { feature: 'items' number { at_least: 3 } }", true},
      {"all_of { feature: 'items' number { above: 3 } }", false},
      {"all_of { feature: 'items' number { at_most: 3 } }", true},
      {"all_of { feature: 'items' number { below: 3 } }", false},
      {"all_of { feature: 'category' category { one_of: 'books' one_of: 'toys' } }", true},
      {"all_of { feature: 'category' category { one_of: 'Toys' } }", false},
      {"all_of { feature: 'category' leading_category: true }", true},
      {"all_of { feature: 'category' leading_category: false }", false},
      {"all_of { feature: 'category' known: true }", true},
      {"all_of { value: PROBABILITY number { above: 0.7 } }", true},
      {"all_of { value: MONTHLY_PROFIT number { at_least: 50 } }", true},
      {"all_of { value: VALUE_AT_RISK number { at_least: 40 } }", true},
      {"all_of { value: VALUE_AT_RISK number { above: 40 } }", false},
      {"all_of { value: PROFIT_TIER category { one_of: 'middle' } }", true},
      {"all_of { value: RISK_BAND category { one_of: 'stable' } }", false},
      {"all_of { segment: 'second' }", true},
      {"all_of { segment: 'first' }", false},
      {"any_of { segment: 'first' } any_of { segment: 'second' }", true},
      {"none_of { segment: 'first' }", true},
      {"none_of { segment: 'second' }", false},
      {"all_of { segment: 'second' } none_of { value: PROBABILITY number { above: 0.9 } }", true},
  };
  const Anna anna;
  for (const auto& c : cases) {
    const auto predicate = Compile(c.predicate);
    ASSERT_TRUE(predicate.ok()) << c.predicate << predicate.status();
    EXPECT_EQ(predicate->Holds(anna.facts), c.holds) << c.predicate;
  }
}

TEST(PredicateTest, WhatIsNotKnownPassesOnlyTheTestForThat) {
  Anna anna;
  anna.vector[0] = {.kind = KeptValue::Kind::kMissing, .never_seen = false, .number = 0, .category = {}};
  anna.vector[1] = {.kind = KeptValue::Kind::kMissing, .never_seen = true, .number = 0, .category = {}};
  anna.facts.monthly_profit.reset();
  for (const char* text :
       {"all_of { feature: 'items' number { at_most: 100 } }", "all_of { feature: 'category' leading_category: false }",
        "all_of { value: MONTHLY_PROFIT number { below: 1000 } }", "all_of { value: VALUE_AT_RISK known: true }"}) {
    EXPECT_FALSE(Compile(text)->Holds(anna.facts)) << text;
  }
  for (const char* text :
       {"all_of { feature: 'items' known: false }", "all_of { value: MONTHLY_PROFIT known: false }"}) {
    EXPECT_TRUE(Compile(text)->Holds(anna.facts)) << text;
  }
}

TEST(PredicateTest, ADefaultIsANumberButNotKnown) {
  Anna anna;
  anna.vector[0] = {.kind = KeptValue::Kind::kNumber, .never_seen = true, .number = 0, .category = {}};
  EXPECT_TRUE(Compile("all_of { feature: 'items' number { at_most: 0 } }")->Holds(anna.facts));
  EXPECT_TRUE(Compile("all_of { feature: 'items' known: false }")->Holds(anna.facts));
}

TEST(PredicateTest, FeaturesThatTheStoreLacksAreNamed) {
  const struct {
    const char* predicate;
    const char* reason;
  } cases[] = {
      {"all_of { feature: 'height' number { above: 1 } }", "`height > 1`: the store has no number height"},
      {"all_of { feature: 'items' category { one_of: 'x' } }", "the store has no category items"},
      {"all_of { feature: 'category' number { above: 1 } }", "the store has no number category"},
      {"any_of { feature: 'height' known: true }", "the store has no feature height"},
  };
  for (const auto& c : cases) {
    const absl::Status status = Compile(c.predicate).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << c.predicate;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.reason));
  }
}

TEST(PredicateTest, EveryConditionIsExplainedWithTheCustomersValue) {
  const Anna anna;
  std::string lines;
  for (const v1::ConditionCheck& check :
       Compile(
           "all_of { feature: 'items' number { at_least: 5 } } any_of { feature: 'category' leading_category: true }"
           "none_of { segment: 'second' }")
           ->Explain(anna.facts)) {
    absl::StrAppend(&lines, check.list(), ": ", check.condition(), " | ", check.value(), " | ",
                    check.holds() ? "holds" : "does not hold", "\n");
  }
  EXPECT_EQ(lines,
            "all_of: items ≥ 5 | 3 | does not hold\n"
            "any_of: category is the leading category (toys) | toys | holds\n"
            "none_of: in segment second | in it | holds\n");
}

}  // namespace
}  // namespace ebb::scorer
