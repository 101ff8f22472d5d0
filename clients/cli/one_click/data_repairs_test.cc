#include "clients/cli/one_click/data_repairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace ebb::one_click {
namespace {

// A line a repair.
std::string RepairsAsText(const ImportReport& report) {
  std::string text;
  for (const v1::DataRepair& repair : DataRepairs(report)) absl::StrAppend(&text, repair.ShortDebugString(), "\n");
  return text;
}

Repair WordOf(const std::string& from, RepairKind kind, int64_t rows) {
  return {.file = "market_file.csv",
          .column = "tier",
          .from = from,
          .to = "standard",
          .kind = kind,
          .rows = rows,
          .first_line = 2};
}

TEST(DataRepairsTest, OfCleanFilesThereAreNone) { EXPECT_EQ(RepairsAsText(ImportReport()), ""); }

TEST(DataRepairsTest, AreWordsRepeatedRowsAndUnmatchedRows) {
  ImportReport report;
  report.repairs = {WordOf("standrad", RepairKind::kTypo, 3), WordOf("STANDARD", RepairKind::kLetterCase, 1)};
  for (FileReport& file : report.files) file.file = "clean.csv";
  report.files[0].file = "market_file.csv";
  report.files[0].repeated = {.identical = 2, .same_key = 5};
  report.files[3].file = "money.csv";
  report.files[3].repeated = {.same_key = 1};
  report.files[3].unmatched_rows = 4;
  EXPECT_EQ(RepairsAsText(report),
            "kind: TYPING_ERROR source: \"market_file.csv\" column: \"tier\" from: \"standrad\" to: \"standard\" "
            "rows: 3\n"
            "kind: LETTER_CASE source: \"market_file.csv\" column: \"tier\" from: \"STANDARD\" to: \"standard\" "
            "rows: 1\n"
            "kind: REPEATED_ROWS source: \"market_file.csv\" rows: 7\n"
            "kind: REPEATED_ROWS source: \"money.csv\" rows: 1\n"
            "kind: UNMATCHED_ROWS source: \"money.csv\" rows: 4\n");
}

TEST(DataRepairsTest, TextsAreWhatTheStoreTakes) {
  ImportReport report;
  report.repairs = {WordOf(std::string(300, 'x'), RepairKind::kLetterCase, 1)};
  report.repairs[0].file = "money\n\xff.csv";
  const v1::DataRepair repair = DataRepairs(report).at(0);
  EXPECT_EQ(repair.source(), "money\\x0a\\xff.csv");
  EXPECT_EQ(repair.from(), std::string(64, 'x') + "…");
}

TEST(DataRepairsTest, OfTooManyTheMostFrequentAreTold) {
  ImportReport report;
  for (int i = 0; i < 1'000; ++i) {
    report.repairs.push_back(WordOf(absl::StrCat("word ", i), RepairKind::kTypo, i < 2 ? 1 : 2));
  }
  report.files[0].file = "market_file.csv";
  report.files[0].unmatched_rows = 9;
  const std::vector<v1::DataRepair> repairs = DataRepairs(report);
  ASSERT_EQ(repairs.size(), kMostRepairs);
  EXPECT_EQ(repairs[0].kind(), v1::DataRepair::UNMATCHED_ROWS);
  EXPECT_EQ(repairs[1].from(), "word 2");
  EXPECT_EQ(repairs[999].from(), "word 0");
}

}  // namespace
}  // namespace ebb::one_click
