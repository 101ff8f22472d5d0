// SSE2: the baseline of x86-64.
#include "model/arithmetic/lanes.h"

#define EBB_WIDTH 4
#include "model/arithmetic/lanes_body.inc"

namespace ebb {

extern const Lanes kSse2Lanes;
const Lanes kSse2Lanes = MakeLanes("sse2");

}  // namespace ebb
