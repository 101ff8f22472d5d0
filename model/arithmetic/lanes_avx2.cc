// AVX2: compiled with -mavx2, called only where the processor has it.
#include "model/arithmetic/lanes.h"

#define EBB_WIDTH 4
#include "model/arithmetic/lanes_body.inc"

namespace ebb {

extern const Lanes kAvx2Lanes;
const Lanes kAvx2Lanes = MakeLanes("avx2");

}  // namespace ebb
