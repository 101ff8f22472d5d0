#include "scorer/reason_writer.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "model/testing/models.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kAsOf = 1'700'000'000'000'000;

class ReasonWriterTest : public ::testing::Test {
 protected:
  ReasonWriterTest() { Serve(testing_models::ModelOf({testing_models::Logistic()}), 7); }

  void Serve(TrainedModel model, int64_t version) {
    slot_.Set(MakeServedModel(std::move(model), version, "digest", {.risk_threshold = 0.7}));
  }
  v1::Score Fill(const std::string& customer, int64_t sequence, const ReasonsWanted& wanted = {.count = 32},
                 int64_t as_of_seconds = kAsOf / 1'000'000) const {
    v1::Score score;
    score.set_customer_id(customer);
    score.set_sequence(sequence);
    score.set_model_version(7);
    score.mutable_as_of()->set_seconds(as_of_seconds);
    writer_.Fill(wanted, &score);
    return score;
  }
  static std::vector<std::string> Sentences(const v1::Score& score) {
    std::vector<std::string> sentences;
    for (const v1::Contribution& c : score.reasons().contributions()) sentences.push_back(c.sentence());
    return sentences;
  }

  std::map<std::string, FeatureVector, std::less<>> customers_ = {{"anna", testing_models::Vector(5, 10, "premium")},
                                                                  {"boris", testing_models::Vector(1, 7, "standard")}};
  int64_t as_of_ = kAsOf;
  int lookups_ = 0;
  ModelSlot slot_;
  const ReasonWriter writer_{
      &slot_,
      [this](std::string_view id, const TrainedModel& model) -> absl::StatusOr<std::optional<KnownInputs>> {
        ++lookups_;
        if (id == "torn") return absl::FailedPreconditionError("an input is lacking");
        const auto found = customers_.find(id);
        if (found == customers_.end()) return std::nullopt;
        EXPECT_EQ(model.schema.size(), found->second.size());
        return KnownInputs{.vector = found->second, .monthly_profit = std::nullopt, .as_of_micros = as_of_};
      },
      /*most_kept=*/2};
};

TEST_F(ReasonWriterTest, TellsTheGreatestContributionsAndLeavesOutNone) {
  const v1::Score score = Fill("anna", 1);
  EXPECT_EQ(score.reasons().method(), v1::EXACT_LINEAR);
  EXPECT_EQ(score.reasons().scale(), v1::LOG_ODDS);
  EXPECT_EQ(score.reasons().as_of().seconds(), kAsOf / 1'000'000);
  // The revenue is the median and moves nothing.
  EXPECT_THAT(Sentences(score), ElementsAre("tier: premium (usually standard) – lowers the risk",
                                            "visits: 5 (usually 3) – raises the risk"));
  const v1::Contribution& visits = score.reasons().contributions(1);
  EXPECT_EQ(visits.feature(), "visits");
  EXPECT_EQ(visits.group(), "site");
  EXPECT_EQ(visits.number(), 5);
  EXPECT_EQ(visits.contribution(), 1);
  EXPECT_TRUE(visits.lever());
}

TEST_F(ReasonWriterTest, TellsAsManyAsAreWantedInTheLanguageAskedFor) {
  EXPECT_THAT(Sentences(Fill("anna", 1, {.count = 1, .language = v1::RUSSIAN})),
              ElementsAre("tier: premium (обычно standard) — снижает риск"));
  EXPECT_FALSE(Fill("anna", 1, {.count = 0}).has_reasons());
}

TEST_F(ReasonWriterTest, NamesTheQuickMethodWhereTheExactOneIsSlow) {
  Serve(testing_models::ModelOf({testing_models::Neighbours()}), 7);
  EXPECT_EQ(Fill("anna", 1).reasons().method(), v1::REPLACEMENT);
  EXPECT_EQ(Fill("anna", 1).reasons().scale(), v1::SHARE);
}

TEST_F(ReasonWriterTest, ExplainsAChangeOnceForAllSubscribers) {
  Fill("anna", 1, {.count = 0});
  EXPECT_EQ(lookups_, 0);
  for (int i = 0; i < 3; ++i) Fill("anna", 1, {.count = i + 1});
  EXPECT_EQ(lookups_, 1);
  Fill("anna", 2);
  EXPECT_EQ(lookups_, 2);
}

TEST_F(ReasonWriterTest, KeepsNoMoreThanItMay) {
  for (const int64_t sequence : {1, 2, 3}) Fill("anna", sequence);
  EXPECT_EQ(lookups_, 3);
  Fill("anna", 3);
  Fill("anna", 2);
  EXPECT_EQ(lookups_, 3);
  Fill("anna", 1);  // was the oldest of three
  EXPECT_EQ(lookups_, 4);
}

TEST_F(ReasonWriterTest, ExplainsAnewWhatMovedOnWithoutBeingPublished) {
  Fill("anna", 1);
  as_of_ += 60'000'000;
  customers_["anna"] = testing_models::Vector(1, 10, "standard");
  EXPECT_EQ(Fill("anna", 1).reasons().as_of().seconds(), kAsOf / 1'000'000);
  const v1::Score later = Fill("anna", 1, {.count = 32}, as_of_ / 1'000'000);
  EXPECT_EQ(later.reasons().as_of().seconds(), as_of_ / 1'000'000);
  EXPECT_THAT(Sentences(later), ElementsAre("visits: 1 (usually 3) – lowers the risk"));
}

TEST_F(ReasonWriterTest, AnotherModelIsNotExplainedForThisOne) {
  Fill("anna", 1);
  Serve(testing_models::ModelOf({testing_models::Tree()}), 8);
  EXPECT_FALSE(Fill("anna", 1).has_reasons());
  Serve(testing_models::ModelOf({testing_models::Tree()}), 7);  // one more with this number
  EXPECT_EQ(Fill("boris", 2).reasons().method(), v1::EXACT_TREE);
  slot_.Set(nullptr);
  EXPECT_FALSE(Fill("anna", 1).has_reasons());
}

TEST_F(ReasonWriterTest, ScoresGoOutWithoutReasonsWhereNothingIsKnown) {
  EXPECT_FALSE(Fill("nobody", 1).has_reasons());
  EXPECT_FALSE(Fill("torn", 2).has_reasons());
  customers_["vera"] = testing_models::Vector(HUGE_VAL, 1, "standard");
  EXPECT_FALSE(Fill("vera", 3).has_reasons());
  EXPECT_EQ(Fill("boris", 4).customer_id(), "boris");
}

TEST(ReasonsOfTest, ChecksTheRequest) {
  const struct {
    const char *request, *refusal;
  } kCases[] = {
      {"", ""},
      {"reasons: 32 language: RUSSIAN", ""},
      {"reasons: 33", "reasons is 33, must be from 0 to 32"},
      {"reasons: -1", "reasons is -1, must be from 0 to 32"},
      {"language: 17", "language is the unknown 17"},
  };
  for (const auto& c : kCases) {
    v1::SubscribeRequest request;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(c.request, &request)) << c.request;
    const auto wanted = ReasonsOf(request);
    std::string refusal;
    if (!wanted.ok()) {
      const auto details = BadRequestOf(wanted.status());
      ASSERT_TRUE(details.has_value());
      refusal = details->field_violations(0).field() + " " + details->field_violations(0).description();
    }
    EXPECT_EQ(refusal, c.refusal) << c.request;
  }
}

}  // namespace
}  // namespace ebb::scorer
