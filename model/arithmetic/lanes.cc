#include "model/arithmetic/lanes.h"

namespace ebb {

extern const Lanes kSse2Lanes;
extern const Lanes kAvx2Lanes;
extern const Lanes kAvx512Lanes;

const Lanes& ChosenLanes() {
  static const Lanes& chosen = []() -> const Lanes& {
    size_t count = 0;
    const Lanes* const* all = RunnableLanes(&count);
    return *all[count - 1];
  }();
  return chosen;
}

const Lanes* const* RunnableLanes(size_t* count) {
  static const Lanes* const all[] = {&kSse2Lanes, &kAvx2Lanes, &kAvx512Lanes};
  *count = __builtin_cpu_supports("avx512f") ? 3 : __builtin_cpu_supports("avx2") ? 2 : 1;
  return all;
}

}  // namespace ebb
