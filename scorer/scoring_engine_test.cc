#include "scorer/scoring_engine.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/digest.h"
#include "scorer/rocks_score_table.h"
#include "scorer/score_queries.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// Lets something happen between the reading of records and what is made of them.
class InterruptedTable final : public ScoreTable {
 public:
  explicit InterruptedTable(std::unique_ptr<ScoreTable> table) : table_(std::move(table)) {}

  absl::StatusOr<std::vector<Write>> Read(uint32_t first, size_t limit) const override {
    auto records = table_->Read(first, limit);
    if (const auto happens = std::exchange(once_, nullptr)) happens();
    return records;
  }
  void AfterNextRead(std::function<void()> happens) { once_ = std::move(happens); }

  const ScorerPosition& loaded_position() const override { return table_->loaded_position(); }
  const std::vector<std::string>& loaded_schemas() const override { return table_->loaded_schemas(); }
  absl::Status ForEach(const std::function<absl::Status(uint32_t, ScoreRecord)>& visit) const override {
    return table_->ForEach(visit);
  }
  absl::Status Commit(const std::vector<Write>& writes, const ScorerPosition& position) override {
    return table_->Commit(writes, position);
  }
  absl::Status Erase(const std::vector<uint32_t>& customers, const ScorerPosition& position) override {
    return table_->Erase(customers, position);
  }
  absl::Status AddSchema(uint32_t number, std::string_view bytes) override { return table_->AddSchema(number, bytes); }
  bool IsBehind() const override { return table_->IsBehind(); }
  void Settle() override { table_->Settle(); }

 private:
  const std::unique_ptr<ScoreTable> table_;
  mutable std::function<void()> once_;
};

// One scorer's inside, without network: vectors and models in, the board out. Reopen is a crash and a start.
class ScoringEngineTest : public ::testing::Test {
 protected:
  ScoringEngineTest() { Open(/*create=*/true, nullptr); }
  ~ScoringEngineTest() override {
    engine_.reset();
    table_.reset();
  }

  void Open(bool create, std::shared_ptr<const ServedModel> model) {
    engine_.reset();
    table_.reset();
    auto table = OpenRocksScoreTable(folder_, create);
    ASSERT_TRUE(table.ok()) << table.status();
    table_ = std::make_unique<InterruptedTable>(*std::move(table));
    board_ = std::make_unique<ScoreBoard>();
    slot_ = std::make_unique<ModelSlot>();
    engine_ = std::make_unique<ScoringEngine>(ScoringEngine::Options{.publish_delta = 0.01}, table_.get(), board_.get(),
                                              slot_.get(), &clock_, [this] { ++published_; });
    const absl::Status loaded = engine_->Load(std::move(model));
    ASSERT_TRUE(loaded.ok()) << loaded;
  }
  void Reopen(std::shared_ptr<const ServedModel> model) { Open(/*create=*/false, std::move(model)); }

  // The model with declared segments and bands.
  static std::shared_ptr<const ServedModel> ModelWith(const std::string& segments, int64_t version = 1) {
    auto catalogue = SegmentCatalogue::Parse(segments, "test");
    EXPECT_TRUE(catalogue.ok()) << catalogue.status();
    return MakeServedModel(testing::StraightLineModel(0), version, "digest",
                           {.risk_threshold = 0, .segments = std::make_shared<SegmentCatalogue>(*catalogue)});
  }

  // `stable, held at_risk, named 01, held 10`, the bits of the first segment rightmost.
  std::string Segments(const std::string& id) const {
    const CustomerScore score = board_->Get(*board_->Find(id));
    const auto band = [](RiskBand b) { return b == RiskBand::kAtRisk ? "at_risk" : "stable"; };
    const auto bits = [](uint64_t mask) { return absl::StrCat((mask >> 1) & 1, mask & 1); };
    return absl::StrCat(band(score.segment.band), ", held ", band(score.held_band), ", named ",
                        bits(score.named_segments), ", held ", bits(score.held_named_segments));
  }

