// The joined rows as the feature store takes them.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/one_click/customer_join.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::one_click {

struct Snapshot {
  // SHA-256, in hexadecimal, over the rows in canonical form: the same content gives the same id whatever the files'
  // order of rows, dialect and spelling, so that importing it again counts once.
  std::string id;
  std::vector<v1::SnapshotRow> rows;  // in the order of the customers
};

// A customer about whom the files say nothing but the id is left out: the store takes no row without a value.
Snapshot MakeSnapshot(const JoinedShop& shop);

}  // namespace ebb::one_click
