// Challengers beside an engine, stepped: no thread, no network.
#include "scorer/shadow/shadow_challengers.h"

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/model_file.h"
#include "scorer/rocks_score_table.h"
#include "scorer/scoring_engine.h"
#include "scorer/shadow/customer_sample.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ::testing::HasSubstr;
using testing::StraightLineModel;

class ShadowChallengersTest : public ::testing::Test {
 protected:
  ShadowChallengersTest() {
    auto table = OpenRocksScoreTable(folder_.path() + "/scores", /*create=*/true);
    EXPECT_TRUE(table.ok()) << table.status();
    table_ = *std::move(table);
    engine_ = std::make_unique<ScoringEngine>(
        ScoringEngine::Options{
            .publish_delta = 0,
            .on_erase =
                [this](const std::vector<std::string>& ids) {
                  shadow_->Erase(ids);
                  return absl::OkStatus();
                },
            .on_written = [this](std::vector<ScoreTable::Write> written) { shadow_->Offer(std::move(written)); }},
        table_.get(), &board_, &slot_, &clock_, [] {});
    Open({.share = 1});
    EXPECT_TRUE(engine_->Load(Champion(1, 0)).ok());
  }

  void Open(const ShadowChallengers::Options& options) {
    shadow_ = std::make_unique<ShadowChallengers>(
        options, ShadowChallengers::Parts{
                     .slot = &slot_,
                     .table = table_.get(),
                     .clock = &clock_,
                     .schema_at =
                         [this](uint32_t number) {
                           if (while_scoring_) std::exchange(while_scoring_, nullptr)();
                           return engine_->SchemaAt(number);
                         },
                     .check_model = [this](const TrainedModel& model) { return engine_->CheckModel(model); },
                     .fetch = [this](const v1::Model& model) { return Fetch(model); },
                     .features_waiting = [this] { return features_wait_; },
                     .rescore_backlog = [this] { return engine_->rescore_backlog(); }});
  }

  static std::shared_ptr<const ServedModel> Champion(int64_t version, double shift) {
    return MakeServedModel(StraightLineModel(shift), version, absl::StrCat("digest ", version), {});
  }

  absl::StatusOr<ModelFile> Fetch(const v1::Model& model) {
    ++fetches_;
    if (!fetch_error_.ok()) return fetch_error_;
    return ModelFile{.version = model.version(), .digest = model.digest(), .bytes = files_[model.version()]};
  }

  void Follow(const std::vector<std::pair<int64_t, TrainedModel>>& challengers) {
    std::vector<v1::Model> told;
    for (const auto& [version, model] : challengers) {
      told.emplace_back().set_version(version);
      told.back().set_digest(absl::StrCat("digest ", version));
      files_[version] = SerializeModelFile(model);
    }
    shadow_->Follow(told);
  }

  static TrainedModel ModelOfVisits() {
    TrainedModel model = StraightLineModel(0);
    model.schema = FeatureSchema({{.name = "visits", .group = "visit", .description = {}},
                                  {.name = "profit", .role = FeatureRole::kSegment, .group = "p", .description = {}}});
    return model;
  }

  // Vectors come in, of revenue and an unknown profit, and of as many visits where the store has that feature.
  void Take(const std::vector<std::pair<std::string, double>>& rows, bool visits = false) {
    v1::WatchFeaturesResponse message;
    const auto declare = [&](const char* name, v1::FeatureRole role) {
      v1::FeatureSpec* feature = message.mutable_schema()->add_features();
      feature->set_name(name);
      feature->set_kind(v1::NUMBER);
      feature->set_role(role);
    };
    declare("revenue", v1::INPUT);
    declare("profit", v1::SEGMENT);
    if (visits) declare("visits", v1::INPUT);
    for (const auto& [id, revenue] : rows) {
      v1::CustomerFeatures* customer = message.add_customers();
      customer->set_customer_id(id);
      customer->mutable_vector()->mutable_as_of()->set_seconds(++as_of_);
      customer->mutable_vector()->add_values()->set_number(revenue);
      customer->mutable_vector()->add_values();
      if (visits) customer->mutable_vector()->add_values()->set_number(revenue);
    }
    message.set_resume_token("t");
    const absl::Status taken = engine_->TakeFeatures(message);
    EXPECT_TRUE(taken.ok()) << taken;
  }

