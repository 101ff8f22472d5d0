#include "runtime/metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "runtime/process_metrics.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, ThePageIsWhatPrometheusReads) {
  Histogram seconds({0.5, 1, 2});
  for (const double value : {0.25, 1.0, 1.5, 64.0}) seconds.Observe(value);
  MetricPage page;
  page.AddCounter("things_total", "Things done.", 3);
  page.AddGauge("queue_bytes", "Bytes that wait.", 7, {{"queue", "near"}});
  page.AddGauge("queue_bytes", "Bytes that wait.", 8, {{"queue", "far"}});
  page.AddHistogram("work_seconds", "How long a thing takes.", seconds);
  EXPECT_EQ(page.Text(),
            "# HELP things_total Things done.\n"
            "# TYPE things_total counter\n"
            "things_total 3\n"
            "# HELP queue_bytes Bytes that wait.\n"
            "# TYPE queue_bytes gauge\n"
            "queue_bytes{queue=\"near\"} 7\n"
            "queue_bytes{queue=\"far\"} 8\n"
            "# HELP work_seconds How long a thing takes.\n"
            "# TYPE work_seconds histogram\n"
            "work_seconds_count 4\n"
            "work_seconds_sum 66.75\n"
            "work_seconds_bucket{le=\"0.5\"} 1\n"
            "work_seconds_bucket{le=\"1\"} 2\n"
            "work_seconds_bucket{le=\"2\"} 3\n"
            "work_seconds_bucket{le=\"+Inf\"} 4\n");
}

TEST(Metrics, AHistogramLosesNothingUnderManyThreads) {
  Histogram sizes({10});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int value = 0; value < 1'000; ++value) sizes.Observe(value % 20);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sizes.count(0), 4 * 550u) << "a bound belongs to its range";
  EXPECT_EQ(sizes.count(1), 4 * 450u);
  EXPECT_EQ(sizes.sum(), 4 * 9'500.0);
}

std::string Get(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    (void)!write(fd, request.data(), request.size());
    char buffer[4096];
    for (ssize_t size; (size = read(fd, buffer, sizeof(buffer))) > 0;) answer.append(buffer, size);
  }
  close(fd);
  return answer;
}

TEST(Metrics, AreServedAsTheyAreAtEachReading) {
  int readings = 0;
  const auto server = MetricsServer::Start(
      {"127.0.0.1", 0}, {[&](MetricPage* page) { page->AddCounter("readings_total", "How often read.", ++readings); }});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT(Get((*server)->port(), "/metrics"), HasSubstr("\nreadings_total 1\n"));
  EXPECT_THAT(Get((*server)->port(), "/metrics"), HasSubstr("\nreadings_total 2\n"));
  EXPECT_THAT(Get((*server)->port(), "/"), HasSubstr("404"));
}

TEST(Metrics, ATakenPortIsNamed) {
  const auto first = MetricsServer::Start({"127.0.0.1", 0}, {});
  ASSERT_TRUE(first.ok()) << first.status();
  const auto port = static_cast<uint16_t>((*first)->port());
  const auto second = MetricsServer::Start({"127.0.0.1", port}, {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(absl::StrCat("127.0.0.1:", port)));
}

TEST(Metrics, TheProcessKnowsItself) {
  const ProcessFigures figures = ReadProcessFigures();
  EXPECT_GT(figures.resident_bytes, 1u << 20);
  EXPECT_GE(figures.open_files, 3u);
  EXPECT_GE(figures.most_open_files, figures.open_files);
  EXPECT_GE(figures.cpu_seconds, 0);
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  EXPECT_LE(figures.started_at, now + 5);
  EXPECT_GT(figures.started_at, now - 86'400) << "a test that has run for a day";
  MetricPage page;
  AddProcessMetrics(&page);
  EXPECT_THAT(page.Text(), HasSubstr("\nprocess_resident_memory_bytes "));
}

}  // namespace
}  // namespace ebb
