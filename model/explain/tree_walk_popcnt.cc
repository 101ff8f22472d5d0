// Counts bits in one instruction: compiled with -mpopcnt, called only where the processor has it.
#include "model/explain/tree_walk.h"
#include "model/explain/tree_walk_body.inc"

namespace ebb {

extern const TreeWalkFunction kPopcntTreeWalk;
const TreeWalkFunction kPopcntTreeWalk = Walk;

}  // namespace ebb