  // Steps until there is nothing more to do now; how long until there may be.
  absl::Duration Settle() {
    for (int i = 0; i < 1000; ++i) {
      const absl::Duration wait = shadow_->RunOnce();
      if (wait > absl::ZeroDuration()) return wait;
    }
    ADD_FAILURE() << "it does not come to rest";
    return absl::ZeroDuration();
  }

  // `2 against 1: 3 customers, mean 0.1, bands 1 0 1 1`, newest first.
  std::string Comparisons() const {
    std::string text;
    const v1::GetShadowComparisonResponse response = shadow_->Compare();
    for (const v1::ShadowComparison& c : response.comparisons()) {
      absl::StrAppend(&text, text.empty() ? "" : "; ", c.version(), " against ", c.champion_version(), ": ",
                      c.customers(), " customers, mean ", absl::StrCat(std::round(c.mean_difference() * 1e6) / 1e6),
                      ", bands ", c.both_at_risk(), " ", c.champion_only_at_risk());
      absl::StrAppend(&text, " ", c.challenger_only_at_risk(), " ", c.neither_at_risk());
    }
    return text;
  }
  std::string Problem() const { return shadow_->Compare().comparisons(0).problem(); }

  const ebb::testing::TemporaryFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  std::unique_ptr<ScoreTable> table_;
  ScoreBoard board_;
  ModelSlot slot_;
  std::map<int64_t, std::string> files_;
  absl::Status fetch_error_;
  int fetches_ = 0;
  bool features_wait_ = false;
  std::function<void()> while_scoring_;
  int64_t as_of_ = 1'000;
  std::unique_ptr<ScoringEngine> engine_;
  std::unique_ptr<ShadowChallengers> shadow_;
};

TEST_F(ShadowChallengersTest, CustomersOnDiskAreComparedAtOnceAndOthersAsTheyCome) {
  Take({{"anna", 3}, {"boris", 1.5}, {"clara", 0}});  // 0.8, 0.65, 0.5
  Follow({{2, StraightLineModel(1)}});                // 0.9, 0.75, 0.6
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_EQ(Comparisons(), "2 against 1: 3 customers, mean 0.1, bands 1 0 1 1");
  Take({{"dora", -4}, {"anna", -1}});  // 0.1, 0.4; 0.2, 0.5
  Settle();
  EXPECT_EQ(Comparisons(), "2 against 1: 4 customers, mean 0.1, bands 0 0 1 3") << "anna counts once, as she is now";
  const v1::GetShadowComparisonResponse response = shadow_->Compare();
  EXPECT_EQ(response.share(), 1);
  EXPECT_EQ(response.scored(), 5);
  EXPECT_EQ(response.dropped(), 0);
  EXPECT_EQ(response.comparisons(0).risk_threshold(), 0.7);
  EXPECT_EQ(response.comparisons(0).start_time().seconds(), 1'700'000'000);
  EXPECT_GT(response.comparisons(0).champion_seconds_per_vector(), 0);
  EXPECT_GT(response.comparisons(0).challenger_seconds_per_vector(), 0);
}

TEST_F(ShadowChallengersTest, NothingOfAChallengerIsPublishedOrKeptOnDisk) {
  Take({{"anna", 3}, {"boris", 1.5}});
  const auto before = *table_->Read(0, 10);
  const int64_t sequence = board_.last_sequence();
  const uint64_t scored = engine_->figures()->scored();
  Follow({{2, StraightLineModel(1)}});
  Settle();
  EXPECT_EQ(shadow_->Compare().scored(), 2);
  const auto after = *table_->Read(0, 10);
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].record, before[i].record);
  EXPECT_EQ(board_.last_sequence(), sequence);
  EXPECT_EQ(board_.Get(*board_.Find("anna")).model_version, 1);
  EXPECT_EQ(engine_->figures()->scored(), scored);
}