  static std::shared_ptr<const ServedModel> Model(int64_t version, double shift, double threshold = 0.7) {
    return MakeServedModel(testing::StraightLineModel(shift), version, absl::StrCat("digest ", version),
                           {.risk_threshold = threshold});
  }

  struct Row {
    const char* id;
    double revenue;
    std::optional<double> profit = std::nullopt;
  };
  absl::Status Take(const std::vector<Row>& rows, const std::string& token = "t") {
    v1::WatchFeaturesResponse message;
    for (const char* name : {"revenue", "profit"}) {
      v1::FeatureSpec* feature = message.mutable_schema()->add_features();
      feature->set_name(name);
      feature->set_kind(v1::NUMBER);
      feature->set_role(feature->name() == "profit" ? v1::SEGMENT : v1::INPUT);
    }
    for (const Row& row : rows) {
      v1::CustomerFeatures* customer = message.add_customers();
      customer->set_customer_id(row.id);
      customer->mutable_vector()->mutable_as_of()->set_seconds(1'000);
      customer->mutable_vector()->add_values()->set_number(row.revenue);
      v1::FeatureValue* profit = customer->mutable_vector()->add_values();
      if (row.profit.has_value()) profit->set_number(*row.profit);
    }
    message.set_resume_token(token);
    return engine_->TakeFeatures(message);
  }

  // The store's word that it has forgotten these.
  absl::Status Erase(const std::vector<std::string>& ids) {
    v1::WatchFeaturesResponse message;
    const TruncatedHmac digest_of("salt of the store");
    for (const std::string& id : ids) {
      const Pseudonym digest = digest_of.Of(id);
      message.add_erased()->set_digest(digest.data(), digest.size());
      message.mutable_erased()->rbegin()->set_salt("salt of the store");
    }
    message.set_resume_token("after the erasure");
    return engine_->TakeFeatures(message);
  }

  // Files of the score table that hold the text.
  int FilesWith(const std::string& text) const {
    int found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      found += bytes.find(text) != std::string::npos;
    }
    return found;
  }

  void RescoreAll() {
    for (int chunk = 0;; ++chunk) {
      const auto handled = engine_->RescoreSome(2);
      ASSERT_TRUE(handled.ok()) << handled.status();
      ASSERT_LT(chunk, 1'000);
      if (*handled == 0) return;
    }
  }

  // `anna 0.60 middle_profit/stable v1 #3`, in the order customers became known.
  std::vector<std::string> Scores() const {
    std::vector<std::string> lines;
    board_->ForEachScored([&](const std::string& id, const CustomerScore& score) {
      lines.push_back(absl::StrCat(id, " ", std::round(score.probability * 1000) / 1000, " ",
                                   std::string(SegmentName(score.segment)), " v", score.model_version, " #",
                                   score.sequence));
    });
    return lines;
  }

  const ebb::testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/table";
  ManualClock clock_{absl::FromUnixSeconds(2'000)};
  const SegmentCatalogue no_segments_;
  std::unique_ptr<InterruptedTable> table_;
  std::unique_ptr<ScoreBoard> board_;
  std::unique_ptr<ModelSlot> slot_;
  std::unique_ptr<ScoringEngine> engine_;
  int published_ = 0;
};

TEST_F(ScoringEngineTest, ScoresAndPutsIntoSegments) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 3, 200}, {"clara", -2, 5}, {"dora", 3}}).ok());
  EXPECT_THAT(Scores(), ElementsAre("anna 0.6 middle_profit/stable v1 #1", "boris 0.8 high_profit/at_risk v1 #2",
                                    "clara 0.3 low_profit/stable v1 #3", "dora 0.8 unknown_profit/at_risk v1 #4"));
  EXPECT_EQ(published_, 1);
}

