// A store that was started with a changed file: what it serves meanwhile, what it serves then, and what a crash leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "feature_store/change_source.h"
#include "feature_store/declarations.h"
#include "feature_store/served_declarations.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

CompiledDeclarations Changed(const std::vector<std::pair<absl::string_view, absl::string_view>>& replacements) {
  return *CompileDeclarations(absl::StrReplaceAll(std::string(DefaultDeclarationsText()), replacements), "changed");
}

// The same name, another meaning.
const CompiledDeclarations& InCents() {
  static const auto* const declarations = new CompiledDeclarations(Changed({{"scale: 0.01", "scale: 1"}}));
  return *declarations;
}

const CompiledDeclarations& InThousandths() {
  static const auto* const declarations = new CompiledDeclarations(Changed({{"scale: 0.01", "scale: 10"}}));
  return *declarations;
}

std::vector<std::string> Mismatches(const FeatureStoreEngine& engine) {
  std::vector<std::string> mismatches;
  absl::StatusOr<std::unique_ptr<Verification>> verification = engine.Verify({});
  if (!verification.ok()) return {verification.status().ToString()};
  for (v1::VerifyResponse message;; message.Clear()) {
    const absl::StatusOr<bool> more = (*verification)->Next(&message);
    if (!more.ok()) return {more.status().ToString()};
    if (!*more) return mismatches;
    for (const v1::Mismatch& mismatch : message.mismatches()) mismatches.push_back(mismatch.ShortDebugString());
  }
}

std::string Progress(const FeatureStoreEngine& engine) {
  const v1::StoreStats stats = engine.Stats();
  if (!stats.has_back_fill()) return "none";
  return absl::StrCat(stats.back_fill().customers_done(), " of ", stats.back_fill().customers());
}

// Two customers, one of them in the sorted history, the other's event in the log alone.
class BackFillTest : public ::testing::Test {
 protected:
  BackFillTest() {
    EXPECT_TRUE(store_.Ingest({PurchaseOf("anna", "e1", "2026-03-09T10:00:00Z", 1000)}, /*backfill=*/true).ok());
    EXPECT_TRUE(store_.Maintain().ok());
    EXPECT_TRUE(store_.Ingest({PurchaseOf("boris", "e1", "2026-03-09T11:00:00Z", 2000)}, /*backfill=*/true).ok());
    EXPECT_TRUE(store_->maintenance().WriteCheckpoint().ok());
  }

  static FeatureStoreEngine::Options SmallSegments() {
    FeatureStoreEngine::Options options;
    options.writer.segment_events = 1;
    options.writer.max_unsorted_segments = 1'000;  // nobody sorts unless the test says so
    return options;
  }

  void StartWith(const CompiledDeclarations& file) {
    store_.Kill();
    store_.declarations = &file;
    ASSERT_TRUE(store_.Reopen().ok());
  }
  // Saves nothing. One step has a limit of time: a busy machine makes several of it.
  void FoldEverybody() {
    v1::BackFillProgress progress;
    do {
      ASSERT_TRUE(store_.BackFillSome());
      progress = store_->Stats().back_fill();
    } while (progress.customers_done() < progress.customers());
  }
  // Lives as long as the store.
  const CompiledDeclarations& Keep(CompiledDeclarations declarations) {
    return kept_.emplace_back(std::move(declarations));
  }
  std::string Revenue(const std::string& customer) { return store_.Feature(customer, "revenue_month_0"); }

  std::deque<CompiledDeclarations> kept_;
  TestEngine store_{SmallSegments()};
};

