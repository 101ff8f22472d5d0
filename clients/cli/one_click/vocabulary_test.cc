#include "clients/cli/one_click/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "clients/cli/edit_distance.h"
#include "clients/cli/one_click/default_vocabulary.h"
#include "clients/cli/one_click/vocabulary_check.h"

namespace ebb::one_click {
namespace {

// What a word of a column is taken for, such as "standard, typo".
std::string Taken(const std::string& column, const std::string& word) {
  const auto match = Vocabulary::Default().FindValue(column, word);
  if (!match.ok()) return std::string(match.status().code() == absl::StatusCode::kNotFound ? "unknown" : "ambiguous");
  switch (match->repair) {
    case RepairKind::kNone:
      return match->name;
    case RepairKind::kLetterCase:
      return match->name + ", case";
    case RepairKind::kTypo:
      return match->name + ", typo";
  }
  return "";
}

TEST(VocabularyTest, UnderstandsBothLanguagesCaseAndTypingErrors) {
  EXPECT_EQ(Taken("service_tier", "стандарт"), "standard");
  EXPECT_EQ(Taken("service_tier", "standard"), "standard");
  EXPECT_EQ(Taken("service_tier", "СТАНДАРТ"), "standard, case");
  EXPECT_EQ(Taken("service_tier", "стандартт"), "standard, typo");
  EXPECT_EQ(Taken("service_tier", "стандрат"), "standard, typo");
  EXPECT_EQ(Taken("service_tier", "Premum"), "premium, typo");
  EXPECT_EQ(Taken("period", "предыдцщий_месяц"), "previous_month, typo");
  EXPECT_EQ(Taken("period", "препредыдущий месяц"), "month_before_previous, case");
  EXPECT_EQ(Taken("period", "предпредыдущий_месяц"), "month_before_previous, typo");
}

TEST(VocabularyTest, AWordIsNeverTurnedIntoItsOpposite) {
  EXPECT_EQ(Taken("service_tier", "непремиум"), "unknown");
  EXPECT_EQ(Taken("activity", "неснизилась"), "unknown");
  EXPECT_EQ(Taken("activity", "undeclined"), "unknown");
  EXPECT_EQ(Taken("marketing_consent", "не"), "unknown");
}

TEST(VocabularyTest, CategoriesAreAnOpenSet) {
  EXPECT_EQ(Taken("favourite_category_6m", "Косметика и аксесуары"), "cosmetics");
  EXPECT_EQ(Taken("favourite_category_6m", "Косметика и аксессуары"), "cosmetics");
  EXPECT_EQ(Taken("favourite_category_6m", "товары для дитей"), "childrens_goods, typo");
  EXPECT_EQ(Taken("favourite_category_6m", "Продукты питания"), "Продукты питания");
}

TEST(VocabularyTest, DigitsAreNotTypingErrors) {
  TermSet set;
  set.Add("six", "contacts_6_months");
  EXPECT_TRUE(set.Find("contact_6_months").ok());
  EXPECT_FALSE(set.Find("contacts_3_months").ok());
}

TEST(VocabularyTest, TwoWordsEquallyNearAreNoAnswer) {
  TermSet set;
  set.Add("cold", "cold");
  set.Add("gold", "gold");
  const auto match = set.Find("bold");
  ASSERT_FALSE(match.ok());
  EXPECT_EQ(std::string(match.status().message()), "is equally near to several words: must be cold or gold");
}

TEST(VocabularyTest, RefusesAFileThatIsNoVocabulary) {
  const struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"colums {}",
       "v.textproto: line 1, character 8: Message type \"ebb.one_click.VocabularyFile\" has no field named "
       "\"colums\"."},
      {"columns { spellings: 'x' }", "v.textproto: a term without a name: every term needs one"},
      {"columns { name: 'a' spellings: 'x' } columns { name: 'b' spellings: 'X' }",
       "v.textproto: spelling \"X\" of \"b\": must not be empty nor belong to another term (\"a\")"},
      {"value_sets { column: 'a' terms { name: 'x' } }",
       "v.textproto: value_sets \"a\": must name a declared column, once, and have terms"},
  };
  for (const auto& c : cases) {
    const auto vocabulary = Vocabulary::Parse(c.text, "v.textproto");
    ASSERT_FALSE(vocabulary.ok()) << c.text;
    EXPECT_THAT(std::string(vocabulary.status().message()), ::testing::StartsWith(c.error));
  }
}

TEST(VocabularyTest, NamesThatTheImporterDoesNotKnowAreRefused) {
  EXPECT_TRUE(CheckVocabulary(Vocabulary::Default()).ok());
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text(kDefaultVocabulary);
    text.replace(text.find(from), from.size(), to);
    const auto vocabulary = Vocabulary::Parse(text, "v.textproto");
    return std::string(vocabulary.ok() ? CheckVocabulary(*vocabulary).message() : vocabulary.status().message());
  };
  EXPECT_EQ(with("name: \"declined\"", "name: \"fell\""),
            "vocabulary, column \"activity\": declares no term \"declined\"");
  EXPECT_EQ(with("terms { name: \"steady\"", "terms { name: \"rose\" } terms { name: \"steady\""),
            "vocabulary, column \"activity\": term \"rose\" must be one of declined, steady");
  EXPECT_EQ(with("name: \"minutes\"", "name: \"hours\""), "vocabulary, column \"minutes\": is not declared");
}

TEST(EditDistanceTest, CountsSlipsUpToTheLimit) {
  EXPECT_EQ(EditDistance(U"", U"", 2), 0);
  EXPECT_EQ(EditDistance(U"стандарт", U"стандартт", 2), 1);
  EXPECT_EQ(EditDistance(U"abcd", U"abdc", 2), 1);
  EXPECT_EQ(EditDistance(U"abcd", U"badc", 2), 2);
  EXPECT_EQ(EditDistance(U"abcd", U"wxyz", 2), 3);
  EXPECT_EQ(EditDistance(U"a", U"abcdef", 2), 3);
}

}  // namespace
}  // namespace ebb::one_click
