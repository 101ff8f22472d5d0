#include "clients/cli/challenger_table.h"

#include <sstream>

#include "clients/cli/command_context.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

v1::GetShadowComparisonResponse ShadowAnswer(const std::string& text) {
  v1::GetShadowComparisonResponse shadow;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &shadow));
  return shadow;
}

std::string PrintedChallengers(const Table& table, OutputFormat format) {
  ContextOptions options;
  options.format = format;
  std::ostringstream out, err;
  CommandContext context(options, out, err);
  Print(context, table);
  return out.str();
}

TEST(ChallengerTable, HasAllFiguresAndLeavesOutWhatIsNotKnown) {
  const Table table = ChallengerTable(ShadowAnswer(R"pb(
    comparisons {
      version: 5
      champion_version: 3
      start_time { seconds: 1700000000 }
      customers: 1000
      mean_difference: -0.125
      standard_deviation: 0.25
      mean_absolute_difference: 0.0625
      greatest_difference: 0.5
      both_at_risk: 100
      champion_only_at_risk: 50
      challenger_only_at_risk: 75
      neither_at_risk: 775
      correlation: 0.75
      rank_correlation: 0.875
      champion_seconds_per_vector: 0.0009765625
      challenger_seconds_per_vector: 0.00048828125
    }
    comparisons { version: 4 problem: "no visits" }
    most_challengers: 2)pb"));
  EXPECT_EQ(PrintedChallengers(table, OutputFormat::kCsv),
            "challenger,champion,customers,mean_difference,standard_deviation,mean_absolute_difference,"
            "greatest_difference,other_band_share,both_at_risk,champion_only_at_risk,challenger_only_at_risk,"
            "neither_at_risk,correlation,rank_correlation,champion_us_per_vector,challenger_us_per_vector,since,"
            "problem\n"
            "5,3,1000,-0.125,0.25,0.0625,0.5,0.125,100,50,75,775,0.75,0.875,976.5625,488.28125,2023-11-14T22:13:20Z,\n"
            "4,,0,,,,,,,,,,,,,,,no visits\n");
}

TEST(ChallengerTable, TheRemarkSaysWhyThereIsNothing) {
  EXPECT_EQ(ChallengerRemark(ShadowAnswer("")), "the scorer compares no challengers: --shadow-challengers is 0");
  EXPECT_EQ(ChallengerRemark(ShadowAnswer("most_challengers: 1")),
            "there is no challenger that is newer than the champion");
  EXPECT_EQ(ChallengerRemark(ShadowAnswer("most_challengers: 1 comparisons { version: 2 }")), "");
  EXPECT_EQ(ChallengerRemark(ShadowAnswer("most_challengers: 1 comparisons { version: 2 } scored: 5 dropped: 3")),
            "challengers left out 3 vectors because too many waited, and scored 5");
}

}  // namespace
}  // namespace ebb