TEST_F(BackFillTest, WhatWasServedIsServedUntilEverybodyIsDone) {
  const uint64_t seen = store_->change_sequence();
  StartWith(InCents());
  EXPECT_EQ(Progress(*store_), "0 of 2");
  EXPECT_EQ(store_->Next(), &InCents());
  EXPECT_EQ(Revenue("anna"), "10");
  EXPECT_EQ(store_.Feature("anna", "revenue_month_0", "2026-03-10T00:00:00Z"), "10") << "reads of the past, too";

  // Old customers and new ones go on meanwhile.
  ASSERT_TRUE(store_
                  .Ingest({PurchaseOf("anna", "e2", "2026-03-10T10:00:00Z", 500),
                           PurchaseOf("vera", "e1", "2026-03-10T10:00:00Z", 700)})
                  .ok());
  EXPECT_EQ(Revenue("anna"), "15");
  EXPECT_THAT(Mismatches(*store_), IsEmpty());

  ASSERT_NO_FATAL_FAILURE(FoldEverybody());
  EXPECT_EQ(Progress(*store_), "3 of 3");
  EXPECT_EQ(Revenue("anna"), "15") << "done, but nothing of it is saved yet";
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_EQ(Progress(*store_), "none");
  EXPECT_EQ(store_->Next(), nullptr);
  EXPECT_EQ(&store_->Served(), &InCents());
  for (const auto& [customer, revenue] :
       {std::pair("anna", "1500"), std::pair("boris", "2000"), std::pair("vera", "700")}) {
    EXPECT_EQ(Revenue(customer), revenue);
  }
  EXPECT_THAT(Mismatches(*store_), IsEmpty());

  // Everybody is announced.
  store_->writer().RunOnce();
  const auto changes = ChangesAfter(*store_, seen, 100);
  ASSERT_TRUE(changes.ok());
  std::vector<std::string> customers;
  for (const v1::CustomerFeatures& change : changes->customers) customers.push_back(change.customer_id());
  EXPECT_THAT(customers, UnorderedElementsAre("anna", "boris", "vera"));
  for (const bool kill : {true, false}) {
    kill ? StartWith(InCents()) : store_.Restart();
    EXPECT_EQ(Progress(*store_), "none");
    EXPECT_EQ(Revenue("anna"), "1500");
    EXPECT_THAT(Mismatches(*store_), IsEmpty());
  }
}

TEST_F(BackFillTest, ACrashLosesWhatIsNotSavedAndNoMore) {
  StartWith(InCents());
  ASSERT_NO_FATAL_FAILURE(FoldEverybody());
  EXPECT_EQ(Progress(*store_), "2 of 2");
  StartWith(InCents());
  EXPECT_EQ(Progress(*store_), "0 of 2") << "nothing was saved";
  ASSERT_NO_FATAL_FAILURE(FoldEverybody());
  ASSERT_TRUE(store_->maintenance().WriteCheckpoint().ok());
  StartWith(InCents());
  EXPECT_EQ(Progress(*store_), "2 of 2");
  EXPECT_EQ(Revenue("anna"), "10") << "the crash came before the switch";
  ASSERT_TRUE(store_.Ingest({PurchaseOf("anna", "e2", "2026-03-10T10:00:00Z", 500)}).ok());
  StartWith(InCents());
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_EQ(Revenue("anna"), "1500") << "a replay folds under both";
  StartWith(InCents());
  EXPECT_EQ(Revenue("anna"), "1500") << "no record was written since the switch";
}

TEST_F(BackFillTest, AnOrderlyEndKeepsWhatIsDone) {
  StartWith(InCents());
  ASSERT_NO_FATAL_FAILURE(FoldEverybody());
  store_.Restart();
  EXPECT_EQ(Progress(*store_), "2 of 2");
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_EQ(Revenue("boris"), "2000");
}

TEST_F(BackFillTest, AnotherFileTakesThePlaceOfTheOneThatIsPrepared) {
  StartWith(InCents());
  ASSERT_NO_FATAL_FAILURE(FoldEverybody());
  ASSERT_TRUE(store_.Maintain().ok());
  StartWith(InThousandths());
  EXPECT_EQ(Progress(*store_), "0 of 2");
  EXPECT_EQ(Revenue("anna"), "10");
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_EQ(Revenue("anna"), "10000");
  EXPECT_THAT(Mismatches(*store_), IsEmpty());
}

