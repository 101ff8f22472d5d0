#include "model/explain/tree_walk.h"

namespace ebb {

extern const TreeWalkFunction kPlainTreeWalk;
extern const TreeWalkFunction kPopcntTreeWalk;

TreeWalkFunction ChosenTreeWalk() {
  static const TreeWalkFunction chosen = __builtin_cpu_supports("popcnt") ? kPopcntTreeWalk : kPlainTreeWalk;
  return chosen;
}

const TreeWalkFunction* RunnableTreeWalks(size_t* count) {
  static const TreeWalkFunction all[] = {kPlainTreeWalk, kPopcntTreeWalk};
  *count = __builtin_cpu_supports("popcnt") ? 2 : 1;
  return all;
}

}  // namespace ebb