TEST_F(ScoringEngineTest, ASmallMoveIsKeptButNotPublished) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}}).ok());
  ASSERT_TRUE(Take({{"anna", 1.05, 50}}).ok());
  EXPECT_THAT(Scores(), ElementsAre("anna 0.605 middle_profit/stable v1 #1"));
  EXPECT_EQ(published_, 1);
  ASSERT_TRUE(Take({{"anna", 1.15, 50}}).ok());
  EXPECT_THAT(Scores(), ElementsAre("anna 0.615 middle_profit/stable v1 #2"));
  EXPECT_THAT(board_->Get(0).previous_probability, ::testing::Optional(DoubleNear(0.6, 1e-12)));
}

TEST_F(ScoringEngineTest, TellsTheRevenueThatAModelExpects) {
  const auto served = [](int64_t version, bool with_revenue) {
    return MakeServedModel(with_revenue ? testing::StraightLineModelWithRevenue(0) : testing::StraightLineModel(0),
                           version, absl::StrCat("digest ", version), {.risk_threshold = 0.7});
  };
  const auto told = [this] {
    const ScoreQueries queries(1, board_.get(), slot_.get(), &no_segments_);
    v1::GetScoresRequest request;
    request.add_customer_ids("anna");
    return queries.GetScores(request)->scores(0);
  };
  ASSERT_TRUE(engine_->SwitchModel(served(1, false)).ok());
  ASSERT_TRUE(Take({{"anna", -0.01}}).ok());
  EXPECT_FALSE(told().has_expected_revenue());
  EXPECT_FALSE(told().has_revenue_at_risk());

  ASSERT_TRUE(engine_->SwitchModel(served(2, true)).ok());
  RescoreAll();
  EXPECT_EQ(told().expected_revenue(), 50);
  EXPECT_EQ(told().revenue_at_risk(), 50 * told().probability());
  EXPECT_EQ(told().sequence(), 2);

  ASSERT_TRUE(Take({{"anna", 0.01}}).ok());
  EXPECT_EQ(told().expected_revenue(), 200);
  EXPECT_EQ(told().sequence(), 2) << "a change of it alone is not published";
  Reopen(served(2, true));
  EXPECT_EQ(engine_->rescore_backlog(), 0);
  EXPECT_EQ(told().expected_revenue(), 200) << "it is on disk";

  ASSERT_TRUE(engine_->SwitchModel(served(3, false)).ok());
  RescoreAll();
  EXPECT_FALSE(told().has_expected_revenue()) << "it went with its model";
}

TEST_F(ScoringEngineTest, VectorsWaitForTheFirstModel) {
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 1.5, 50}, {"clara", 3, 50}}).ok());
  EXPECT_THAT(Scores(), ElementsAre());
  Reopen(nullptr);
  EXPECT_EQ(engine_->rescore_backlog(), 0);
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  EXPECT_EQ(engine_->rescore_backlog(), 3);
  RescoreAll();
  EXPECT_EQ(engine_->rescore_backlog(), 0);
  EXPECT_THAT(Scores(), ElementsAre("anna 0.6 middle_profit/stable v1 #1", "boris 0.65 middle_profit/stable v1 #2",
                                    "clara 0.8 middle_profit/at_risk v1 #3"));
}

TEST_F(ScoringEngineTest, ANewModelReachesEverybodyOnceAlsoThroughARestart) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 2, 50}, {"clara", 3, 50}}).ok());
  ASSERT_TRUE(engine_->SwitchModel(Model(2, -1)).ok());
  // Clara's new vector is scored by the new model at once; re-scoring must not do her again.
  ASSERT_TRUE(Take({{"clara", 4, 50}}).ok());
  EXPECT_EQ(engine_->rescore_backlog(), 2);
  ASSERT_EQ(engine_->RescoreSome(1).value(), 1);
  EXPECT_EQ(engine_->rescore_backlog(), 1);
  Reopen(Model(2, -1));
  EXPECT_EQ(engine_->rescore_backlog(), 1);
  RescoreAll();
  EXPECT_THAT(Scores(), ElementsAre("anna 0.5 middle_profit/stable v2 #5", "boris 0.6 middle_profit/stable v2 #6",
                                    "clara 0.8 middle_profit/at_risk v2 #4"));
}