TEST_F(BackFillTest, TheFileOfBeforeEndsIt) {
  const CompiledDeclarations& before = *store_.declarations;
  StartWith(InCents());
  ASSERT_NO_FATAL_FAILURE(FoldEverybody());
  ASSERT_TRUE(store_.Maintain().ok());
  StartWith(before);
  EXPECT_EQ(Progress(*store_), "none");
  ASSERT_TRUE(store_.Ingest({PurchaseOf("anna", "e2", "2026-03-10T10:00:00Z", 500)}).ok());
  EXPECT_EQ(Revenue("anna"), "15");
  // Whose record still holds both is done already, whoever has changed is not.
  ASSERT_TRUE(store_.Maintain().ok());
  StartWith(InCents());
  EXPECT_EQ(Progress(*store_), "1 of 2");
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_EQ(Revenue("anna"), "1500");
  EXPECT_EQ(Revenue("boris"), "2000");
  EXPECT_THAT(Mismatches(*store_), IsEmpty());
}

TEST_F(BackFillTest, AnErasedCustomerNeverReturns) {
  ASSERT_TRUE(store_.Maintain().ok());
  ASSERT_TRUE(store_.Erase("anna").ok());
  StartWith(InCents());
  EXPECT_EQ(Revenue("anna"), "NOT_FOUND");
  EXPECT_EQ(Progress(*store_), "0 of 1");
  store_->back_fill_reader()->RunOnce();  // has read boris, who is erased before he is folded
  ASSERT_TRUE(store_.Erase("boris").ok());
  EXPECT_EQ(Progress(*store_), "0 of 0");
  ASSERT_TRUE(store_.BackFillAll().ok());
  ASSERT_TRUE(store_.Ingest({PurchaseOf("vera", "e1", "2026-03-10T10:00:00Z", 700)}).ok());
  for (const bool kill : {true, false}) {
    kill ? StartWith(InCents()) : store_.Restart();
    for (const char* erased : {"anna", "boris"}) {
      EXPECT_EQ(Revenue(erased), "NOT_FOUND");
      EXPECT_EQ(store_.Ingest({PurchaseOf(erased, "e9", "2026-03-10T10:00:00Z", 1)})->rejected(), 1);
    }
    EXPECT_EQ(Revenue("vera"), "700");
  }
}

TEST_F(BackFillTest, AnEventAheadOfTheClockCountsOnceUnderEither) {
  // One is parked before the back-fill and shows before the customer is folded, one shows after, one comes in between.
  ASSERT_TRUE(store_
                  .Ingest({PurchaseOf("anna", "soon", "2026-03-10T12:01:00Z", 100),
                           PurchaseOf("boris", "later", "2026-03-10T12:04:00Z", 100)})
                  .ok());
  StartWith(InCents());
  ASSERT_TRUE(store_.Ingest({PurchaseOf("anna", "new", "2026-03-10T12:03:00Z", 10)}).ok());
  store_.clock.Advance(absl::Seconds(61));
  ASSERT_TRUE(store_.Ingest({PurchaseOf("anna", "now", "2026-03-10T12:00:00Z", 1)}).ok());
  EXPECT_EQ(Revenue("anna"), "11.01");
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_EQ(Revenue("anna"), "1101");
  EXPECT_EQ(Revenue("boris"), "2000");
  store_.clock.Advance(absl::Minutes(5));
  for (int i = 0; i < 2; ++i) store_->writer().RunOnce();
  EXPECT_EQ(Revenue("anna"), "1111");
  EXPECT_EQ(Revenue("boris"), "2100");
  EXPECT_THAT(Mismatches(*store_), IsEmpty());
}

