#include "trainer/fit/smo_lanes.h"

namespace ebb::trainer {

extern const SmoLanes kSse2SmoLanes;
extern const SmoLanes kAvx2SmoLanes;

const SmoLanes& ChosenSmoLanes() {
  static const SmoLanes& chosen = __builtin_cpu_supports("avx2") ? kAvx2SmoLanes : kSse2SmoLanes;
  return chosen;
}

const SmoLanes* const* RunnableSmoLanes(size_t* count) {
  static const SmoLanes* const all[] = {&kSse2SmoLanes, &kAvx2SmoLanes};
  *count = __builtin_cpu_supports("avx2") ? 2 : 1;
  return all;
}

}  // namespace ebb::trainer
