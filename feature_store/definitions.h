#pragma once

#include <cstdint>

#include "feature_store/compiled_declarations.h"

namespace ebb::feature_store {

// By which declarations customers are folded. Borrowed; they live as long as the store.
struct Definitions {
  // What every answer is computed by.
  const CompiledDeclarations* served = nullptr;
  // To be served as soon as every customer has its aggregates under it, too. Null: nothing is being prepared.
  const CompiledDeclarations* next = nullptr;
  // Entries of the log from this position on are folded under `next` for every customer; those before it at first only
  // for customers whose aggregates under `next` are complete already. 0: this process has not got there yet.
  uint64_t next_from = 0;
};

}  // namespace ebb::feature_store