TEST_F(BackFillTest, AnImportCountsUnderEither) {
  StartWith(InCents());
  ASSERT_TRUE(store_.Import("digest", "2026-03-10T00:00:00Z", {RowOf("anna", "profit_3m_avg", "4.5")}).ok());
  EXPECT_EQ(store_.Feature("anna", "profit_3m_avg"), "4.5");
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_EQ(store_.Feature("anna", "profit_3m_avg"), "4.5");
  EXPECT_THAT(Mismatches(*store_), IsEmpty());
}

TEST_F(BackFillTest, OtherMidnightsAreOtherDeclarations) {
  const CompiledDeclarations& kamchatka = Keep(Changed({{"time_zone: \"UTC\"", "time_zone: \"Asia/Kamchatka\""}}));
  StartWith(kamchatka);
  ASSERT_EQ(store_->Next(), &kamchatka);
  ASSERT_TRUE(store_.BackFillAll().ok());
  EXPECT_THAT(Mismatches(*store_), IsEmpty());
}

TEST_F(BackFillTest, AnotherDefaultIsServedAtOnceAndAnnounced) {
  const uint64_t seen = store_->change_sequence();
  v1::FeatureDeclarations declarations = store_.declarations->source();
  declarations.mutable_features(0)->mutable_default_value()->set_category("unheard of");
  const CompiledDeclarations& other = Keep(CompiledDeclarations(declarations));
  StartWith(other);
  EXPECT_EQ(Progress(*store_), "none");
  EXPECT_EQ(&store_->Served(), &other);
  store_->writer().RunOnce();
  EXPECT_EQ(ChangesAfter(*store_, seen, 10)->customers.size(), 2);
  const uint64_t told = store_->change_sequence();
  StartWith(other);
  store_->writer().RunOnce();
  EXPECT_EQ(store_->change_sequence(), told) << "once";
}

TEST_F(BackFillTest, WhoeverFollowsChangesGetsTheNewSchemaWithTheFirstNewVectors) {
  v1::FeatureDeclarations declarations = store_.declarations->source();
  declarations.mutable_features()->RemoveLast();
  const CompiledDeclarations& fewer = Keep(CompiledDeclarations(declarations));
  StartWith(fewer);
  const auto source = ChangeSource::Open(&*store_, {});
  ASSERT_TRUE(source.ok());
  v1::WatchFeaturesResponse message;
  ASSERT_EQ((*source)->Next(&message), Pull::kMessage);
  const int before = message.schema().features_size();
  EXPECT_EQ(message.customers(0).vector().values_size(), before);
  ASSERT_TRUE(store_.BackFillAll().ok());
  store_->writer().RunOnce();
  message.Clear();
  ASSERT_EQ((*source)->Next(&message), Pull::kMessage);
  EXPECT_EQ(message.schema().features_size(), before - 1);
  ASSERT_EQ(message.customers_size(), 2);
  EXPECT_EQ(message.customers(0).vector().values_size(), before - 1);
  message.Clear();
  EXPECT_EQ((*source)->Next(&message), Pull::kIdle);
}

TEST_F(BackFillTest, WhatBeganBeforeTheSwitchNeverMixesTwoDefinitions) {
  StartWith(InCents());
  auto verification = store_->Verify({});
  auto snapshot = store_->BeginSnapshot();
  ASSERT_TRUE(verification.ok() && snapshot.ok());
  ASSERT_TRUE(store_.BackFillAll().ok());
  v1::VerifyResponse message;
  EXPECT_TRUE(absl::IsAborted((*verification)->Next(&message).status()));
  v1::ImportSnapshotRequest header, rows, commit;
  header.mutable_header()->set_snapshot_id("digest");
  *rows.mutable_rows()->add_rows() = RowOf("anna", "revenue_month_0", "1");
  commit.mutable_commit()->set_row_count(1);
  for (const auto* request : {&header, &rows, &commit}) ASSERT_TRUE((*snapshot)->Take(*request).ok());
  absl::Status imported;
  store_->CommitSnapshot(*std::move(snapshot), [&](const auto& answer) { imported = answer.status(); });
  store_->writer().RunOnce();
  EXPECT_TRUE(absl::IsAborted(imported)) << imported;
}