TEST_F(ScoringEngineTest, NewsThatComeWhileEverybodyIsScoredAnewStand) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 2, 50}, {"clara", 3, 50}}).ok());
  ASSERT_TRUE(engine_->SwitchModel(Model(2, -1)).ok());
  table_->AfterNextRead([this] { ASSERT_TRUE(Take({{"clara", 4, 50}}).ok()); });
  ASSERT_EQ(engine_->RescoreSome(3).value(), 3);
  EXPECT_EQ(engine_->rescore_backlog(), 0);
  EXPECT_THAT(Scores(), ElementsAre("anna 0.5 middle_profit/stable v2 #5", "boris 0.6 middle_profit/stable v2 #6",
                                    "clara 0.8 middle_profit/at_risk v2 #4"));
}

TEST_F(ScoringEngineTest, WhoIsErasedWhileEverybodyIsScoredAnewStaysGone) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 2, 50}}).ok());
  ASSERT_TRUE(engine_->SwitchModel(Model(2, -1)).ok());
  table_->AfterNextRead([this] { ASSERT_TRUE(Erase({"boris"}).ok()); });
  RescoreAll();
  EXPECT_THAT(Scores(), ElementsAre("anna 0.5 middle_profit/stable v2 #3"));
  EXPECT_EQ(FilesWith("boris"), 0);
}

TEST_F(ScoringEngineTest, AModelThatIsReplacedWhileItScoresPublishesNothingMore) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 2, 50}}).ok());
  ASSERT_TRUE(engine_->SwitchModel(Model(2, -1)).ok());
  table_->AfterNextRead([this] { ASSERT_TRUE(engine_->SwitchModel(Model(3, -2)).ok()); });
  ASSERT_GT(engine_->RescoreSome(2).value(), 0) << "there is more to do";
  EXPECT_EQ(engine_->rescore_backlog(), 2);
  RescoreAll();
  EXPECT_THAT(Scores(), ElementsAre("anna 0.4 middle_profit/stable v3 #3", "boris 0.5 middle_profit/stable v3 #4"));
}

TEST_F(ScoringEngineTest, AnotherThresholdAtStartMovesBandsOfKeptScores) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}}).ok());
  Reopen(Model(1, 0, /*threshold=*/0.55));
  RescoreAll();
  EXPECT_THAT(Scores(), ElementsAre("anna 0.6 middle_profit/at_risk v1 #2"));
}

TEST_F(ScoringEngineTest, NoSequenceIsUsedTwiceThroughARestart) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 2, 50}}, "token 1").ok());
  ASSERT_TRUE(Take({{"boris", 3, 50}}, "token 2").ok());
  Reopen(Model(1, 0));
  EXPECT_EQ(engine_->store_token(), "token 2");
  EXPECT_EQ(board_->last_sequence(), 3);
  EXPECT_EQ(engine_->features_as_of_micros(), 1'000'000'000);
  // What the store sends again changes nothing.
  ASSERT_TRUE(Take({{"boris", 3, 50}}).ok());
  EXPECT_EQ(board_->last_sequence(), 3);
  ASSERT_TRUE(Take({{"anna", 3, 50}}).ok());
  EXPECT_THAT(Scores(), ElementsAre("anna 0.8 middle_profit/at_risk v1 #4", "boris 0.8 middle_profit/at_risk v1 #3"));
}

TEST_F(ScoringEngineTest, ABadVectorNeverCostsTheGoodOnesBesideIt) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"bad", INFINITY, 50}, {"", 1, 50}, {"boris", 1.5, 50}}).ok());
  EXPECT_THAT(Scores(), ElementsAre("anna 0.6 middle_profit/stable v1 #1", "boris 0.65 middle_profit/stable v1 #2"));
}

