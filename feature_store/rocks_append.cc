#include "feature_store/rocks_append.h"

#include "absl/strings/string_view.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

// False where one of the two is no record.
bool Append(const rocksdb::Slice& record, std::string* to) {
  absl::string_view message;
  if (!MessageOf({record.data(), record.size()}, &message)) return false;
  if (to->empty()) {
    to->assign(record.data(), record.size());
  } else {
    to->append(message.data(), message.size());
  }
  return true;
}

}  // namespace

bool AppendRecord::FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const {
  out->new_value.clear();
  if (in.existing_value != nullptr && !Append(*in.existing_value, &out->new_value)) return false;
  for (const rocksdb::Slice& operand : in.operand_list) {
    if (!Append(operand, &out->new_value)) return false;
  }
  return true;
}

bool AppendRecord::PartialMergeMulti(const rocksdb::Slice&, const std::deque<rocksdb::Slice>& operands,
                                     std::string* merged, rocksdb::Logger*) const {
  merged->clear();
  for (const rocksdb::Slice& operand : operands) {
    if (!Append(operand, merged)) return false;
  }
  return true;
}

}  // namespace ebb::feature_store
