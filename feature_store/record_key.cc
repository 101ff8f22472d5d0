#include "feature_store/record_key.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace ebb::feature_store {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr size_t kEventIdAt = std::tuple_size_v<Pseudonym> + sizeof(uint64_t);

template <typename Number>
void AppendBigEndian(Number number, std::string* out) {
  for (int shift = 8 * (sizeof(Number) - 1); shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift));
}

template <typename Number>
Number ReadBigEndian(absl::string_view bytes) {
  Number number = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) number = (number << 8) | static_cast<uint8_t>(bytes[i]);
  return number;
}

absl::Status BadKey(absl::string_view family, size_t size) {
  return absl::DataLossError(absl::StrCat("a key of the family `", family, "` has ", size, " bytes"));
}

}  // namespace

std::string LogKey(uint64_t sequence) {
  std::string key;
  AppendBigEndian(sequence, &key);
  return key;
}

std::string StateKey(uint32_t customer) {
  std::string key;
  AppendBigEndian(customer, &key);
  return key;
}

std::string EventPrefix(const Pseudonym& customer) { return std::string(customer.begin(), customer.end()); }

std::string ErasedKey(const Pseudonym& customer) { return absl::StrCat(kErasedPrefix, EventPrefix(customer)); }

std::string ImportKey(int64_t as_of_us, absl::string_view snapshot_id) {
  return absl::StrCat(kImportPrefix, as_of_us, "/", snapshot_id);
}

std::string AfterPrefix(absl::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && static_cast<uint8_t>(after.back()) == 0xff) after.pop_back();
  if (!after.empty()) ++after.back();
  return after;
}

void AppendEventKey(const Pseudonym& customer, int64_t event_time_us, absl::string_view event_id, std::string* out) {
  out->append(customer.begin(), customer.end());
  AppendBigEndian(static_cast<uint64_t>(event_time_us) ^ kSignBit, out);
  out->append(event_id.data(), event_id.size());
}

std::string EventKey(const Pseudonym& customer, int64_t event_time_us, absl::string_view event_id) {
  std::string key;
  key.reserve(kEventIdAt + event_id.size());
  AppendEventKey(customer, event_time_us, event_id, &key);
  return key;
}

absl::StatusOr<uint64_t> ParseLogKey(absl::string_view key) {
  if (key.size() != sizeof(uint64_t)) return BadKey("log", key.size());
  return ReadBigEndian<uint64_t>(key);
}

absl::StatusOr<uint32_t> ParseStateKey(absl::string_view key) {
  if (key.size() != sizeof(uint32_t)) return BadKey("state", key.size());
  return ReadBigEndian<uint32_t>(key);
}

absl::StatusOr<Pseudonym> ParseErasedKey(absl::string_view key) {
  Pseudonym customer;
  if (key.size() != kErasedPrefix.size() + customer.size()) return BadKey("meta", key.size());
  std::copy_n(key.begin() + kErasedPrefix.size(), customer.size(), customer.begin());
  return customer;
}

absl::StatusOr<ParsedEventKey> ParseEventKey(absl::string_view key) {
  if (key.size() <= kEventIdAt) return BadKey("events", key.size());
  ParsedEventKey parsed;
  std::copy_n(key.begin(), parsed.customer.size(), parsed.customer.begin());
  parsed.event_time_us = static_cast<int64_t>(ReadBigEndian<uint64_t>(key.substr(parsed.customer.size())) ^ kSignBit);
  parsed.event_id = key.substr(kEventIdAt);
  return parsed;
}

}  // namespace ebb::feature_store
