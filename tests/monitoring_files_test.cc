// Dashboards, alerts and their documentation name only metrics that exist: those of the golden pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace ebb {
namespace {

std::string MonitoringText(const std::string& path) {
  std::ifstream file(std::string(EBB_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::set<std::string> AllMatches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

// Names of the metrics, without what Prometheus makes of a histogram.
std::set<std::string> ServedMetrics() {
  std::set<std::string> names = AllMatches(MonitoringText("runtime/process_metrics.cc"), "\"(process_[a-z_]+)\"");
  EXPECT_FALSE(names.empty());
  for (const char* page : {"feature_store/store_metrics_test.golden", "trainer/trainer_metrics_test.golden",
                           "scorer/scorer_metrics_test.golden"}) {
    const std::set<std::string> of_page = AllMatches(MonitoringText(page), "# TYPE (\\S+) ");
    EXPECT_GT(of_page.size(), 10u) << page;
    names.insert(of_page.begin(), of_page.end());
  }
  return names;
}

std::set<std::string> WithHistogramSeries(const std::set<std::string>& names) {
  std::set<std::string> series = names;
  for (const std::string& name : names) {
    for (const char* suffix : {"_bucket", "_sum", "_count"}) series.insert(name + suffix);
  }
  return series;
}

std::set<std::string> NamesUsed(const std::string& text) {
  return AllMatches(text, "\\b((?:ebb|process)_[a-z0-9_]+)\\b");
}

void ExpectServed(const std::string& where, const std::set<std::string>& used) {
  const std::set<std::string> series = WithHistogramSeries(ServedMetrics());
  for (const std::string& name : used) EXPECT_TRUE(series.contains(name)) << where << ": no service has " << name;
}

TEST(MonitoringFiles, DashboardsShowMetricsThatExist) {
  std::set<std::string> titles;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(EBB_SOURCE_DIR) + "/deploy/grafana")) {
    const std::string name = entry.path().filename().string();
    const nlohmann::json dashboard = nlohmann::json::parse(MonitoringText("deploy/grafana/" + name));
    titles.insert(dashboard.at("title"));
    std::set<int> ids;
    for (const nlohmann::json& panel : dashboard.at("panels")) {
      EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second) << name << ": two panels have one id";
      ASSERT_FALSE(panel.at("targets").empty()) << name << ": " << panel.at("title");
      for (const nlohmann::json& target : panel.at("targets")) {
        const std::set<std::string> used = NamesUsed(target.at("expr"));
        EXPECT_TRUE(!used.empty() || target.at("expr").get<std::string>().starts_with("up{")) << target.at("expr");
        ExpectServed(name, used);
      }
    }
  }
  EXPECT_THAT(titles, ::testing::ElementsAre("Ebb: operation", "Ebb: retention"));
}

TEST(MonitoringFiles, AlertsWatchMetricsThatExistAndAreExplained) {
  const std::string alerts = MonitoringText("deploy/alerts.yml");
  ExpectServed("alerts.yml", NamesUsed(alerts));
  const std::set<std::string> names = AllMatches(alerts, "- alert: (\\w+)");
  EXPECT_GT(names.size(), 10u);
  const std::string docs = MonitoringText("docs/monitoring.md");
  EXPECT_EQ(names, AllMatches(docs, "\n\\| `(Ebb\\w+)` \\|")) << "docs/monitoring.md says what to do on each alert";
}

TEST(MonitoringFiles, DocumentationListsEveryMetric) {
  const std::string docs = MonitoringText("docs/monitoring.md");
  std::set<std::string> listed = AllMatches(docs, "\n\\| `((?:ebb|process)_[a-z0-9_]+)");
  EXPECT_EQ(listed, ServedMetrics());
}

// What the configuration scrapes is what `ebb up --metrics` serves at the default port base.
TEST(MonitoringFiles, PrometheusScrapesAllThreeServices) {
  const std::set<std::string> targets =
      AllMatches(MonitoringText("deploy/prometheus.yml"), "targets: \\[\"(\\S+)\"\\]");
  EXPECT_EQ(targets, (std::set<std::string>{"127.0.0.1:7504", "127.0.0.1:7505", "127.0.0.1:7506"}));
}

}  // namespace
}  // namespace ebb
