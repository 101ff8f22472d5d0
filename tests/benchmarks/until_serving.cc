// ebb-bench-until-serving ADDRESS…: waits until the servers at all of them say SERVING. Prints the seconds.

#include <chrono>
#include <cstdio>

#include "tests/benchmarks/stream_load.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 1; i < argc; ++i) ebb::benchmarks::WaitUntilServing(argv[i]);
  std::printf("{\"seconds\":%.6f}\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}
