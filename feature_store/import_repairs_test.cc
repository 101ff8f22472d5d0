// What was mended in imports, as the training sets that see their rows tell it.
#include "feature_store/import_repairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/test_engine.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

v1::DataRepair TypingErrorOf(const std::string& from, int64_t rows) {
  v1::DataRepair repair;
  repair.set_kind(v1::DataRepair::TYPING_ERROR);
  repair.set_source("market_file.csv");
  repair.set_from(from);
  repair.set_rows(rows);
  return repair;
}

v1::SnapshotRow LabelledRowOf(const std::string& customer, const std::string& revenue) {
  v1::SnapshotRow row = RowOf(customer, "revenue_month_0", revenue);
  row.mutable_snapshot()->set_activity(v1::ActivityLabel::STEADY);
  return row;
}

// Of the whole set of imported labels; as of these times, or all there are.
v1::TrainingSetSummary ImportedSummary(FeatureStoreEngine& engine, const std::vector<std::string>& as_of = {}) {
  v1::ReadTrainingSetRequest request;
  request.mutable_imported();
  for (const std::string& time : as_of) *request.add_as_of() = Stamp(time);
  v1::TrainingSetSummary summary;
  auto reader = engine.ReadTrainingSet(request);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return summary;
  v1::ReadTrainingSetResponse message;
  for (; (*reader)->Next(&message).value(); message.Clear()) {
    if (message.has_summary()) summary = message.summary();
  }
  return summary;
}

// `FROM ROWS, FROM ROWS`
std::string RepairsTold(const v1::TrainingSetSummary& summary) {
  std::string text;
  for (const v1::DataRepair& repair : summary.repairs()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", repair.from(), " ", repair.rows());
  }
  return text;
}

TEST(ImportRepairs, AreToldOfTheImportsThatTheRowsCanSee) {
  TestEngine store;
  const std::vector<v1::SnapshotRow> row = {LabelledRowOf("anna", "10")};
  ASSERT_TRUE(store.Import("later", "2026-03-09T00:00:00Z", row, {TypingErrorOf("c", 3)}).ok());
  ASSERT_TRUE(store.Import("plain", "2026-03-08T12:00:00Z", row).ok());
  ASSERT_TRUE(
      store.Import("earlier", "2026-03-08T00:00:00Z", row, {TypingErrorOf("b", 2), TypingErrorOf("a", 1)}).ok());
  const auto told = [&] {
    return std::vector<std::string>{RepairsTold(ImportedSummary(*store)),
                                    RepairsTold(ImportedSummary(*store, {"2026-03-08T00:00:00Z"})),
                                    RepairsTold(ImportedSummary(*store, {"2026-03-07T23:59:59Z"}))};
  };
  const std::vector<std::string> all = {"b 2, a 1, c 3", "b 2, a 1", ""};
  EXPECT_EQ(told(), all);
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(told(), all) << "they are on disk";
  ASSERT_TRUE(store.Maintain().ok());
  store.Restart();
  EXPECT_EQ(told(), all) << "when the log is sorted, too";
}

TEST(ImportRepairs, OfOneSnapshotCountOnce) {
  TestEngine store;
  const std::vector<v1::SnapshotRow> row = {LabelledRowOf("anna", "10")};
  for (const char* time : {"2026-03-08T00:00:00Z", "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z"}) {
    ASSERT_TRUE(store.Import("digest", time, row, {TypingErrorOf("a", 2)}).ok());
  }
  EXPECT_EQ(ImportedSummary(*store).rows(), 2) << "rows as of two times";
  EXPECT_EQ(RepairsTold(ImportedSummary(*store)), "a 2");
}

TEST(ImportRepairs, AFaultOfSeveralSnapshotsIsToldWithTheRowsOfAll) {
  TestEngine store;
  const auto import = [&](const char* day, const std::vector<v1::DataRepair>& repairs) {
    return store.Import(day, absl::StrCat(day, "T00:00:00Z"), {LabelledRowOf("anna", "10")}, repairs).status();
  };
  ASSERT_TRUE(import("2026-03-07", {TypingErrorOf("a", 2)}).ok());
  ASSERT_TRUE(import("2026-03-08", {TypingErrorOf("b", 1), TypingErrorOf("a", 5)}).ok());
  EXPECT_EQ(RepairsTold(ImportedSummary(*store)), "a 7, b 1");
  std::vector<v1::DataRepair> many;
  for (int i = 0; i < 1'000; ++i) many.push_back(TypingErrorOf(absl::StrCat("word ", i), 1));
  ASSERT_TRUE(import("2026-03-09", many).ok());
  const v1::TrainingSetSummary summary = ImportedSummary(*store);
  EXPECT_EQ(summary.repairs_size(), 1'000) << "no more are told";
  EXPECT_EQ(summary.repairs(999).from(), "word 997");
}

TEST(ImportRepairs, ChangeNoRowAndNoState) {
  TestEngine with, without;
  const std::vector<v1::SnapshotRow> row = {LabelledRowOf("anna", "10")};
  ASSERT_TRUE(with.Import("digest", "2026-03-09T00:00:00Z", row, {TypingErrorOf("a", 2)}).ok());
  ASSERT_TRUE(without.Import("digest", "2026-03-09T00:00:00Z", row).ok());
  EXPECT_EQ(Describe(*with), Describe(*without));
  v1::TrainingSetSummary told = ImportedSummary(*with), silent = ImportedSummary(*without);
  EXPECT_EQ(silent.repairs_size(), 0);
  told.clear_repairs();
  EXPECT_EQ(told.SerializeAsString(), silent.SerializeAsString()) << "the same digest of the rows";
}

TEST(ImportRepairs, AWrongOneRefusesTheImportByItsField) {
  TestEngine store;
  v1::DataRepair nowhere = TypingErrorOf("a", 2);
  nowhere.clear_source();
  const absl::Status refused =
      store.Import("digest", "", {LabelledRowOf("anna", "10")}, {TypingErrorOf("b", 1), nowhere}).status();
  EXPECT_EQ(refused.message(), "header.repairs[1].source: required; 1 to 256 bytes");
  EXPECT_EQ(BadRequestOf(refused)->field_violations(0).field(), "header.repairs[1].source");
  EXPECT_EQ(store->Stats().customers(), 0);
}

}  // namespace
}  // namespace ebb::feature_store
