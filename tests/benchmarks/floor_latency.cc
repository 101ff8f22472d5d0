// ebb-bench-floor FILE RATE SECONDS: the least that a durable stream costs on this machine. Each millisecond a message
// of as many 65 bytes as events are due goes over a loopback connection; what has come together is appended to FILE,
// fdatasynced, and goes on over a second connection. Prints milliseconds from when it was due, without the first tenth.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/benchmarks/latencies.h"

namespace {

using Clock = std::chrono::steady_clock;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::exit(1);
}

// Both ends of a TCP connection over loopback.
std::pair<int, int> Connected() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0), from = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  Require(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener, 1) == 0, "listen");
  Require(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  Require(connect(from, reinterpret_cast<sockaddr*>(&address), size) == 0, "connect");
  const int to = accept(listener, nullptr, nullptr);
  const int on = 1;
  for (const int end : {from, to}) setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  close(listener);
  return {from, to};
}

void WriteAll(int file, const std::vector<char>& bytes, size_t count) {
  for (size_t at = 0; at < count;) {
    const ssize_t written = write(file, bytes.data() + at, count - at);
    Require(written > 0, "write");
    at += static_cast<size_t>(written);
  }
}

void ReadAll(int file, std::vector<char>& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t got = read(file, bytes.data() + at, bytes.size() - at);
    Require(got > 0, "read");
    at += static_cast<size_t>(got);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int file = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
  Require(file >= 0, argv[1]);
  const size_t bytes = 65 * std::strtoull(argv[2], nullptr, 10) / 1'000;
  const size_t messages = 1'000 * std::strtoull(argv[3], nullptr, 10);
  const auto [sender, store] = Connected();
  const auto [teller, subscriber] = Connected();
  const Clock::time_point begin = Clock::now() + std::chrono::milliseconds(100);
  const auto due_at = [begin](size_t message) { return begin + std::chrono::milliseconds(message); };
  std::thread sending([&, end = sender] {
    const std::vector<char> message(bytes);
    for (size_t m = 0; m < messages; ++m) {
      std::this_thread::sleep_until(due_at(m));
      WriteAll(end, message, bytes);
    }
  });
  std::thread storing([&, from = store, to = teller] {
    std::vector<char> together(1 << 20);
    for (size_t stored = 0; stored < messages * bytes;) {
      const ssize_t got = read(from, together.data(), together.size());
      Require(got > 0, "read");
      const auto count = static_cast<size_t>(got);
      WriteAll(file, together, count);
      Require(fdatasync(file) == 0, "fdatasync");
      WriteAll(to, together, count);
      stored += count;
    }
  });
  ebb::benchmarks::Latencies latencies;
  std::vector<char> message(bytes);
  for (size_t m = 0; m < messages; ++m) {
    ReadAll(subscriber, message);
    if (m >= messages / 10) latencies.Add(Clock::now() - due_at(m));
  }
  sending.join();
  storing.join();
  std::printf("{\"p50_ms\":%.4f,\"p99_ms\":%.4f}\n", latencies.Milliseconds(0.5), latencies.Milliseconds(0.99));
}