// Beyond the memory for states a customer may come, be left incomplete and go again before its turn.
TEST(BackFill, AStoreThatHoldsNobodyServesItsFileAtOnce) {
  TestEngine store;
  store.Kill();
  store.declarations = &InCents();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(&store->Served(), &InCents());
  EXPECT_EQ(store->Next(), nullptr);
}

TEST(BackFill, CustomersThatDoNotFitIntoMemoryAreDoneToo) {
  FeatureStoreEngine::Options options;
  options.writer.state_memory_bytes = 0;  // the least there is
  TestEngine small(options), large;
  const auto send = [&](const std::string& id, int first, int last) {
    std::vector<v1::Event> events;
    for (int i = first; i < last; ++i) {
      events.push_back(PurchaseOf(absl::StrCat("customer-", i), id, "2026-03-09T10:00:00Z", i));
      events.push_back(PageViewOf(absl::StrCat("customer-", i), absl::StrCat(id, "-seen"), "2026-03-08T10:00:00Z"));
    }
    ASSERT_TRUE(small.Ingest(events).ok());
    ASSERT_TRUE(large.Ingest(events).ok());
  };
  for (int first = 0; first < 6'000; first += 1'000) send("e1", first, first + 1'000);
  for (TestEngine* store : {&small, &large}) {
    store->Kill();
    store->declarations = &InCents();
    ASSERT_TRUE(store->Reopen().ok());
  }
  for (int first = 0; first < 6'000; first += 1'000) send("e2", first, first + 1'000);
  EXPECT_LT(small->Stats().resident_customers(), 6'000);
  for (TestEngine* store : {&small, &large}) ASSERT_TRUE(store->BackFillAll().ok());
  EXPECT_LT(small->Stats().resident_customers(), 6'000);
  EXPECT_THAT(Mismatches(*small), IsEmpty());
  const auto values = [](const FeatureStoreEngine& engine) {
    std::string text;
    const auto changes = ChangesAfter(engine, 0, 10'000);
    if (!changes.ok()) return changes.status().ToString();
    for (const v1::CustomerFeatures& change : changes->customers) text += change.vector().SerializeAsString();
    return text;
  };
  EXPECT_EQ(values(*small), values(*large));
  EXPECT_EQ(small.Feature("customer-7", "revenue_month_0"), "14");
}

TEST(BackFill, AFolderThatNamesNoDeclarationsIsServedByThoseItWasFoldedWith) {
  const CompiledDeclarations& file = InCents();
  EXPECT_EQ(DecideServed(std::nullopt, file).definitions.served, &file);
  EXPECT_TRUE(DecideServed(std::nullopt, file).to_be_noted);
  storage::v1::ServedDeclarations noted;
  *noted.mutable_declarations() = file.source();
  EXPECT_FALSE(DecideServed(noted, file).to_be_noted);
  noted.mutable_declarations()->mutable_features(0)->set_description("in other words");
  const ServedAtStart words = DecideServed(noted, file);
  EXPECT_TRUE(words.to_be_noted && !words.other_values && words.definitions.next == nullptr);
  noted.mutable_declarations()->mutable_features(0)->mutable_default_value()->set_category("none");
  EXPECT_TRUE(DecideServed(noted, file).other_values);
  noted.mutable_declarations()->mutable_features()->RemoveLast();
  const ServedAtStart other = DecideServed(noted, file);
  EXPECT_EQ(other.definitions.next, &file);
  EXPECT_EQ(other.definitions.served, other.before.get());
  EXPECT_FALSE(other.to_be_noted) << "only with the switch";
}

}  // namespace
}  // namespace ebb::feature_store
