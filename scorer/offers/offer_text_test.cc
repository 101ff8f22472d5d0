#include "scorer/offers/offer_text.h"

#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

std::optional<std::string> Known(std::string_view name) {
  if (name == "favourite") return "Товары для детей";
  if (name == "items") return NumberInText(3);
  return std::nullopt;
}

TEST(OfferTextTest, PlaceholdersAreReplaced) {
  std::string missing;
  EXPECT_EQ(RenderOfferText("{items} in {favourite}, {{really}}", Known, &missing), "3 in Товары для детей, {really}");
  EXPECT_EQ(RenderOfferText("", Known, &missing), "");
  EXPECT_EQ(RenderOfferText("{items} {tier}", Known, &missing), std::nullopt);
  EXPECT_EQ(missing, "tier");
}

TEST(OfferTextTest, AValueIsNeverReadAsAText) {
  std::string missing;
  const auto hostile = [](std::string_view) { return std::optional<std::string>("{items}"); };
  EXPECT_EQ(RenderOfferText("<{favourite}>", hostile, &missing), "<{items}>");
}

TEST(OfferTextTest, MistakesOfFormAreNamed) {
  EXPECT_EQ(ReadOfferText("{a} {b} {a}").placeholders, (std::vector<std::string>{"a", "b", "a"}));
  EXPECT_EQ(ReadOfferText("{{a}}").placeholders.size(), 0u);
  EXPECT_EQ(ReadOfferText("{a").mistake, "has a { without its }; a brace itself is written {{");
  EXPECT_EQ(ReadOfferText("a}").mistake, "has a } without its {; a brace itself is written }}");
  EXPECT_EQ(ReadOfferText("{A b}").mistake, "has the placeholder {A b}: between braces stands a lower_snake_case name");
}

TEST(OfferTextTest, NumbersAreShownShort) {
  EXPECT_EQ(NumberInText(3), "3");
  EXPECT_EQ(NumberInText(100), "100");
  EXPECT_EQ(NumberInText(0.5), "0.5");
  EXPECT_EQ(NumberInText(2.0 / 3), "0.67");
  EXPECT_EQ(NumberInText(-0.001), "0");
}

}  // namespace
}  // namespace ebb::scorer
