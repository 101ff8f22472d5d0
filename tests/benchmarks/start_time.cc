// ebb-bench-start ADDRESS SIGNAL COMMAND...: starts a server, waits until its health check says SERVING, gives it half
// a second to settle, ends it with the signal. Prints the seconds from the start to SERVING and the memory then.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/benchmarks/stream_load.h"
#include "tests/support/process.h"

namespace {

double ResidentMib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib / 1024;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto begin = std::chrono::steady_clock::now();
  ebb::testing::Process server(std::vector<std::string>(argv + 3, argv + argc), "/dev/stderr");
  ebb::benchmarks::WaitUntilServing(argv[1]);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const double resident = ResidentMib(server.pid());
  server.Kill(std::atoi(argv[2]));
  std::printf("{\"seconds\":%.6f,\"resident_mib\":%.2f}\n", seconds, resident);
}
