// ebb-bench-redis-hmget PORT CUSTOMERS CONNECTIONS SECONDS: Redis as a feature store written by hand. Stores 20 fields
// for each customer, then reads them: each connection sends HMGETs of all 20 fields for 100 random customers in one
// pipeline, turns every field into a number and goes on. Prints customers a second and latencies of a pipeline.

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/benchmarks/latencies.h"

namespace {

using Clock = std::chrono::steady_clock;
using ebb::benchmarks::Latencies;

constexpr int kFields = 20;
constexpr int kCustomersACall = 100;

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "redis: %s\n", what);
  std::exit(1);
}

class Connection {
 public:
  explicit Connection(int port) : context_(redisConnect("127.0.0.1", port), redisFree) {
    if (!context_ || context_->err) Fail("cannot connect");
  }

  void Append(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<size_t> sizes;
    for (const std::string& word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    if (redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(), sizes.data()) !=
        REDIS_OK) {
      Fail("the command was not taken");
    }
  }

  std::unique_ptr<redisReply, void (*)(void*)> Reply() {
    void* reply = nullptr;
    if (redisGetReply(context_.get(), &reply) != REDIS_OK) Fail(context_->errstr);
    return {static_cast<redisReply*>(reply), freeReplyObject};
  }

 private:
  const std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

std::string Key(size_t customer) { return "customer:" + std::to_string(customer); }

void Fill(int port, size_t customers) {
  Connection connection(port);
  for (size_t begin = 0; begin < customers; begin += kCustomersACall) {
    const size_t end = std::min(customers, begin + kCustomersACall);
    for (size_t customer = begin; customer < end; ++customer) {
      std::vector<std::string> words = {"HSET", Key(customer)};
      for (int field = 0; field < kFields; ++field) {
        words.push_back("f" + std::to_string(field));
        words.push_back(std::to_string(customer % 1'000) + "." + std::to_string(field));
      }
      connection.Append(words);
    }
    for (size_t customer = begin; customer < end; ++customer) connection.Reply();
  }
}

void Read(int port, size_t customers, uint64_t seed, Clock::time_point until, Latencies* latencies) {
  Connection connection(port);
  std::vector<std::string> words = {"HMGET", ""};
  for (int field = 0; field < kFields; ++field) words.push_back("f" + std::to_string(field));
  std::mt19937_64 random(seed);
  std::array<double, kFields> vector{};
  while (Clock::now() < until) {
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < kCustomersACall; ++i) {
      words[1] = Key(random() % customers);
      connection.Append(words);
    }
    for (int i = 0; i < kCustomersACall; ++i) {
      const auto reply = connection.Reply();
      if (reply->type != REDIS_REPLY_ARRAY || reply->elements != kFields) Fail("an answer without fields");
      for (int field = 0; field < kFields; ++field) vector[field] = std::strtod(reply->element[field]->str, nullptr);
    }
    latencies->Add(Clock::now() - begin);
  }
  if (vector[1] < 0) Fail("a value that was never stored");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const int port = std::atoi(argv[1]);
  const size_t customers = std::strtoull(argv[2], nullptr, 10);
  std::vector<Latencies> latencies(std::atoi(argv[3]));
  Fill(port, customers);
  const Clock::time_point begin = Clock::now();
  const Clock::time_point until = begin + std::chrono::milliseconds(static_cast<int64_t>(std::atof(argv[4]) * 1e3));
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < latencies.size(); ++i) {
      threads.emplace_back([&, i] { Read(port, customers, i, until, &latencies[i]); });
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  Latencies all;
  for (const Latencies& mine : latencies) all.Add(mine);
  std::printf("{\"customers_per_second\":%.1f,\"p50_ms\":%.4f,\"p99_ms\":%.4f}\n",
              static_cast<double>(all.count()) * kCustomersACall / seconds, all.Milliseconds(0.5),
              all.Milliseconds(0.99));
}
