// Records that grow without being read: RocksDB keeps what is appended beside the record and puts both together when it
// reads or compacts.
#pragma once

#include <deque>
#include <string>

#include "rocksdb/merge_operator.h"

namespace ebb::feature_store {

// Puts the message of a stored record (stored_record.h) behind that of another. The bytes of two protobuf messages, one
// behind the other, are their merge: the last of each number stands, repeated fields grow.
class AppendRecord final : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override;
  bool PartialMergeMulti(const rocksdb::Slice& key, const std::deque<rocksdb::Slice>& operands, std::string* merged,
                         rocksdb::Logger* logger) const override;
  const char* Name() const override { return "ebb.AppendRecord"; }
};

}  // namespace ebb::feature_store
