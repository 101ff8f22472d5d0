#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace ebb::trainer {

// Calls work(0) … work(count - 1), each once, on up to `threads` threads, this one among them, and returns when all are
// done. Which thread takes which is left to chance: results must go to places of their own.
inline void ParallelFor(size_t count, int threads, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next = 0;
  const auto take = [&] {
    for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::jthread> others;
  for (int t = 1; t < threads && static_cast<size_t>(t) < count; ++t) others.emplace_back(take);
  take();
}

}  // namespace ebb::trainer
