// What a store refuses, said in the words of the files: the store knows rows of a snapshot, their owner knows files,
// lines and columns.
#pragma once

#include "absl/status/status.h"
#include "clients/cli/one_click/shop_import.h"

namespace ebb::one_click {

// The store's refusal of a row (`rows[17].snapshot.values[8].decimal: found `1e3`; must be …`) as an error of the cell
// that the value was read from. Any other status is returned as it is. Pure; safe from any thread.
absl::Status AtItsCell(const absl::Status& refused, const ShopImport& import);

}  // namespace ebb::one_click