TEST_F(ShadowChallengersTest, AnotherChampionBeginsTheComparisonAnew) {
  Take({{"anna", 3}, {"boris", 1.5}});
  Follow({{4, StraightLineModel(1)}, {3, StraightLineModel(-1)}});
  Settle();
  EXPECT_EQ(Comparisons(), "4 against 1: 2 customers, mean 0.1, bands 1 0 1 0") << "one, unless more are asked for";
  ASSERT_TRUE(engine_->SwitchModel(Champion(2, 0.6)).ok());
  EXPECT_EQ(Settle(), absl::Seconds(1)) << "the pass through the disk waits until the champion has scored everybody";
  EXPECT_EQ(Comparisons(), "4 against 2: 0 customers, mean 0, bands 0 0 0 0");
  EXPECT_EQ(*engine_->RescoreSome(10), 2u);
  Settle();
  // 0.86 and 0.71 of the champion, 0.9 and 0.75 of the challenger.
  EXPECT_EQ(Comparisons(), "4 against 2: 2 customers, mean 0.04, bands 2 0 0 0");
}

TEST_F(ShadowChallengersTest, APromotedChallengerIsComparedNoMore) {
  Take({{"anna", 3}});
  Follow({{2, StraightLineModel(1)}});
  Settle();
  ASSERT_TRUE(engine_->SwitchModel(Champion(2, 1)).ok());
  Follow({});
  Take({{"boris", 3}});
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_EQ(shadow_->Compare().comparisons_size(), 0);
  EXPECT_EQ(shadow_->Compare().scored(), 1);
}

TEST_F(ShadowChallengersTest, AChallengerOfAnUnknownFeatureIsRefusedByName) {
  Take({{"anna", 3}});
  Follow({{2, ModelOfVisits()}});
  EXPECT_EQ(Settle(), absl::Minutes(10));
  EXPECT_THAT(Problem(), HasSubstr("visits"));
  EXPECT_EQ(Comparisons(), "2 against 0: 0 customers, mean 0, bands 0 0 0 0");
  Take({{"boris", 3}});
  EXPECT_EQ(board_.scored(), 2u) << "the champion goes on";
  EXPECT_EQ(Settle(), absl::Minutes(10));
  EXPECT_EQ(fetches_, 1);
}

TEST_F(ShadowChallengersTest, AChallengerThatCannotBeFetchedIsTriedAgain) {
  Take({{"anna", 3}});
  fetch_error_ = absl::UnavailableError("the trainer is away");
  Follow({{2, StraightLineModel(1)}});
  EXPECT_EQ(Settle(), absl::Minutes(1));
  EXPECT_EQ(Problem(), "the trainer is away");
  fetch_error_ = absl::OkStatus();
  clock_.Advance(absl::Seconds(59));
  EXPECT_EQ(Settle(), absl::Seconds(1));
  EXPECT_EQ(fetches_, 1);
  clock_.Advance(absl::Seconds(1));
  Settle();
  EXPECT_EQ(Problem(), "");
  EXPECT_EQ(Comparisons(), "2 against 1: 1 customers, mean 0.1, bands 1 0 0 0");
}

TEST_F(ShadowChallengersTest, ADamagedFileIsRefused) {
  Take({{"anna", 3}});
  Follow({{2, StraightLineModel(1)}});
  files_[2] = "no model";
  EXPECT_EQ(Settle(), absl::Minutes(10));
  EXPECT_NE(Problem(), "");
}

TEST_F(ShadowChallengersTest, AFeatureThatTheStoreLosesEndsTheComparisonOfWhoNeedsIt) {
  Take({{"anna", 3}}, /*visits=*/true);
  Follow({{2, ModelOfVisits()}});
  Settle();
  EXPECT_EQ(Comparisons(), "2 against 1: 1 customers, mean 0, bands 1 0 0 0");
  Take({{"boris", 3}});
  EXPECT_EQ(Settle(), absl::Minutes(10));
  EXPECT_THAT(Problem(), HasSubstr("visits"));
  EXPECT_EQ(Comparisons(), "2 against 0: 0 customers, mean 0, bands 0 0 0 0");
  EXPECT_EQ(board_.scored(), 2u) << "the champion goes on";
  Take({{"boris", 3}}, /*visits=*/true);
  clock_.Advance(absl::Minutes(10));
  Settle();
  EXPECT_EQ(Comparisons(), "2 against 1: 2 customers, mean 0, bands 2 0 0 0") << "the store has it again";
}

