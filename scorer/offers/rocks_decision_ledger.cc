// Keys, each with one letter in front; numbers big-endian so that RocksDB's order is theirs. A customer is 16 bytes, a
// pseudonym under the ledger's secret, so no key names a person: what RocksDB keeps of keys in manifests and old files
// says nothing. Every value that is not empty begins with a version byte, 1.
//
//   m                             the ledger: source_id:u64  secret:32 bytes
//   n                             next_number:u64, of the next event
//   f                             delivered:u64, the last event that the store has acknowledged
//   e <number:u64>                an ebb.v1.Event
//   i <customer> <number:u64>     the event is of this customer; empty
//   s <customer> <offer>          an ebb.storage.v1.OfferStanding
//   k <customer>                  an ebb.storage.v1.OfferContacts
//   g <day:u32> <offer>           count:u64, how often the offer was given on this day (days since 1970)
//   r <offering:u64> <kind:u8>    this outcome has been reported; empty
//   p <pool>                      an ebb.storage.v1.CodePool
//   c <pool> 00 <number:u64>      a code
//   d <pool> 00 <code>            the pool has this code; empty
#include "scorer/offers/rocks_decision_ledger.h"

#include <rocksdb/db.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/rocks/info_log.h"
#include "runtime/rocks/keep_files.h"

namespace ebb::scorer {
namespace {

constexpr char kLedgerVersion = 1;
constexpr char kLedgerKey[] = "m", kNextKey[] = "n", kDeliveredKey[] = "f";
constexpr size_t kLedgerSecret = 32;

void AppendBigEndian(uint64_t number, int bytes, std::string* out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift));
}

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (const char c : bytes) number = (number << 8) | static_cast<uint8_t>(c);
  return number;
}

std::string NumberedKey(char letter, uint64_t number) {
  std::string key(1, letter);
  AppendBigEndian(number, 8, &key);
  return key;
}

std::string CustomerKey(char letter, const Pseudonym& customer) {
  std::string key(1, letter);
  key.append(reinterpret_cast<const char*>(customer.data()), customer.size());
  return key;
}

std::string IndexKey(const Pseudonym& customer, uint64_t number) {
  std::string key = CustomerKey('i', customer);
  AppendBigEndian(number, 8, &key);
  return key;
}

std::string DayKey(absl::CivilDay day, const std::string& offer) {
  std::string key(1, 'g');
  AppendBigEndian(static_cast<uint32_t>(day - absl::CivilDay(1970, 1, 1)), 4, &key);
  return key + offer;
}

std::string OutcomeKey(uint64_t offering, v1::OfferOutcome::Kind kind) {
  std::string key = NumberedKey('r', offering);
  key.push_back(static_cast<char>(kind));
  return key;
}

std::string PoolKey(char letter, const std::string& pool) { return letter + pool + std::string(1, '\0'); }

std::string CodeKey(const std::string& pool, uint64_t number) {
  std::string key = PoolKey('c', pool);
  AppendBigEndian(number, 8, &key);
  return key;
}

// The least key behind all that begin with the prefix, which does not end with 0xff bytes alone.
std::string BehindPrefix(std::string prefix) {
  while (static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  ++prefix.back();
  return prefix;
}

std::string Versioned(std::string_view bytes) { return std::string(1, kLedgerVersion) + std::string(bytes); }

std::string VersionedNumber(uint64_t number) {
  std::string bytes(1, kLedgerVersion);
  AppendBigEndian(number, 8, &bytes);
  return bytes;
}

absl::Status LedgerStatus(const rocksdb::Status& status, const char* doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("decision ledger: ", doing, ": ", status.ToString());
  return status.IsCorruption() ? absl::DataLossError(text) : absl::InternalError(text);
}

absl::StatusOr<std::string_view> Unversioned(std::string_view bytes, const char* what) {
  if (bytes.empty() || bytes[0] == 0)
    return absl::DataLossError(absl::StrCat("decision ledger: ", what, " is damaged"));
  if (bytes[0] != kLedgerVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("decision ledger: ", what, " is of a newer Ebb: start a newer ebb-scorer"));
  }
  return bytes.substr(1);
}

