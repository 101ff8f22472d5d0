#include "tests/benchmarks/redis_load.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "tests/support/process.h"
#include "tests/support/services.h"

namespace ebb::benchmarks {
namespace {

[[noreturn]] void Fail(const std::string& what) {
  fmt::print(stderr, "redis: {}\n", what);
  std::abort();
}

void WaitUntilAnswering(const std::string& port) {
  for (int tries = 0; tries < 500; ++tries) {
    if (testing::RunProgram({"/usr/bin/redis-cli", "-p", port, "ping"}).out == "PONG\n") return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  Fail("the server does not answer");
}

}  // namespace

double RunRedisIncrements(const std::string& folder, int64_t commands, int64_t keys) {
  const std::string port = std::to_string(testing::FreePort());
  testing::Process server({"/usr/bin/redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save",
                           "", "--appendonly", "yes", "--appendfsync", "everysec"},
                          folder + "/redis.log");
  WaitUntilAnswering(port);
  const testing::Outcome outcome = testing::RunProgram(
      {"/usr/bin/redis-benchmark", "-p", port, "-P", "100", "-c", "4", "-n", std::to_string(commands), "-r",
       std::to_string(keys), "--csv", "HINCRBYFLOAT", "customer:__rand_int__", "revenue", "1.5"});
  server.Kill(SIGTERM);
  // A line of names, then "the command","rate",...
  const std::vector<std::string> lines = absl::StrSplit(outcome.out, '\n', absl::SkipEmpty());
  if (lines.size() < 2) Fail(outcome.err);
  const std::vector<std::string> cells = absl::StrSplit(lines[1], "\",\"");
  double rate = 0;
  if (cells.size() < 2 || !absl::SimpleAtod(cells[1], &rate)) Fail(outcome.out);
  return rate;
}

}  // namespace ebb::benchmarks