TEST_F(ScoringEngineTest, AModelThatTheStoreCannotFeedIsRefusedAndTheOldOneStays) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}}).ok());
  TrainedModel hungry = testing::StraightLineModel(0);
  hungry.schema = FeatureSchema({{.name = "minutes", .group = {}, .description = {}},
                                 {.name = "profit", .role = FeatureRole::kSegment, .group = {}, .description = {}}});
  const absl::Status refused = engine_->SwitchModel(MakeServedModel(hungry, 2, "d", {.risk_threshold = 0.7}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("minutes"));
  EXPECT_EQ(slot_->Get()->version, 1);
}

TEST_F(ScoringEngineTest, TheMostValueAtRiskComesFirstAndUnknownValueIsCounted) {
  const ScoreQueries queries(1, board_.get(), slot_.get(), &no_segments_);
  EXPECT_EQ(queries.ListAtRisk({}).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 3, 50}, {"boris", -1, 200}, {"clara", 2.5, 60}, {"dora", 3}}).ok());
  v1::ListAtRiskRequest request;
  request.set_top_k(2);
  auto response = queries.ListAtRisk(request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->scores_size(), 2);
  EXPECT_EQ(response->scores(0).customer_id(), "boris");
  EXPECT_NEAR(response->scores(0).value_at_risk(), 80, 1e-9);
  EXPECT_EQ(response->scores(1).customer_id(), "clara");
  EXPECT_EQ(response->unknown_value(), 1);
  request.set_at_risk_only(true);
  response = queries.ListAtRisk(request);
  ASSERT_EQ(response->scores_size(), 2);
  EXPECT_EQ(response->scores(1).customer_id(), "anna");
  request.set_top_k(-1);
  EXPECT_EQ(queries.ListAtRisk(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ScoringEngineTest, TheSummaryAddsUpAndSaysNothingOfUnknownProfit) {
  const ScoreQueries queries(1, board_.get(), slot_.get(), &no_segments_);
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 3}}).ok());
  auto summary = queries.SummarizeSegments();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->cells_size(), 8);
  EXPECT_FALSE(summary->has_profit_sum());
  EXPECT_EQ(summary->cells(7).segment(), "unknown_profit/at_risk");
  EXPECT_EQ(summary->cells(7).customers(), 1);
  EXPECT_FALSE(summary->cells(7).has_value_at_risk());

  ASSERT_TRUE(Take({{"anna", 3, 50}, {"boris", 1, 150}, {"clara", 1, 0}}).ok());
  summary = queries.SummarizeSegments();
  EXPECT_EQ(summary->cells_size(), 6) << "nobody without a known profit is left";
  EXPECT_EQ(summary->profit_sum(), 200);
  EXPECT_EQ(summary->customers(), 3);
  const v1::SegmentCell& high = summary->cells(4);
  EXPECT_EQ(high.segment(), "high_profit/stable");
  EXPECT_NEAR(high.profit_share(), 0.75, 1e-12);
  EXPECT_NEAR(high.value_at_risk(), 90, 1e-9);
  EXPECT_NEAR(high.customer_share(), 1.0 / 3, 1e-12);
  EXPECT_EQ(summary->cells(0).profit_sum(), 0) << "a known profit of 0 is not an unknown one";
  EXPECT_TRUE(summary->cells(0).has_profit_sum());
  EXPECT_FALSE(summary->cells(5).has_profit_sum());
  EXPECT_EQ(summary->lower_profit_bound(), 10);
  EXPECT_EQ(summary->risk_threshold(), 0.7);
}

