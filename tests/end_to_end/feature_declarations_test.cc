// `ebb features list`, `check` and `diff`, with the real store and without any.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_replace.h"
#include "tests/support/services.h"

namespace ebb::testing {
namespace {

using ::testing::HasSubstr;

class FeatureDeclarations : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = services_.folder() + "/features.textproto";
    std::ofstream(path) << text;
    return path;
  }

  Services services_;
};

TEST_F(FeatureDeclarations, AreCheckedWithoutAStore) {
  const std::string good =
      "features { name: 'a' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 7 } }\n";
  const std::string file = Write(good);
  Outcome outcome = services_.Ebb({"features", "check", file});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, file + ": 1 features, no mistakes\n");
  EXPECT_EQ(services_.Ebb({"features", "check", file, "-o", "csv"}).out, "file,line,column,rule\n");
  outcome = services_.Ebb({"features", "check", file, "--retention", "72h", "-o", "json"});
  EXPECT_EQ(outcome.exit_status, 1);
  const auto too_long = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(too_long.size(), 1u) << outcome.out;
  EXPECT_EQ(too_long[0]["line"], 1);
  EXPECT_EQ(too_long[0]["column"], 70);
  EXPECT_THAT(too_long[0]["rule"].get<std::string>(), HasSubstr("the store keeps events for 3 days"));
  EXPECT_EQ(services_.Ebb({"features", "check", file, "--retention", "soon"}).exit_status, 2);

  Write(good +
        "features {\n  name: 'a'\n  role: INPUT\n  field: PAGE_VIEW\n  aggregation: COUNT\n  window { days: 0 }\n}");
  outcome = services_.Ebb({"features", "check", file});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_EQ(outcome.err, file + ":2:1: feature `a`: name: is declared twice\n" + file +
                             ":7:3: feature `a`: window: days must be 1 to 1096, is 0\n" + "ebb: 2 mistakes in " +
                             file + "\n");

  outcome = services_.Ebb({"features", "check", file + ".gone"});
  EXPECT_EQ(outcome.exit_status, 3);
}

TEST_F(FeatureDeclarations, AreListedWrittenAndCompared) {
  services_.Start(Services::kFeatureStore);
  const Outcome list = services_.Ebb({"features", "list", "-o", "json"});
  ASSERT_EQ(list.exit_status, 0) << list.err;
  const auto features = nlohmann::json::parse(list.out);
  ASSERT_EQ(features.size(), 26u);
  const auto revenue = *std::find_if(features.begin(), features.end(),
                                     [](const auto& feature) { return feature["feature"] == "revenue_month_1"; });
  EXPECT_EQ(revenue["from"], "sum(purchase_amount) * 0.01");
  EXPECT_EQ(revenue["window"], "1 month, 1 back");
  EXPECT_EQ(revenue["unit"], "money");
  const auto visit = *std::find_if(features.begin(), features.end(),
                                   [](const auto& feature) { return feature["feature"] == "days_since_last_visit"; });
  EXPECT_EQ(visit["role"], "input once covered");
  EXPECT_EQ(visit["default"], "missing");
  EXPECT_EQ(features.back()["feature"], "birthday");
  EXPECT_EQ(features.back()["role"], "segment");

  const Outcome text = services_.Ebb({"features", "list", "--text"});
  ASSERT_EQ(text.exit_status, 0) << text.err;
  const std::string file = Write(text.out);
  const Outcome same = services_.Ebb({"features", "diff", file, "-o", "json"});
  ASSERT_EQ(same.exit_status, 0) << same.err;
  EXPECT_EQ(nlohmann::json::parse(same.out).size(), 0u) << same.out;

  Write(absl::StrReplaceAll(text.out, {{"minutes_month_1", "minutes_before"}}));
  const Outcome diff = services_.Ebb({"features", "diff", file, "-o", "json"});
  ASSERT_EQ(diff.exit_status, 0) << diff.err;
  const auto changes = nlohmann::json::parse(diff.out);
  ASSERT_EQ(changes.size(), 2u) << diff.out;
  EXPECT_EQ(changes[0]["feature"], "minutes_before");
  EXPECT_EQ(changes[0]["change"], "added");
  EXPECT_EQ(changes[1]["feature"], "minutes_month_1");
  EXPECT_EQ(changes[1]["back_fill"], true);
  EXPECT_EQ(changes[1]["new_model"], true);

  Write("features {");
  const Outcome broken = services_.Ebb({"features", "diff", file});
  EXPECT_EQ(broken.exit_status, 1);
  EXPECT_THAT(broken.err, HasSubstr(file + ":1:11: "));
}

}  // namespace
}  // namespace ebb::testing
