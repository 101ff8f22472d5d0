#include "model/arithmetic/lanes.h"

namespace ebb {

extern const Lanes kSse2Lanes;
extern const Lanes kAvx2Lanes;

const Lanes& ChosenLanes() {
  static const Lanes& chosen = __builtin_cpu_supports("avx2") ? kAvx2Lanes : kSse2Lanes;
  return chosen;
}

const Lanes* const* RunnableLanes(size_t* count) {
  static const Lanes* const all[] = {&kSse2Lanes, &kAvx2Lanes};
  *count = __builtin_cpu_supports("avx2") ? 2 : 1;
  return all;
}

}  // namespace ebb
