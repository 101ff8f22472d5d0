// Counts bits as every x86-64 processor can.
#include "model/explain/tree_walk.h"
#include "model/explain/tree_walk_body.inc"

namespace ebb {

extern const TreeWalkFunction kPlainTreeWalk;
const TreeWalkFunction kPlainTreeWalk = Walk;

}  // namespace ebb
