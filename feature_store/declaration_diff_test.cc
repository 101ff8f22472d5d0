#include "feature_store/declaration_diff.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "feature_store/test_events.h"

namespace ebb::feature_store {
namespace {

constexpr char kA[] = "features { name: 'a' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 7 } }\n";
constexpr char kB[] = "features { name: 'b' role: SEGMENT field: PROFIT aggregation: SUM window { months: 3 } }\n";

// A line a change: `CHANGED a window back-fill new-model`.
std::string Diff(const std::string& served, const std::string& other) {
  std::string text;
  for (const auto& change : DiffDeclarations(Compiled(served), Compiled(other))) {
    absl::StrAppend(&text, v1::CompareDeclarationsResponse::Change::Kind_Name(change.kind()), " ", change.feature(),
                    change.fields().empty() ? "" : " ", absl::StrJoin(change.fields(), ","),
                    change.back_fill() ? " back-fill" : "", change.new_model() ? " new-model" : "", "\n");
    EXPECT_FALSE(change.reason().empty());
  }
  return text;
}

std::string With(const char* feature, const char* old_text, const char* new_text) {
  return absl::StrReplaceAll(feature, {{old_text, new_text}});
}

TEST(DeclarationDiffTest, EqualDeclarationsDiffInNothing) {
  EXPECT_EQ(Diff(absl::StrCat(kA, kB), absl::StrCat(kA, kB)), "");
}

TEST(DeclarationDiffTest, FeaturesComeAndGo) {
  EXPECT_EQ(Diff(kA, absl::StrCat(kA, kB)), "ADDED b back-fill\n");
  EXPECT_EQ(Diff(absl::StrCat(kA, kB), kA), "REMOVED b back-fill\n");
  EXPECT_EQ(Diff(kA, kB), "ADDED b back-fill\nREMOVED a back-fill new-model\n");
}

TEST(DeclarationDiffTest, OnlyWhatIsFoldedNeedsABackFill) {
  EXPECT_EQ(Diff(kA, With(kA, "days: 7", "days: 8")), "CHANGED a window back-fill new-model\n");
  EXPECT_EQ(Diff(kB, With(kB, "SUM", "MAX scale: 0.01")), "CHANGED b aggregation,scale back-fill\n");
  EXPECT_EQ(Diff(kA, With(kA, "role: INPUT", "role: INPUT description: 'A.' lever: true")),
            "CHANGED a description,lever\n");
  EXPECT_EQ(Diff(kA, With(kA, "role: INPUT", "role: INPUT default_value { number: 1 }")),
            "CHANGED a default_value new-model\n");
  EXPECT_EQ(Diff(kA, With(kA, "INPUT", "SEGMENT")), "CHANGED a role new-model\n");
  const std::string both = With(kB, "SEGMENT", "INPUT_AND_SEGMENT");
  EXPECT_EQ(Diff(kB, both), "CHANGED b role new-model\n") << "models may read it now";
  EXPECT_EQ(Diff(both, With(both.c_str(), "months: 3", "months: 4")), "CHANGED b window back-fill new-model\n");
  EXPECT_EQ(Diff(absl::StrCat(kA, both), kA), "REMOVED b back-fill new-model\n");
}

TEST(DeclarationDiffTest, TheShopsClockChangesEverything) {
  const std::string moscow = absl::StrCat(kA, "shop { time_zone: 'Europe/Moscow' }");
  EXPECT_EQ(Diff(kA, moscow), "CHANGED shop time_zone back-fill new-model\n");
  EXPECT_EQ(Diff(kA, absl::StrCat(kA, "shop { currency: 'EUR' }")), "CHANGED shop currency\n");
  EXPECT_EQ(Diff(kA, absl::StrCat(kA, "shop { time_zone: 'UTC' money_scale: 2 }")), "") << "what is meant by nothing";
}

TEST(DeclarationDiffTest, TheOrderIsOneChange) {
  EXPECT_EQ(Diff(absl::StrCat(kA, kB), absl::StrCat(kB, kA)), "CHANGED order back-fill\n");
}

// What the diff says is what a start does: it folds anew exactly where the fingerprint of states differs.
TEST(DeclarationDiffTest, ABackFillIsSaidWhereTheFingerprintDiffers) {
  const std::string variants[] = {kA,
                                  kB,
                                  absl::StrCat(kA, kB),
                                  absl::StrCat(kB, kA),
                                  With(kA, "COUNT", "COUNT filters { category: 'toys' }"),
                                  With(kA, "INPUT", "SEGMENT"),
                                  absl::StrCat(kA, "shop { time_zone: 'Europe/Moscow' }")};
  for (const std::string& served : variants) {
    for (const std::string& other : variants) {
      const bool same = Compiled(served).state_fingerprint() == Compiled(other).state_fingerprint();
      EXPECT_EQ(Diff(served, other).find("back-fill") == std::string::npos, same) << served << "against\n" << other;
    }
  }
}

}  // namespace
}  // namespace ebb::feature_store