absl::StatusOr<uint64_t> ReadNumber(std::string_view bytes, const char* what) {
  const auto number = Unversioned(bytes, what);
  if (!number.ok()) return number.status();
  if (number->size() != 8) return absl::DataLossError(absl::StrCat("decision ledger: ", what, " is damaged"));
  return ReadBigEndian(*number);
}

template <typename Message>
absl::StatusOr<Message> ReadMessage(std::string_view bytes, const char* what) {
  const auto body = Unversioned(bytes, what);
  if (!body.ok()) return body.status();
  Message message;
  if (!message.ParseFromArray(body->data(), static_cast<int>(body->size()))) {
    return absl::DataLossError(absl::StrCat("decision ledger: ", what, " is damaged"));
  }
  return message;
}

rocksdb::WriteOptions SyncedWrite() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

class RocksDecisionLedger final : public DecisionLedger {
 public:
  RocksDecisionLedger(std::unique_ptr<rocksdb::Env> env, std::unique_ptr<rocksdb::DB> db)
      : env_(std::move(env)), db_(std::move(db)) {}

  absl::Status Load() {
    auto bytes = Get(kLedgerKey, "reading");
    if (!bytes.ok()) return bytes.status();
    if (!bytes->has_value()) {
      std::string identity = RandomBytes(8 + kLedgerSecret);
      const absl::Status kept = LedgerStatus(db_->Put(SyncedWrite(), kLedgerKey, Versioned(identity)), "creating");
      if (!kept.ok()) return kept;
      *bytes = Versioned(identity);
    }
    const auto identity = Unversioned(**bytes, "its identity");
    if (!identity.ok()) return identity.status();
    if (identity->size() != 8 + kLedgerSecret) return absl::DataLossError("decision ledger: its identity is damaged");
    source_id_ = ReadBigEndian(identity->substr(0, 8));
    pseudonyms_.emplace(absl::string_view(identity->data() + 8, kLedgerSecret));
    auto next = Number(kNextKey, 1, "its next number");
    if (!next.ok()) return next.status();
    next_ = *next;
    auto delivered = Number(kDeliveredKey, 0, "how far it is delivered");
    if (!delivered.ok()) return delivered.status();
    delivered_ = *delivered;
    return absl::OkStatus();
  }

  uint64_t source_id() const override { return source_id_; }
  uint64_t next_number() const override { return next_; }
  uint64_t delivered() const override { return delivered_; }

  absl::StatusOr<CustomerOffers> Read(const std::string& customer_id) const override {
    const Pseudonym customer = pseudonyms_->Of(customer_id);
    CustomerOffers known;
    const std::string prefix = CustomerKey('s', customer);
    const absl::Status scanned = Scan(prefix, [&](std::string_view offer, std::string_view value) {
      auto standing = ReadMessage<storage::v1::OfferStanding>(value, "a standing");
      if (!standing.ok()) return standing.status();
      known.standings[std::string(offer)] = *std::move(standing);
      return absl::OkStatus();
    });
    if (!scanned.ok()) return scanned;
    auto bytes = Get(CustomerKey('k', customer), "reading contacts");
    if (!bytes.ok()) return bytes.status();
    if (bytes->has_value()) {
      auto contacts = ReadMessage<storage::v1::OfferContacts>(**bytes, "a record of contacts");
      if (!contacts.ok()) return contacts.status();
      known.contacts = *std::move(contacts);
    }
    return known;
  }

  absl::StatusOr<int64_t> GivenOn(absl::CivilDay day, const std::string& offer) const override {
    const auto count = Number(DayKey(day, offer), 0, "a day's count");
    if (!count.ok()) return count.status();
    return static_cast<int64_t>(*count);
  }

