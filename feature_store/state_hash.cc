#include "feature_store/state_hash.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "feature_store/event_time.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are hashed as they lie in memory");

// Fields with their lengths, so that no two lists of fields have the same bytes.
class FieldDigest {
 public:
  void Add(std::string_view bytes) {
    Add(static_cast<int64_t>(bytes.size()));
    stream_.Add({bytes.data(), bytes.size()});
  }
  void Add(int64_t number) { stream_.Add({reinterpret_cast<const char*>(&number), sizeof(number)}); }
  Sha256Digest Finish() { return stream_.Finish(); }

 private:
  Sha256Stream stream_;
};

}  // namespace

Sha256Digest CustomerDigest(const CompiledDeclarations& declarations, std::string_view customer_id, CustomerState state,
                            absl::Time as_of, std::span<const v1::Event* const> ahead) {
  FeatureValues values;
  ComputeValues(declarations, state, as_of, &values);
  state.DropExpired(declarations, as_of);
  std::vector<std::pair<int64_t, std::string_view>> identities;
  for (const v1::Event* event : ahead) identities.emplace_back(ToMicros(event->event_time()), event->event_id());
  std::sort(identities.begin(), identities.end());

  FieldDigest digest;
  digest.Add(customer_id);
  digest.Add(state.Serialize(declarations));
  digest.Add(values.bytes());
  for (const auto& [time_us, event_id] : identities) {
    digest.Add(time_us);
    digest.Add(event_id);
  }
  return digest.Finish();
}

void StateHash::Add(const Sha256Digest& digest) {
  std::array<uint64_t, 4> number;
  std::memcpy(number.data(), digest.data(), digest.size());
  unsigned __int128 carry = 0;
  for (size_t i = 0; i < sum_.size(); ++i) {
    carry += static_cast<unsigned __int128>(sum_[i]) + number[i];
    sum_[i] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
}

std::string StateHash::Hex() const {
  std::array<char, 32> bytes;
  std::memcpy(bytes.data(), sum_.data(), bytes.size());
  return absl::BytesToHexString({bytes.data(), bytes.size()});
}

}  // namespace ebb::feature_store