TEST_F(ScoringEngineTest, PagesListEverybodyOnce) {
  const ScoreQueries queries(1, board_.get(), slot_.get(), &no_segments_);
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 1, 50}, {"boris", 2, 50}, {"clara", 3, 50}}).ok());
  v1::ListScoresRequest request;
  request.set_page_size(2);
  std::vector<std::string> ids;
  do {
    const auto page = queries.ListScores(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Score& score : page->scores()) ids.push_back(score.customer_id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, ElementsAre("anna", "boris", "clara"));
  request.set_page_token("x");
  EXPECT_EQ(queries.ListScores(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ScoringEngineTest, WhomTheStoreHasForgottenIsForgottenHere) {
  ASSERT_TRUE(engine_->SwitchModel(Model(1, 0)).ok());
  ASSERT_TRUE(Take({{"anna", 10}, {"victim-of-curiosity", 20}, {"bert", 30}}).ok());
  ASSERT_GT(FilesWith("victim-of-curiosity"), 0) << "a search that finds nothing proves nothing";
  const std::vector<std::string> before = Scores();
  ASSERT_EQ(before.size(), 3u);
  const absl::Status erased = Erase({"victim-of-curiosity", "a stranger"});
  ASSERT_TRUE(erased.ok()) << erased;
  EXPECT_THAT(Scores(), ElementsAre(before[0], before[2]));
  EXPECT_FALSE(board_->Find("victim-of-curiosity").has_value());
  EXPECT_EQ(board_->scored(), 2u);
  EXPECT_EQ(FilesWith("victim-of-curiosity"), 0);
  // The number stays taken, also for the next start and the next model.
  Reopen(Model(1, 0));
  EXPECT_THAT(Scores(), ElementsAre(before[0], before[2]));
  EXPECT_EQ(engine_->rescore_backlog(), 0);
  ASSERT_TRUE(engine_->SwitchModel(Model(2, 1)).ok());
  RescoreAll();
  EXPECT_EQ(engine_->rescore_backlog(), 0);
  EXPECT_EQ(Scores().size(), 2u);
  ASSERT_TRUE(Take({{"carl", 40}}).ok());
  EXPECT_EQ(Scores().size(), 3u);
}

constexpr char kTwoSegments[] = R"pb(
  risk { threshold: 0.7 leave_below: 0.65 }
  segments {
    name: "risky"
    who {
      all_of {
        value: RISK_BAND
        category { one_of: "at_risk" }
      }
    }
  }
  segments {
    name: "rich"
    who {
      all_of {
        feature: "profit"
        number { above: 100 }
      }
    }
  }
)pb";

TEST_F(ScoringEngineTest, TheHeldBandMovesLaterThanThePlainOne) {
  Reopen(ModelWith(kTwoSegments));
  ASSERT_TRUE(Take({{"anna", 2.1, 50}}).ok());  // 0.71
  EXPECT_EQ(Segments("anna"), "at_risk, held at_risk, named 01, held 01");
  const int told = published_;
  ASSERT_TRUE(Take({{"anna", 1.96, 50}}).ok());  // 0.696
  EXPECT_EQ(Segments("anna"), "stable, held at_risk, named 00, held 01");
  ASSERT_TRUE(Take({{"anna", 1.6, 50}}).ok());  // 0.66
  EXPECT_EQ(Segments("anna"), "stable, held at_risk, named 00, held 01");
  ASSERT_TRUE(Take({{"anna", 1.4, 50}}).ok());  // 0.64
  EXPECT_EQ(Segments("anna"), "stable, held stable, named 00, held 00");
  EXPECT_EQ(published_ - told, 3) << "each moved by 0.01 or more";
}

TEST_F(ScoringEngineTest, SubscribersHearOfADeclaredSegmentThoughTheProbabilityStays) {
  Reopen(ModelWith(kTwoSegments));
  ASSERT_TRUE(Take({{"anna", 1, 50}}).ok());
  const int64_t first = board_->last_sequence();
  ASSERT_TRUE(Take({{"anna", 1, 60}}).ok());
  EXPECT_EQ(board_->last_sequence(), first);
  // From the middle tier into `rich`: both need more than 100.
  ASSERT_TRUE(Take({{"anna", 1, 101}}).ok());
  EXPECT_EQ(board_->last_sequence(), first + 1);
  EXPECT_EQ(Segments("anna"), "stable, held stable, named 10, held 10");
}

TEST_F(ScoringEngineTest, AHeldBandStaysAsLongAsDeclaredAndIsThenReleasedWithoutAnEvent) {
  Reopen(ModelWith(R"pb(risk {
                          threshold: 0.7
                          leave_below: 0.65
                          least_stay { seconds: 86400 }
                        })pb"));
  ASSERT_TRUE(Take({{"anna", 2.1}}).ok());
  ASSERT_TRUE(Take({{"anna", 0}}).ok());  // 0.5
  EXPECT_EQ(Segments("anna"), "stable, held at_risk, named 00, held 00");
  clock_.Advance(absl::Hours(23));
  EXPECT_EQ(*engine_->ReleaseHeld(10), 0u);
  clock_.Advance(absl::Hours(1));
  const int64_t told = board_->last_sequence();
  EXPECT_EQ(*engine_->ReleaseHeld(10), 1u);
  EXPECT_EQ(Segments("anna"), "stable, held stable, named 00, held 00");
  EXPECT_EQ(board_->last_sequence(), told + 1);
  EXPECT_EQ(*engine_->ReleaseHeld(10), 0u);
}

TEST_F(ScoringEngineTest, HeldBandsAreReleasedInBoundedChunks) {
  Reopen(ModelWith(R"pb(risk {
                          threshold: 0.7
                          leave_below: 0.65
                          least_stay { seconds: 60 }
                        })pb"));
  ASSERT_TRUE(Take({{"anna", 2.1}, {"boris", 2.1}, {"clara", 2.1}}).ok());
  ASSERT_TRUE(Take({{"anna", 0}, {"boris", 0}, {"clara", 2.5}}).ok());
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(*engine_->ReleaseHeld(1), 1u);
  EXPECT_EQ(Segments("boris"), "stable, held at_risk, named 00, held 00");
  EXPECT_EQ(*engine_->ReleaseHeld(1), 1u);
  EXPECT_EQ(Segments("boris"), "stable, held stable, named 00, held 00");
  EXPECT_EQ(*engine_->ReleaseHeld(1), 0u) << "clara is at risk still";
}

TEST_F(ScoringEngineTest, OtherSegmentsAreToldAfterARestartWithAnotherFile) {
  Reopen(ModelWith(kTwoSegments));
  ASSERT_TRUE(Take({{"anna", 2.1, 200}}).ok());
  Reopen(ModelWith(R"pb(segments {
                          name: "poor"
                          who {
                            all_of {
                              feature: "profit"
                              number { below: 250 }
                            }
                          }
                        })pb"));
  EXPECT_EQ(Segments("anna"), "at_risk, held at_risk, named 00, held 00") << "bits of the old file mean nothing";
  RescoreAll();
  EXPECT_EQ(Segments("anna"), "at_risk, held at_risk, named 01, held 01");
  Reopen(ModelWith(R"pb(segments {
                          name: "poor"
                          who {
                            all_of {
                              feature: "profit"
                              number { below: 250 }
                            }
                          }
                        })pb"));
  EXPECT_EQ(Segments("anna"), "at_risk, held at_risk, named 01, held 01") << "the same file: nothing to do";
  EXPECT_EQ(engine_->rescore_backlog(), 0);
}

TEST_F(ScoringEngineTest, NobodyIsInASegmentThatTheStoreCannotTell) {
  Reopen(ModelWith(R"pb(
    segments {
      name: "tall"
      who {
        none_of {
          feature: "height"
          number { below: 2 }
        }
      }
    }
    segments {
      name: "rich"
      who {
        all_of {
          feature: "profit"
          number { above: 100 }
        }
      }
    }
  )pb"));
  ASSERT_TRUE(Take({{"anna", 1, 200}}).ok());
  EXPECT_EQ(Segments("anna"), "stable, held stable, named 10, held 10");
}

}  // namespace
}  // namespace ebb::scorer