  absl::StatusOr<v1::Event> Event(uint64_t number) const override {
    auto bytes = Get(NumberedKey('e', number), "reading an event");
    if (!bytes.ok()) return bytes.status();
    if (!bytes->has_value()) return absl::NotFoundError("no such decision is known");
    return ReadMessage<v1::Event>(**bytes, "an event");
  }

  absl::StatusOr<bool> HasOutcome(uint64_t offering, v1::OfferOutcome::Kind kind) const override {
    auto bytes = Get(OutcomeKey(offering, kind), "reading an outcome");
    if (!bytes.ok()) return bytes.status();
    return bytes->has_value();
  }

  absl::Status ForEach(uint64_t first, const std::function<absl::Status(uint64_t, v1::Event)>& visit) const override {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek(NumberedKey('e', first)); it->Valid() && it->key().starts_with("e"); it->Next()) {
      auto event = ReadMessage<v1::Event>({it->value().data(), it->value().size()}, "an event");
      if (!event.ok()) return event.status();
      const uint64_t number = ReadBigEndian({it->key().data() + 1, it->key().size() - 1});
      if (absl::Status visited = visit(number, *std::move(event)); !visited.ok()) return visited;
    }
    return LedgerStatus(it->status(), "reading events");
  }

  absl::StatusOr<Pool> FindPool(const std::string& pool) const override {
    auto bytes = Get(PoolKey('p', pool), "reading a pool");
    if (!bytes.ok()) return bytes.status();
    Pool found;
    if (!bytes->has_value()) return found;
    auto kept = ReadMessage<storage::v1::CodePool>(**bytes, "a pool");
    if (!kept.ok()) return kept.status();
    found.imported = kept->imported();
    found.given = kept->given();
    return found;
  }

  absl::StatusOr<std::string> Code(const std::string& pool, uint64_t number) const override {
    auto bytes = Get(CodeKey(pool, number), "reading a code");
    if (!bytes.ok()) return bytes.status();
    if (!bytes->has_value()) return absl::DataLossError("decision ledger: a code is missing");
    const auto code = Unversioned(**bytes, "a code");
    if (!code.ok()) return code.status();
    return std::string(*code);
  }

  absl::StatusOr<Pool> ImportCodes(const std::string& pool, const std::vector<std::string>& codes) override {
    auto kept = FindPool(pool);
    if (!kept.ok()) return kept.status();
    rocksdb::WriteBatch batch;
    std::map<std::string, bool> seen;
    for (const std::string& code : codes) {
      const std::string key = PoolKey('d', pool) + code;
      auto known = Get(key, "reading a code");
      if (!known.ok()) return known.status();
      if (known->has_value() || !seen.emplace(code, true).second) {
        ++kept->known;
        continue;
      }
      batch.Put(CodeKey(pool, kept->imported++), Versioned(code));
      batch.Put(key, "");
      ++kept->added;
    }
    PutPool(pool, kept->imported, kept->given, &batch);
    const absl::Status written = LedgerStatus(db_->Write(SyncedWrite(), &batch), "importing codes");
    if (!written.ok()) return written;
    return kept;
  }

  absl::Status Commit(const Write& write) override {
    rocksdb::WriteBatch batch;
    uint64_t number = next_;
    for (const v1::Event& event : write.events) {
      batch.Put(NumberedKey('e', number), Versioned(event.SerializeAsString()));
      batch.Put(IndexKey(pseudonyms_->Of(event.customer_id()), number), "");
      ++number;
    }
    for (const auto& [id, changed] : write.customers) {
      const Pseudonym customer = pseudonyms_->Of(id);
      for (const auto& [offer, standing] : changed.standings) {
        batch.Put(CustomerKey('s', customer) + offer, Versioned(standing.SerializeAsString()));
      }
      if (changed.contacts_changed) {
        batch.Put(CustomerKey('k', customer), Versioned(changed.contacts.SerializeAsString()));
      }
    }
    for (const auto& [place, count] : write.given) {
      batch.Put(DayKey(place.first, place.second), VersionedNumber(static_cast<uint64_t>(count)));
    }
    for (const auto& [offering, kind] : write.outcomes) batch.Put(OutcomeKey(offering, kind), "");
    for (const auto& [pool, given] : write.codes_given) {
      auto kept = FindPool(pool);
      if (!kept.ok()) return kept.status();
      PutPool(pool, kept->imported, given, &batch);
    }
    batch.Put(kNextKey, VersionedNumber(number));
    const absl::Status written = LedgerStatus(db_->Write(SyncedWrite(), &batch), "writing decisions");
    if (written.ok()) next_ = number;
    return written;
  }

  absl::Status MarkDelivered(uint64_t number) override {
    const absl::Status written =
        LedgerStatus(db_->Put(rocksdb::WriteOptions(), kDeliveredKey, VersionedNumber(number)), "marking deliveries");
    if (written.ok()) delivered_ = number;
    return written;
  }

  absl::StatusOr<bool> Prune(absl::Time before, size_t most) override {
    rocksdb::WriteBatch batch;
    uint64_t end = pruned_to_;  // of what is forgotten
    size_t forgotten = 0;
    bool more = false;
    const absl::Status read = ForEach(pruned_to_, [&](uint64_t number, const v1::Event& event) {
      const absl::Time time = absl::FromUnixSeconds(event.event_time().seconds());
      if (number > delivered_ || time >= before) return absl::CancelledError();
      if (forgotten == most) {
        more = true;
        return absl::CancelledError();
      }
      batch.Delete(IndexKey(pseudonyms_->Of(event.customer_id()), number));
      ++forgotten;
      end = number + 1;
      return absl::OkStatus();
    });
    if (!read.ok() && !absl::IsCancelled(read)) return read;
    if (forgotten == 0) return false;
    for (const char letter : {'e', 'r'}) batch.DeleteRange(NumberedKey(letter, pruned_to_), NumberedKey(letter, end));
    // A day of any time zone has ended two days later in UTC.
    batch.DeleteRange(DayKey(absl::CivilDay(1970, 1, 1), ""),
                      DayKey(absl::ToCivilDay(before, absl::UTCTimeZone()) - 2, ""));
    if (absl::Status written = LedgerStatus(db_->Write({}, &batch), "pruning decisions"); !written.ok()) return written;
    pruned_to_ = end;
    return more;
  }

  absl::Status Erase(const std::vector<std::string>& customer_ids) override {
    rocksdb::WriteBatch batch;
    std::vector<std::pair<std::string, std::string>> ranges;  // keys that hold something of them, both ends included
    for (const std::string& id : customer_ids) {
      if (absl::Status found = EraseOne(pseudonyms_->Of(id), &batch, &ranges); !found.ok()) return found;
    }
    if (absl::Status written = LedgerStatus(db_->Write(SyncedWrite(), &batch), "erasing customers"); !written.ok()) {
      return written;
    }
    // The flush ends the write-ahead log that held the records, the compactions the files.
    if (absl::Status flushed = LedgerStatus(db_->Flush({}), "erasing customers"); !flushed.ok()) return flushed;
    rocksdb::CompactRangeOptions how;
    how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    for (const auto& [first, last] : ranges) {
      const rocksdb::Slice from(first), to(last);
      const absl::Status compacted = LedgerStatus(db_->CompactRange(how, &from, &to), "erasing customers");
      if (!compacted.ok()) return compacted;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status EraseOne(const Pseudonym& customer, rocksdb::WriteBatch* batch,
                        std::vector<std::pair<std::string, std::string>>* ranges) {
    std::vector<uint64_t> numbers;
    for (const char letter : {'i', 's'}) {
      const std::string prefix = CustomerKey(letter, customer);
      const absl::Status scanned = Scan(prefix, [&](std::string_view rest, std::string_view) {
        if (letter == 'i') numbers.push_back(ReadBigEndian(rest));
        batch->Delete(prefix + std::string(rest));
        return absl::OkStatus();
      });
      if (!scanned.ok()) return scanned;
      ranges->emplace_back(prefix, BehindPrefix(prefix));
    }
    batch->Delete(CustomerKey('k', customer));
    ranges->emplace_back(CustomerKey('k', customer), CustomerKey('k', customer));
    for (const uint64_t number : numbers) {
      batch->Delete(NumberedKey('e', number));
      for (int kind = 1; kind <= v1::OfferOutcome::Kind_MAX; ++kind) {
        batch->Delete(OutcomeKey(number, static_cast<v1::OfferOutcome::Kind>(kind)));
      }
    }
    if (!numbers.empty()) {
      ranges->emplace_back(NumberedKey('e', numbers.front()), NumberedKey('e', numbers.back()));
    }
    return absl::OkStatus();
  }

  static void PutPool(const std::string& pool, uint64_t imported, uint64_t given, rocksdb::WriteBatch* batch) {
    storage::v1::CodePool kept;
    kept.set_imported(imported);
    kept.set_given(given);
    batch->Put(PoolKey('p', pool), Versioned(kept.SerializeAsString()));
  }

  absl::StatusOr<std::optional<std::string>> Get(const std::string& key, const char* doing) const {
    std::string bytes;
    const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), key, &bytes);
    if (found.IsNotFound()) return std::nullopt;
    if (!found.ok()) return LedgerStatus(found, doing);
    return bytes;
  }

  absl::StatusOr<uint64_t> Number(const std::string& key, uint64_t fallback, const char* what) const {
    auto bytes = Get(key, what);
    if (!bytes.ok()) return bytes.status();
    return bytes->has_value() ? ReadNumber(**bytes, what) : fallback;
  }

  // Visits what begins with the prefix: the rest of each key, and its value.
  template <typename Visit>
  absl::Status Scan(const std::string& prefix, Visit visit) const {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      const std::string_view rest(it->key().data() + prefix.size(), it->key().size() - prefix.size());
      if (absl::Status visited = visit(rest, std::string_view(it->value().data(), it->value().size())); !visited.ok()) {
        return visited;
      }
    }
    return LedgerStatus(it->status(), "reading");
  }

  const std::unique_ptr<rocksdb::Env> env_;  // outlives the database
  const std::unique_ptr<rocksdb::DB> db_;
  uint64_t source_id_ = 0;
  std::optional<Pseudonymizer> pseudonyms_;
  std::atomic<uint64_t> next_{1}, delivered_{0};
  uint64_t pruned_to_ = 0;  // events before are gone, as far as this process knows; the writer's
};

}  // namespace

absl::StatusOr<std::unique_ptr<DecisionLedger>> OpenRocksDecisionLedger(const std::string& folder) {
  // RocksDB creates it too, but complains first that it is not there.
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError(absl::StrCat("creating ", folder, ": ", error.message()));
  std::unique_ptr<rocksdb::Env> env = KeepFilesAfterFailure(rocksdb::Env::Default());
  rocksdb::Options options;
  options.create_if_missing = true;
  options.info_log = std::make_shared<RocksInfoLog>("decision_ledger");
  options.write_buffer_size = 16 << 20;
  options.env = env.get();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options, folder, &db);
  if (!opened.ok()) return LedgerStatus(opened, "opening");
  auto ledger = std::make_unique<RocksDecisionLedger>(std::move(env), std::unique_ptr<rocksdb::DB>(db));
  if (absl::Status loaded = ledger->Load(); !loaded.ok()) return loaded;
  return ledger;
}

}  // namespace ebb::scorer
