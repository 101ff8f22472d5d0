#include "trainer/fit/smo_lanes.h"

namespace ebb::trainer {

extern const SmoLanes kSse2SmoLanes;
extern const SmoLanes kAvx2SmoLanes;
extern const SmoLanes kAvx512SmoLanes;

const SmoLanes& ChosenSmoLanes() {
  static const SmoLanes& chosen = []() -> const SmoLanes& {
    size_t count = 0;
    const SmoLanes* const* all = RunnableSmoLanes(&count);
    return *all[count - 1];
  }();
  return chosen;
}

const SmoLanes* const* RunnableSmoLanes(size_t* count) {
  static const SmoLanes* const all[] = {&kSse2SmoLanes, &kAvx2SmoLanes, &kAvx512SmoLanes};
  *count = __builtin_cpu_supports("avx512f") ? 3 : __builtin_cpu_supports("avx2") ? 2 : 1;
  return all;
}

}  // namespace ebb::trainer