TEST_F(ShadowChallengersTest, WhatWaitsIsBoundedAndTheRestIsCounted) {
  Open({.share = 1, .most_waiting = 2});
  Follow({{2, StraightLineModel(1)}});
  Settle();
  features_wait_ = true;
  Take({{"anna", 3}, {"boris", 3}, {"clara", 3}});
  Take({{"dora", 3}});
  EXPECT_GT(shadow_->RunOnce(), absl::ZeroDuration()) << "new features come first";
  EXPECT_LT(shadow_->RunOnce(), absl::Seconds(1));
  EXPECT_EQ(shadow_->Compare().scored(), 0);
  features_wait_ = false;
  Settle();
  EXPECT_EQ(shadow_->Compare().scored(), 2);
  EXPECT_EQ(shadow_->Compare().dropped(), 2);
}

TEST_F(ShadowChallengersTest, WithoutChallengersNothingWaits) {
  Open({.share = 1, .most_waiting = 1});
  Take({{"anna", 3}, {"boris", 3}});
  EXPECT_EQ(shadow_->RunOnce(), absl::InfiniteDuration());
  EXPECT_EQ(shadow_->Compare().dropped(), 0);
  Open({.most_challengers = 0, .share = 1});
  Follow({{2, StraightLineModel(1)}});
  Take({{"anna", 3}});
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_EQ(shadow_->Compare().comparisons_size(), 0);
  EXPECT_EQ(fetches_, 0);
}

TEST_F(ShadowChallengersTest, OnlyTheSampleIsScoredAndItShrinksRatherThanGrowsTooLarge) {
  Open({.most_challengers = 2, .share = 0.5, .most_customers = 20});
  std::vector<std::pair<std::string, double>> rows;
  int in_half = 0, in_quarter = 0, in_eighth = 0;
  for (int i = 0; i < 100; ++i) {
    rows.emplace_back(absl::StrCat("customer-", i), 3);
    const uint64_t hash = SampleHash(rows.back().first);
    in_half += hash <= BoundOfShare(0.5);
    in_quarter += hash <= BoundOfShare(0.25);
    in_eighth += hash <= BoundOfShare(0.125);
  }
  ASSERT_GT(in_half, 20);
  Take(rows);
  Follow({{3, StraightLineModel(1)}, {2, StraightLineModel(-1)}});
  Settle();
  const v1::GetShadowComparisonResponse response = shadow_->Compare();
  const int expected = in_quarter <= 20 ? in_quarter : in_eighth;
  EXPECT_NEAR(response.share(), in_quarter <= 20 ? 0.25 : 0.125, 1e-15);
  ASSERT_EQ(response.comparisons_size(), 2);
  EXPECT_EQ(response.comparisons(0).customers(), expected);
  EXPECT_EQ(response.comparisons(1).customers(), expected);
  EXPECT_EQ(response.dropped(), 0);
  EXPECT_LT(response.scored(), 2 * in_half + 1);
}

TEST_F(ShadowChallengersTest, ErasedCustomersAreForgotten) {
  Take({{"anna", 3}, {"boris", 1.5}});
  Follow({{2, StraightLineModel(1)}});
  Settle();
  Take({{"anna", 2}});  // waits
  shadow_->Erase({"anna"});
  Settle();
  EXPECT_EQ(Comparisons(), "2 against 1: 1 customers, mean 0.1, bands 0 0 1 0");
}

TEST_F(ShadowChallengersTest, WhoIsErasedWhileBeingScoredIsNotKept) {
  Take({{"anna", 3}});
  Follow({{2, StraightLineModel(1)}});
  while_scoring_ = [this] { shadow_->Erase({"anna"}); };
  Settle();
  EXPECT_FALSE(static_cast<bool>(while_scoring_)) << "it was scored";
  EXPECT_EQ(Comparisons(), "2 against 1: 0 customers, mean 0, bands 0 0 0 0");
  EXPECT_EQ(shadow_->Compare().dropped(), 1);
}

}  // namespace
}  // namespace ebb::scorer
